import { decimal, harmlessLine } from '../../../format.js';
import { quantitiesOf } from '../../../insight/equations.js';
import type { Viewpoint } from '../../../ui/step/contents.js';
import { equationLines } from '../../../ui/step/equation-lines.js';
import { nextCharacters } from '../../../ui/step/next.js';
import { visible } from '../../../ui/text/glyphs.js';
import { type Line, widthOf } from '../../../ui/text/line.js';
import { printLines } from '../../output/chart-output.js';
import { columnsToPrint } from '../../output/terminal.js';
import type { Trail } from './trail.js';

interface Printed {
  /** Of the model. */
  readonly name: string;
  /** The last step, and the layer and the unit that are equationLines out. */
  readonly view: Viewpoint;
  /** Undefined for all. */
  readonly layers: readonly number[] | undefined;
  readonly units: { readonly first: number; readonly count: number };
  readonly top: number;
}

/** Columns of a number, and of the layer and unit that it is of, as 1/94. */
const FIGURE = 8;
const PLACE = 8;
/** Lines above the characters that may come next. */
const HEAD = 2;

/** Prints each step as a table, then the equations of the last one, and what may come after it. */
export function printSteps(trail: Trail, { name, view, layers, units, top }: Printed): void {
  printLines([[{ text: harmlessLine(name), color: 'faint' }]]);
  const shown = layers ?? Array.from({ length: trail.model.config.layers }, (_, layer) => layer);
  for (let at = 0; at < trail.length; at++) printLines([[], ...stepTable(trail, at, shown, units)]);
  const last = trail.look(view);
  const width = columnsToPrint();
  const what = `after ${visible(last.character)}: unit ${view.unit} of layer ${view.layer}`;
  printLines([
    [],
    [{ text: what, bold: true }],
    ...equationLines(last.equations, width, Number.POSITIVE_INFINITY).flat(),
  ]);
  printLines([[], ...nextCharacters(last, width, HEAD + top, top)]);
}

/** Some units of some layers: a line for each of them, and one that names the numbers. */
function stepTable(trail: Trail, at: number, layers: readonly number[], units: Printed['units']): Line[] {
  const step = trail.step(at);
  const ofLayers = layers.map((layer) => ({
    layer,
    quantities: quantitiesOf(trail.model, step.layers[layer]!),
  }));
  const number = String(at + 1);
  const character = visible(step.character);
  const used = number.length + 2 + widthOf(character);
  const names = ofLayers[0]!.quantities.map((quantity) => quantity.name.padStart(FIGURE)).join('');
  const head: Line = [
    { text: `${number}  ` },
    { text: character, color: 'accent', bold: true },
    { text: `${'unit'.padStart(PLACE)}${names}`, color: 'faint' },
  ];
  const rows = ofLayers.flatMap(({ layer, quantities }) =>
    Array.from({ length: units.count }, (_, row): Line => {
      const unit = units.first + row;
      const figures = quantities.map(({ values }) => decimal(values[unit]!, 3).padStart(FIGURE)).join('');
      return [{ text: `${' '.repeat(used)}${`${layer}/${unit}`.padStart(PLACE)}${figures}` }];
    }),
  );
  return [head, ...rows];
}
