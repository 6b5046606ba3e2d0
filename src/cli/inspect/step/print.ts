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

interface PrintOptions {
  /** The title of the model. */
  readonly name: string;
  /** The last step, and the layer and unit whose equations are printed. */
  readonly view: Viewpoint;
  /** Undefined for all. */
  readonly layers: readonly number[] | undefined;
  readonly units: { readonly first: number; readonly count: number };
  readonly top: number;
}

/** Width of a number, and of its layer and unit, such as 1/94. */
const NUMBER_WIDTH = 8;
const PLACE_WIDTH = 8;
/** Lines above the next characters. */
const HEAD = 2;

/** Prints each step as a table, then the equations and the next characters of the last step. */
export function printSteps(trail: Trail, { name, view, layers, units, top }: PrintOptions): void {
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

/** Lays out some units of some layers: a heading, then a line for each unit. */
function stepTable(
  trail: Trail,
  at: number,
  layers: readonly number[],
  units: PrintOptions['units'],
): Line[] {
  const step = trail.step(at);
  const ofLayers = layers.map((layer) => ({
    layer,
    quantities: quantitiesOf(trail.model, step.layers[layer]!),
  }));
  const number = String(at + 1);
  const character = visible(step.character);
  const used = number.length + 2 + widthOf(character);
  const names = ofLayers[0]!.quantities.map((quantity) => quantity.name.padStart(NUMBER_WIDTH)).join('');
  const head: Line = [
    { text: `${number}  ` },
    { text: character, color: 'accent', bold: true },
    { text: `${'unit'.padStart(PLACE_WIDTH)}${names}`, color: 'faint' },
  ];
  const rows = ofLayers.flatMap(({ layer, quantities }) =>
    Array.from({ length: units.count }, (_, row): Line => {
      const unit = units.first + row;
      const figures = quantities
        .map(({ values }) => decimal(values[unit]!, 3).padStart(NUMBER_WIDTH))
        .join('');
      return [{ text: `${' '.repeat(used)}${`${layer}/${unit}`.padStart(PLACE_WIDTH)}${figures}` }];
    }),
  );
  return [head, ...rows];
}
