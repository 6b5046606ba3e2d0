import type { Command } from 'commander';
import { type CharacterModel, modelOf, readCheckpoint } from '../checkpoint/checkpoint.js';
import { runOf } from '../checkpoint/run.js';
import { ExitCode, UserError } from '../errors.js';
import { harmlessJson, harmlessLine, table } from '../format.js';
import { cellWindows, unitStates } from '../insight/cells.js';
import { PROPERTIES, PROPERTY_NAMES, type PropertyName } from '../insight/properties.js';
import { clearest, rankingOf, type Tracking } from '../insight/ranking.js';
import { grouped } from '../numbers.js';
import type { Unknown } from '../text/vocabulary.js';
import { glyphsOf } from '../ui/glyphs.js';
import { CELLS, cellLegend, markLegend } from './cell-tint.js';
import { beginningOf } from './eval-text.js';
import { readModel, threadsToRead } from './model.js';
import { note } from './note.js';
import {
  type EngineFlags,
  engineOption,
  MODEL_HELP,
  numberOption,
  threadsOption,
  unknownOption,
  wordOption,
} from './options.js';
import { hasColours } from './tint.js';
import { rowWidth, TintedRows } from './tinted-rows.js';

interface CellsFlags extends EngineFlags {
  text?: string;
  find?: PropertyName | 'auto';
  layer?: number;
  unit?: number;
  length: number;
  relative?: true;
  unknown: Unknown;
  json?: true;
}

/** So much of a text is read to rank the units, and so much of that can be shown. */
const LONGEST = 200_000;
/** So many units are told. */
const TOLD = 10;
/** A property is not proposed that holds, or does not, at fewer places: some unit fits a few places by chance. */
const FEWEST = 50;

interface Unit {
  readonly layer: number;
  readonly unit: number;
}

/** A stretch of a text, and what a unit holds after each of its code points. */
interface Shown extends Unit {
  /** Characters before it. */
  readonly start: number;
  readonly text: string;
  /** What the values are: tanh(c), or c divided by its largest absolute value in the stretch. */
  readonly scale: 'tanh' | 'relative';
  /** That largest absolute value. */
  readonly largest: number;
  readonly values: readonly number[];
}

const EXAMPLES = `${MODEL_HELP}
A text, tinted by what one unit of the network holds: tanh of its cell state c, from -1 to 1, or, for a count and with
--relative, c divided by the largest |c| of what is shown.
--find ranks the units by how well they track a property of the text, and shows the best one; auto, the default, looks
for the units that track any of them most clearly. Layers and units are counted from 0. See docs/inspect.md.

Examples:
  charlstm inspect cells
  charlstm inspect cells --find quote
  charlstm inspect cells checkpoints/moby-dick-1 --layer 1 --unit 12 --text draft.txt
  charlstm inspect cells --find line-position --json
`;

const number = { minimum: 0, maximum: 1e6, integer: true };
const excerptLength = { minimum: 1, maximum: LONGEST, integer: true };

/** `charlstm inspect cells`: a text tinted by a unit that was named, or that was found. */
export function cellsCommand(command: Command): void {
  command
    .option('--text <file>', "the text: a file, a folder, a glob or - (default: the run's validation text)")
    .addOption(wordOption('--find <property>', 'which units track it', [...PROPERTY_NAMES, 'auto']))
    .addOption(numberOption('--layer <n>', 'the layer of --unit; default: the last', number))
    .addOption(numberOption('--unit <n>', 'tint the text by this unit', number))
    .addOption(numberOption('--length <n>', 'show so many characters', excerptLength).default(1000))
    .option('--relative', 'tint by the state, divided by its largest, instead of its tanh')
    .addOption(unknownOption())
    .addOption(engineOption())
    .addOption(threadsOption())
    .option('--json', 'as JSON')
    .addHelpText('after', EXAMPLES)
    .action((path: string | undefined, flags: CellsFlags) => inspectCells(path, flags));
}

