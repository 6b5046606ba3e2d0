import { type Command, Option } from 'commander';
import type { CharacterModel } from '../../../checkpoint/checkpoint.js';
import { runOf } from '../../../checkpoint/run.js';
import { UserError } from '../../../errors.js';
import { PROPERTY_NAMES, type PropertyName } from '../../../insight/properties.js';
import type { ModelConfig } from '../../../model/config.js';
import { grouped } from '../../../numbers.js';
import { isAt, type Place } from '../../../ui/cells/state.js';
import { checkPlace, MODEL_HELP, valueOption } from '../../options.js';
import { note } from '../../output/stderr.js';
import { hasTerminal, wrappedLines } from '../../output/terminal.js';
import { addTextOptions, LONGEST_TEXT, openText, type TextFlags } from '../text.js';
import { INDEX, writeResult } from '../view.js';
import { browse, longestStretch } from './browse.js';
import { excerptOf, informativeStretch, stretchOf } from './excerpt.js';
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

/** Default numbers of characters to print, and to show on the screen, which scrolls. */
const PRINTED = 1000;
const BROWSED = 4000;

const EXAMPLES = `${MODEL_HELP}

Shows a text tinted by the state of one unit: tanh of its cell state c, from -1
to 1. For a counter, and with --relative, it is c divided by the largest |c|
shown. Cells without a cell state show their hidden state h.

--find ranks the units by how well they track a property of the text and shows
the best one. The default, auto, looks for the units that track any property
most clearly. At most the first ${grouped(LONGEST_TEXT)} characters are read. Layers and units
are counted from 0. See docs/guide/inspect.md.

In a terminal the text fills the screen: arrow keys choose other units, ? lists
all keys, q quits.

Examples:
  charlstm inspect cells
  charlstm inspect cells --find quote
  charlstm inspect cells checkpoints/moby-dick-1 --layer 1 --unit 12
  charlstm inspect cells --find line-position --json
  charlstm inspect cells --find quote --svg quotes.svg
`;

const SKIPPED = { minimum: 0, maximum: LONGEST_TEXT - 1, integer: true };
const LENGTH = { minimum: 1, maximum: LONGEST_TEXT, integer: true };

/** Defines `charlstm inspect cells`, which shows a text tinted by a unit that was named or found. */
export function defineCommand(command: Command): void {
  const length = `characters to show (default: ${PRINTED}, or ${BROWSED} on the screen)`;
  const own = [
    valueOption('--find <property>', 'find the units that track it', { words: [...PROPERTY_NAMES, 'auto'] }),
    valueOption('--layer <n>', 'the layer of --unit (default: 0)', INDEX),
    valueOption('--unit <n>', 'tint the text by this unit', INDEX),
    valueOption(
      '--skip <n>',
      'characters to skip (default: for a unit found, up to a varied passage)',
      SKIPPED,
    ),
    valueOption('--length <n>', length, LENGTH),
    new Option('--relative', 'divide the state by its largest absolute value instead of taking tanh'),
  ];
  addTextOptions(command, own, 'the text')
    .addHelpText('after', EXAMPLES)
    .action((path: string | undefined, flags: CellsFlags) => inspectCells(path, flags));
}

async function inspectCells(path: string | undefined, flags: CellsFlags): Promise<void> {
  checkFlags(flags);
  const { unit, skip = 0 } = flags;
  const isBrowsed = hasTerminal() && !flags.json && flags.svg === undefined;
  const most = unit === undefined || isBrowsed ? LONGEST_TEXT : skip + (flags.length ?? PRINTED);
  const { file, model, ids, inputs, about, heading } = await openText(path, flags, { most });
  const named = unitOf(flags, model.config);
  const length = isBrowsed ? browsedLength(model, flags.length) : (flags.length ?? PRINTED);
  const asked = { ...flags, length };
  const wanted = flags.find ?? 'auto';
  const found = named ? undefined : await find(model, ids, { find: wanted, others: isBrowsed });
  const best = found?.units[0];
  const stretch = best ? informativeStretch(model, ids, best, asked) : stretchOf(ids, asked);
  const place = named ?? best!;
  if (isBrowsed) {
    const name = path ?? runOf(file);
    const command = argumentsFor(name, flags);
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

/** Limits a length to what can be kept in memory. */
function browsedLength(model: CharacterModel, asked: number = BROWSED): number {
  const length = Math.min(asked, longestStretch(model));
  if (length < asked)
    note(`only ${grouped(length)} characters are shown, since their states must fit in memory`);
  return length;
}

/** Returns the arguments that show the text again, without the position and the unit. */
function argumentsFor(model: string, { text, length, unknown }: CellsFlags): string[] {
  return [
    ...['inspect', 'cells', model],
    ...(text === undefined ? [] : ['--text', text]),
    ...(length === undefined ? [] : ['--length', `${length}`]),
    ...(unknown === 'error' ? [] : ['--unknown', unknown]),
  ];
}

/** @throws UserError for flags that cannot be combined */
function checkFlags({ find, layer, unit }: CellsFlags): void {
  if (find !== undefined && (unit !== undefined || layer !== undefined)) {
    const given = unit === undefined ? '--layer' : '--unit';
    throw new UserError(`--find and ${given} cannot be combined`, 'Give only one of them.');
  }
  if (layer !== undefined && unit === undefined) {
    throw new UserError('--layer needs --unit', 'Add --unit, or leave --layer out to have a unit found.');
  }
}

/** Returns the unit of the flags, if any. @throws UserError if the network has no such unit */
function unitOf({ layer = 0, unit }: CellsFlags, { layers, hidden }: ModelConfig): Place | undefined {
  if (unit === undefined) return undefined;
  checkPlace('--layer', layer, layers);
  checkPlace('--unit', unit, hidden);
  return { layer, unit };
}
