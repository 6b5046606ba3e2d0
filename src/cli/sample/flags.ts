import { UserError } from '../../errors.js';
import { flagOf, type OptionRow, row, valuesFor } from '../../options.js';
import { COMMAND_DEFAULTS, type GenerateOptions, SAMPLING_OPTIONS } from '../../sample/options.js';
import type { SuffixIndex } from '../../text/suffix-index.js';
import { resolveEscapes } from '../input/escapes.js';
import { isTyped } from '../input/text-argument.js';
import { type EngineFlags, TableOption } from '../options.js';

/** What was given on the command line; what was not is undefined. */
export interface SampleFlags extends EngineFlags, Omit<GenerateOptions, 'echo' | 'corpus'> {
  readonly echo: boolean;
  readonly beam?: number;
  readonly ending?: string;
  readonly candidates?: number;
  readonly copyReport?: true;
  readonly new?: boolean;
  readonly unique?: boolean;
  readonly samples: number;
  readonly separator?: string;
  readonly json?: true;
  readonly color?: true;
}

/** All options of `sample` by name: those of sampling, and those that only the command has. */
export const SAMPLE_OPTIONS = {
  ...SAMPLING_OPTIONS,
  ending: row('--ending <text>', 'text', 'fill in between the prompt and this text'),
  candidates: row(
    '--candidates <n>',
    { minimum: 1, maximum: 100_000, integer: true },
    'candidates to draw for --ending',
    { default: 128 },
  ),
  beam: row(
    '--beam <n>',
    { minimum: 1, maximum: 256, integer: true },
    'beam search: find the likeliest text along N paths; no randomness',
  ),
  copyReport: row('--copy-report', 'switch', 'report on stderr what the text copies from the corpus'),
  new: row('--no-new', 'switch', 'of a collection, write also texts that are in the corpus', {
    default: true,
  }),
  unique: row('--no-unique', 'switch', 'of a collection, write also texts that were written before', {
    default: true,
  }),
  samples: row(
    '-n, --samples <n>',
    { minimum: 1, maximum: 1_000_000, integer: true },
    'how many texts to write',
    { default: 1, aliases: ['num-samples'] },
  ),
  separator: row('--separator <text>', 'text', 'text between texts', {
    defaultHelp: 'a line break, or a line of ---',
  }),
  json: row('--json', 'switch', 'one JSON object per line: text, seed, reason it ended'),
  color: row('--color', 'switch', 'tint each character by its surprise'),
} as const satisfies Record<Exclude<keyof SampleFlags, keyof EngineFlags>, OptionRow>;

type Flag = keyof typeof SAMPLE_OPTIONS;

/** Options whose texts have escapes, apart from the prompt, which may be a file. */
const ESCAPED = ['ending', 'separator', 'ban', 'allow'] as const satisfies readonly Flag[];

/** Options for which an empty text means nothing. */
const FILLED = ['ending', 'stop', 'allow'] as const satisfies readonly Flag[];

/** Defaults that differ from those of programs. */
const SHOWN_DEFAULTS: Partial<Record<Flag, string>> = {
  length: String(COMMAND_DEFAULTS.length.plain),
  temperature: String(COMMAND_DEFAULTS.temperature),
  seed: 'random',
};

/** The commander option of a row. Its value stays undefined unless given, which reveals contradictions. */
export function sampleOption(name: Flag): TableOption {
  const row: OptionRow = SAMPLE_OPTIONS[name];
  const defaultHelp = SHOWN_DEFAULTS[name] ?? row.defaultHelp;
  const option = new TableOption(name, defaultHelp === undefined ? row : { ...row, defaultHelp });
  option.negate = row.kind === 'switch' && row.flag.startsWith('--no-'); // --no-copy takes a number
  return option;
}

const CHANCE: readonly Flag[] = [
  'temperature',
  'startTemperature',
  'targetBits',
  'topK',
  'typical',
  'topP',
  'minP',
  'repetitionPenalty',
];
const ENDS: readonly Flag[] = ['stop', 'until', 'words', 'lines'];

/** Options that contradict each other, and why. */
const CONFLICTS: readonly [option: Flag, others: readonly Flag[], why: string][] = [
  ['beam', CHANCE, 'finds the likeliest text and leaves nothing to chance'],
  ['beam', ['ending'], 'finds the likeliest text from beginning to end'],
  ['match', ENDS, 'decides itself where a text ends'],
  ['ending', ['match', ...ENDS], 'decides itself where a text ends'],
  ['json', ['color', 'separator'], 'writes JSON'],
];