async function inspectCells(path: string | undefined, flags: CellsFlags): Promise<void> {
  checkFlags(flags);
  const { path: file, value: checkpoint } = await readModel(path, readCheckpoint);
  const { record } = checkpoint;
  const named = flags.unit === undefined ? undefined : unitOf(flags, record.model);
  const threads = flags.threads ?? threadsToRead(record.model);
  const model = modelOf(checkpoint, { engine: flags.engine, threads });
  const source = { text: flags.text, run: runOf(file), record, unknown: flags.unknown };
  const { ids } = await beginningOf(source, model.vocabulary, named ? flags.length : LONGEST);
  const about = { model: file, text: flags.text ?? 'validation', characters: ids.length };
  const find = flags.find ?? 'auto';
  const units = named ? [] : found(model, ids, find);
  const shown = named
    ? shownOf(model, ids, named, 0, flags.relative)
    : shownBest(model, ids, units[0]!, flags);
  if (flags.json) {
    process.stdout.write(`${harmlessJson({ ...about, ...(named ? {} : { find, units }), shown })}\n`);
    return;
  }
  const what = `${about.model} on ${about.text}, ${grouped(ids.length)} characters read`;
  process.stdout.write(`${harmlessLine(what)}\n${named ? '' : `\n${tableOf(units)}\n`}\n`);
  process.stdout.write(tintedText(shown));
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
function unitOf(flags: CellsFlags, { layers, hidden }: { layers: number; hidden: number }): Unit {
  const layer = flags.layer ?? layers - 1;
  const unit = flags.unit!;
  if (layer >= layers) throw new UserError(`--layer is ${layer}`, `Give a number from 0 to ${layers - 1}.`);
  if (unit >= hidden) throw new UserError(`--unit is ${unit}`, `Give a number from 0 to ${hidden - 1}.`);
  return { layer, unit };
}

/**
 * The units that track a property best.
 * @throws UserError where the text does not have it
 */
function found(model: CharacterModel, ids: Uint32Array, find: PropertyName | 'auto'): Tracking[] {
  const { hidden, layers } = model.config;
  const characters = Array.from(ids, (id) => model.vocabulary.character(id));
  const names = find === 'auto' ? PROPERTY_NAMES : [find];
  const marked = names
    .map((property) => ({ property, marks: PROPERTIES[property].of(characters) }))
    .filter(({ marks }) => isTold(marks, find === 'auto' ? FEWEST : 1));
  const rankings = marked.map(({ property, marks }) =>
    rankingOf(PROPERTIES[property], { property, marks, hidden, layers }),
  );
  if (rankings.length === 0) {
    throw new UserError(
      find === 'auto' ? 'the text is too short to rank units by' : `"${find}" does not vary in the text`,
      'Name another text with --text FILE.',
      ExitCode.badData,
    );
  }
  if (!marked.every(({ marks }) => isTold(marks, FEWEST))) {
    note(`fewer than ${FEWEST} characters tell units apart by "${find}": some fit by chance`);
  }
  for (const window of cellWindows(model, ids)) for (const ranking of rankings) ranking.add(window);
  return clearest(rankings.map((ranking) => ranking.ranked())).slice(0, TOLD);
}

/** Whether at least so many marks are as the first one is, and so many are not. */
function isTold(marks: Float32Array, least: number): boolean {
  const alike = marks.filter((mark) => mark === marks[0]).length;
  return Math.min(alike, marks.length - alike) >= least;
}

function shownOf(
  model: CharacterModel,
  ids: Uint32Array,
  { layer, unit }: Unit,
  start: number,
  isRelative = false,
): Shown {
  const states = unitStates(model, ids, { layer, unit }).subarray(start);
  const largest = states.reduce((most, c) => Math.max(most, Math.abs(c)), 0);
  const values = states.map((c) => (isRelative ? c / (largest || 1) : Math.tanh(c)));
  const text = model.vocabulary.decode(ids.subarray(start));
  return { layer, unit, start, text, scale: isRelative ? 'relative' : 'tanh', largest, values: [...values] };
}

/**
 * The best unit. What holds or does not is shown on a stretch that has it at many places and lacks it at many; a count
 * by its own scale, since the tanh of most is the same.
 */
function shownBest(model: CharacterModel, ids: Uint32Array, best: Tracking, flags: CellsFlags): Shown {
  const { kind, of } = PROPERTIES[best.property];
  if (kind === 'counter') return shownOf(model, ids.subarray(0, flags.length), best, 0, true);
  const characters = Array.from(ids, (id) => model.vocabulary.character(id));
  const start = variedLine(characters, of(characters), flags.length);
  return shownOf(model, ids.subarray(0, start + flags.length), best, start, flags.relative);
}

/** The line from which on, in `length` characters, about as many are marked as not. */
function variedLine(characters: readonly string[], marks: Float32Array, length: number): number {
  /** Marked characters before each place. */
  const before = new Uint32Array(marks.length + 1);
  marks.forEach((mark, i) => {
    before[i + 1] = before[i]! + mark;
  });
  let best = { start: 0, varied: -1 };
  for (let start = 0; start === 0 || start + length <= marks.length; start++) {
    if (start > 0 && characters[start - 1] !== '\n') continue;
    const on = before[Math.min(marks.length, start + length)]! - before[start]!;
    const varied = Math.min(on, length - on);
    if (varied > best.varied) best = { start, varied };
  }
  return best.start;
}

const HEADING = ['property', 'layer', 'unit', 'measure', 'score', 'clarity', 'direction', 'threshold'];

function tableOf(units: readonly Tracking[]): string {
  const rows = units.map(({ property, layer, unit, measure, score, clarity, direction, threshold }) => [
    property,
    String(layer),
    String(unit),
    measure,
    score.toFixed(3),
    clarity.toFixed(3),
    direction,
    threshold === undefined ? '' : threshold.toFixed(3),
  ]);
  return table([HEADING, ...rows]);
}

function tintedText({ layer, unit, start, text, scale, largest, values }: Shown): string {
  const rows = new TintedRows(CELLS, rowWidth('marks tell the cell state'));
  const what = scale === 'tanh' ? 'tanh(c)' : `c / ${largest.toPrecision(3)}`;
  let out = `layer ${layer}, unit ${unit}, from character ${grouped(start)} on:\n`;
  let read = 0;
  for (const { source } of glyphsOf(text)) {
    read += Array.from(source).length;
    // What the unit holds when all of what is seen as one character was read.
    out += rows.put(source, values[read - 1]!);
  }
  return `${out}${rows.flush()}${rows.end()}\n${hasColours() ? cellLegend(what) : markLegend(what)}\n`;
}
