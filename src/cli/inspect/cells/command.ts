import type { Command } from 'commander';
import type { CharacterModel } from '../../../checkpoint/checkpoint.js';
import { runOf } from '../../../checkpoint/run.js';
import { UserError } from '../../../errors.js';
import { PROPERTY_NAMES, type PropertyName } from '../../../insight/properties.js';
import { grouped } from '../../../numbers.js';
import { isAt, type Place } from '../../../ui/cells/state.js';
import { checkPlace, MODEL_HELP, numberOption, wordOption } from '../../options.js';
import { note } from '../../output/stderr.js';
import { hasTerminal, wrappedLines } from '../../output/terminal.js';
import { writeResult } from '../output.js';
import { addTextOptions, LONGEST_TEXT, openText, type TextFlags } from '../text.js';
import { browse, longestStretch } from './browse.js';
import { excerptOf, stretchOf, tellingStretch } from './excerpt.js';
import { find } from './find.js';
import { excerptSvg, tintedText, unitsTable } from './print.js';

interface CellsFlags extends TextFlags {
  find?: PropertyName | 'auto';
  layer?: number;
  unit?: number;
  skip?: number;
  length?: number;
  relative?: true;
}

/** Characters that are shown where nothing is said: printed, and on a screen that scrolls. */
const PRINTED = 1000;
const BROWSED = 4000;

const EXAMPLES = `${MODEL_HELP}
A text, tinted by what one unit of the network holds: tanh of its cell state c, from -1 to 1, or, for a count and with
--relative, c divided by the largest |c| of what is shown. Cells without a cell state show their hidden state h.
--find ranks the units by how well they track a property of the text, and shows the best one; auto, the default, looks
for the units that track any of them most clearly. At most the first ${grouped(LONGEST_TEXT)} characters of the text are read. Layers
and units are counted from 0. See docs/guide/inspect.md.
In a terminal the text takes the whole screen: arrow keys choose other units, ? shows all keys, q leaves.

Examples:
  charlstm inspect cells
  charlstm inspect cells --find quote
  charlstm inspect cells checkpoints/moby-dick-1 --layer 1 --unit 12 --text draft.txt
  charlstm inspect cells --find line-position --json
  charlstm inspect cells --find quote --svg quotes.svg
`;

const number = { minimum: 0, maximum: 1e6, integer: true };
const skippedLength = { minimum: 0, maximum: LONGEST_TEXT - 1, integer: true };
const excerptLength = { minimum: 1, maximum: LONGEST_TEXT, integer: true };

/** `charlstm inspect cells`: a text tinted by a unit that was named, or that was found. */
export function cellsCommand(command: Command): void {
  command
    .addOption(wordOption('--find <property>', 'which units track it', [...PROPERTY_NAMES, 'auto']))
    .addOption(numberOption('--layer <n>', 'the layer of --unit (default: 0)', number))
    .addOption(numberOption('--unit <n>', 'tint the text by this unit', number))
    .addOption(
      numberOption(
        '--skip <n>',
        'begin after so many characters (default: where there is much to see)',
        skippedLength,
      ),
    )
    .addOption(
      numberOption(
        '--length <n>',
        `show so many characters (default: ${PRINTED}; on the screen ${BROWSED})`,
        excerptLength,
      ),
    )
    .option('--relative', 'tint by the state, divided by its largest, instead of its tanh');
  addTextOptions(command, 'the text')
    .addHelpText('after', EXAMPLES)
    .action((path: string | undefined, flags: CellsFlags) => inspectCells(path, flags));
}

async function inspectCells(path: string | undefined, flags: CellsFlags): Promise<void> {
  checkFlags(flags);
  const { unit, skip = 0 } = flags;
  const isBrowsed = hasTerminal() && !flags.json && flags.svg === undefined;
  const most = unit === undefined || isBrowsed ? LONGEST_TEXT : skip + (flags.length ?? PRINTED);
  const { file, model, ids, inputs, about, heading } = await openText(path, flags, { most });
  const named = unit === undefined ? undefined : unitOf({ ...flags, unit }, model.config);
  const length = isBrowsed ? browsedLength(model, flags.length) : (flags.length ?? PRINTED);
  const asked = { ...flags, length };
  const wanted = flags.find ?? 'auto';
  const found = named ? undefined : await find(model, ids, { find: wanted, others: isBrowsed });
  const best = found?.units[0];
  const stretch = best ? tellingStretch(model, ids, best, asked) : stretchOf(ids, asked);
  const place = named ?? best!;
  if (isBrowsed) {
    const name = path ?? runOf(file);
    const command = againWith(name, flags);
    return browse({ model, name, source: about.text, ids, stretch, place, found, command });
  }
  const excerpt = excerptOf(model, ids, stretch, place);
  const tracking = found?.tracked.find((one) => isAt(one, place));
  const svg = () => excerptSvg(excerpt, about, tracking);
  const json = () => {
    const units = found && { find: wanted, units: found.units };
    const { kind, ...shown } = excerpt;
    const scale = shown.scale === 'bounded' ? kind.bounded : shown.scale;
    return { ...about, ...units, shown: { ...shown, state: kind.name, scale } };
  };
  if (await writeResult(flags, { svg, json, inputs })) return;
  process.stdout.write(`${wrappedLines(heading)}\n${found ? `\n${unitsTable(found.units)}\n` : ''}\n`);
  process.stdout.write(tintedText(excerpt));
}

/** As much as was asked for, where that can be kept. */
function browsedLength(model: CharacterModel, asked: number = BROWSED): number {
  const length = Math.min(asked, longestStretch(model));
  if (length < asked) note(`the states of ${grouped(length)} characters are kept, and so many shown`);
  return length;
}

/** What shows the text again, but for the place and the unit. */
function againWith(model: string, { text, length, unknown }: CellsFlags): string[] {
  return [
    ...['inspect', 'cells', model],
    ...(text === undefined ? [] : ['--text', text]),
    ...(length === undefined ? [] : ['--length', `${length}`]),
    ...(unknown === 'error' ? [] : ['--unknown', unknown]),
  ];
}

/** @throws UserError for flags that do not go together */
function checkFlags({ find, layer, unit }: CellsFlags): void {
  if (find !== undefined && (unit !== undefined || layer !== undefined)) {
    const given = unit === undefined ? '--layer' : '--unit';
    throw new UserError(`--find looks for a unit, and ${given} names one`, 'Give one of them.');
  }
  if (layer !== undefined && unit === undefined) {
    throw new UserError(
      '--layer is given without --unit',
      'Name a unit of it, or leave it out to have one found.',
    );
  }
}

/** @throws UserError where the network has no such unit */
function unitOf(
  { layer = 0, unit }: { layer?: number; unit: number },
  { layers, hidden }: { layers: number; hidden: number },
): Place {
  checkPlace('--layer', layer, layers);
  checkPlace('--unit', unit, hidden);
  return { layer, unit };
}