/** Options that mean nothing without another one. */
const NEEDS: readonly [option: Flag, needed: Flag][] = [
  ['candidates', 'ending'],
  ['repetitionWindow', 'repetitionPenalty'],
  ['logProbabilities', 'json'],
];

/** @throws UserError naming flags that contradict each other, or one that lacks the flag it needs */
export function checkFlags(flags: SampleFlags): void {
  for (const [option, others, why] of CONFLICTS) {
    const other = others.find((name) => flags[name] !== undefined);
    if (flags[option] === undefined || other === undefined) continue;
    throw new UserError(
      `${flagOf(SAMPLE_OPTIONS[option])} ${why}: ${flagOf(SAMPLE_OPTIONS[other])} does not go with it`,
      'Leave one of the two out.',
    );
  }
  for (const [option, needed] of NEEDS) {
    if (flags[option] === undefined || flags[needed] !== undefined) continue;
    throw new UserError(
      `${flagOf(SAMPLE_OPTIONS[option])} means nothing without ${flagOf(SAMPLE_OPTIONS[needed])}`,
      `Add ${flagOf(SAMPLE_OPTIONS[needed])}.`,
    );
  }
  if (flags.beam !== undefined && flags.samples > 1) {
    throw new UserError(
      '--beam finds one text, the likeliest, and --samples asks for more',
      'Leave one of the two out.',
    );
  }
  for (const name of FILLED) {
    if (![flags[name]].flat().includes('')) continue;
    throw new UserError(`${flagOf(SAMPLE_OPTIONS[name])} is empty`, 'Give a text, or leave it out.');
  }
}

/** @throws UserError naming a flag that does not go with texts that are written column by column */
export function checkGridFlags(flags: SampleFlags): void {
  const impossible = (['color', 'ending', 'logProbabilities'] as const).find((name) => flags[name]);
  if (impossible === undefined) return;
  throw new UserError(
    `${flagOf(SAMPLE_OPTIONS[impossible])} does not work with this model, which writes column by column`,
    'Leave it out.',
  );
}

/** Returns the texts among the flags that were typed, as they were given. */
export function typedTexts(flags: SampleFlags): [flag: string, text: string][] {
  const { prompt = '', stop = [] } = flags;
  const named = (name: Flag, text: string): [string, string] => [flagOf(SAMPLE_OPTIONS[name]), text];
  return [
    ...(isTyped(prompt) ? [named('prompt', prompt)] : []),
    ...stop.map((text) => named('stop', text)),
    ...ESCAPED.flatMap((name) => (flags[name] === undefined ? [] : [named(name, flags[name])])),
  ];
}

/** Returns the flags with the escapes of their texts resolved, except in the prompt. */
export function withoutEscapes(flags: SampleFlags): SampleFlags {
  const given = ESCAPED.filter((name) => flags[name] !== undefined);
  const resolved = given.map((name) => [name, resolveEscapes(flags[name]!)]);
  return { ...flags, ...Object.fromEntries(resolved), stop: flags.stop?.map(resolveEscapes) };
}

/**
 * The sampling options that flags and the rest of the command line amount to.
 * @param given.ends whether the texts of the model have an end of their own
 */
export function generateOptions(
  flags: SampleFlags,
  given: { prompt: string; seed: number; corpus: SuffixIndex | undefined; ends: boolean },
): GenerateOptions {
  const { prompt, seed, corpus } = given;
  const { temperature = COMMAND_DEFAULTS.temperature, beam, ending, color, ...others } = flags;
  const { length } = COMMAND_DEFAULTS;
  // A beam may never come to its end.
  const hasEnd = beam === undefined && (given.ends || ENDS.some((name) => flags[name] !== undefined));
  return {
    length: ending !== undefined ? length.filled : hasEnd ? length.ended : length.plain,
    ...valuesFor(SAMPLING_OPTIONS, others),
    temperature,
    prompt,
    seed,
    corpus: flags.noCopy === undefined ? undefined : corpus,
    logProbabilities: flags.logProbabilities === true || color === true || ending !== undefined,
  };
}
