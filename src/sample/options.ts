import { inspect } from 'node:util';
import { describeRange, isInRange, type NumberRange } from '../numbers.js';
import { SuffixIndex } from '../text/suffix-index.js';
import { UNKNOWN, type Unknown } from '../text/vocabulary.js';
import type { Truncation } from './truncate.js';

/** Units of text at whose end a text may stop. */
export const UNITS = ['line', 'sentence', 'paragraph'] as const;
export type Unit = (typeof UNITS)[number];

/** How a text is written; docs/guide/sampling.md describes each option and the order in which they apply. */
export interface GenerateOptions extends Partial<Truncation> {
  /** The text to continue; empty by default. */
  readonly prompt?: string | undefined;
  /** What to do with characters of the prompt that the network never saw; `error` by default. */
  readonly unknown?: Unknown | undefined;
  /** Whether the output starts with the prompt; true by default. */
  readonly echo?: boolean | undefined;
  /** The same seed gives the same text; 0 by default. */
  readonly seed?: number | undefined;

  /** Stops after this many characters; endless by default. */
  readonly length?: number | undefined;
  /** Stops after this many words. */
  readonly words?: number | undefined;
  /** Stops after this many lines; blank lines do not count. */
  readonly lines?: number | undefined;
  /** Stops at the end of the first line, sentence or paragraph. */
  readonly until?: Unit | undefined;
  /** Stops before any of these texts. */
  readonly stop?: readonly string[] | undefined;

  /** 1 by default; a pair changes evenly from the first character to the one at `length`. */
  readonly temperature?: number | readonly [first: number, last: number] | undefined;
  /** Temperature of the first character of each word. */
  readonly startTemperature?: number | undefined;
  /** Adjusts the temperature to hold this mean surprise, in bits per character. */
  readonly targetBits?: number | undefined;
  /** Divides the probability of continuing a repeat, once per character beyond the fourth; 1 (the default) disables it. */
  readonly repetitionPenalty?: number | undefined;
  /** How far back to look for repeats, in characters; 256 by default. */
  readonly repetitionWindow?: number | undefined;

  /** Characters that are never written. */
  readonly ban?: string | undefined;
  /** The only characters that may be written. */
  readonly allow?: string | undefined;
  /** A regular expression that the whole text after the prompt must match; excludes words, lines, until and stop. */
  readonly match?: string | undefined;
  /** Never writes this many characters in a row that occur in `corpus`. */
  readonly noCopy?: number | undefined;
  /** The indexed text for `noCopy`; see `loadCorpus`. */
  readonly corpus?: SuffixIndex | undefined;

  /** Whether to report the log probability of each character; false by default, since it costs time. */
  readonly logProbabilities?: boolean | undefined;
}

/** What an option accepts: a number in a range, one of a few words, or a value of a kind. */
export type Accepted = NumberRange | readonly string[] | keyof typeof KINDS;

/** One sampling option, for programs and for the command line. */
export interface SamplingOption {
  readonly accepts: Accepted;
  /** The flag as commander reads it. */
  readonly flag: string;
  /** The sentence in a command's help. */
  readonly help: string;
  /** What leaving the option out means to a program, where that is a value. */
  readonly default: unknown;
}

/** A row of a table of options. */
export function option<A extends Accepted, const D = undefined>(
  accepts: A,
  flag: string,
  help: string,
  byDefault: D = undefined as D,
): SamplingOption & { readonly accepts: A; readonly default: D } {
  return { accepts, flag, help, default: byDefault };
}

const TEMPERATURE: NumberRange = { minimum: 0, maximum: Number.MAX_VALUE };
const COUNT: NumberRange = { minimum: 1, maximum: 1e12, integer: true };
const SHARE: NumberRange = { minimum: 0, maximum: 1 };
const SEED: NumberRange = { minimum: 0, maximum: 2 ** 32 - 1, integer: true };
const length = (minimum: number, maximum: number): NumberRange => ({ minimum, maximum, integer: true });

/** All sampling options, grouped as in a command's help: flags, help, checks and defaults all come from here. */
export const OPTION_GROUPS = {
  prompt: {
    prompt: option(
      'text',
      '--prompt <text>',
      'text to continue; @FILE or - reads it from a file or stdin',
      '',
    ),
    echo: option('switch', '--no-echo', 'write only what follows the prompt', true),
    unknown: option(UNKNOWN, '--unknown <what>', 'what to do with characters the model never saw', 'error'),
  },
  end: {
    length: option(length(0, 1e12), '--length <n>', 'stop after N characters', Number.POSITIVE_INFINITY),
    words: option(COUNT, '--words <n>', 'stop after N words'),
    lines: option(COUNT, '--lines <n>', 'stop after N lines; blank lines do not count'),
    until: option(UNITS, '--until <unit>', 'stop at the end of the first unit'),
    stop: option('texts', '--stop <text>', 'stop before this text; may be repeated', []),
  },
  choice: {
    temperature: option(
      TEMPERATURE,
      '--temp <n>',
      'temperature: lower is more predictable, 0 always picks the likeliest character',
      1,
    ),
    startTemperature: option(
      TEMPERATURE,
      '--temp-start <n>',
      'temperature of the first character of each word',
    ),
    targetBits: option(
      { minimum: 0.01, maximum: 20 },
      '--target-bits <n>',
      'adjust the temperature to hold this mean surprise, in bits per character',
    ),
    topK: option(
      length(0, 0x110000),
      '--top-k <n>',
      'choose among the N likeliest characters; 0 keeps all',
      0,
    ),
    topP: option(
      SHARE,
      '--top-p <p>',
      'choose among the likeliest characters that together have probability P',
      1,
    ),
    minP: option(SHARE, '--min-p <p>', 'drop characters less than P times as likely as the likeliest', 0),
    typical: option(
      SHARE,
      '--typical <p>',
      'choose among the characters of most typical surprise that together have probability P',
      1,
    ),
    repetitionPenalty: option(
      { minimum: 1, maximum: 1000 },
      '--repetition-penalty <n>',
      'make repeats of more than 4 characters less likely; 1 disables it',
      1,
    ),
    repetitionWindow: option(
      length(1, 65_536),
      '--repetition-window <n>',
      'how far back to look for repeats, in characters',
      256,
    ),
  },
  rules: {
    ban: option('text', '--ban <characters>', 'never write these characters', ''),
    allow: option('text', '--allow <characters>', 'write only these characters'),
    match: option('text', '--match <regex>', 'make the whole text after the prompt match this'),
    noCopy: option(length(2, 1e9), '--no-copy <n>', 'never copy N characters in a row from the corpus'),
  },
  output: {
    seed: option(SEED, '--seed <n>', 'the same seed gives the same text', 0),
    logProbabilities: option(
      'switch',
      '--logprobs',
      'with --json: log probability of each character, in nats',
      false,
    ),
  },
} as const;

/** The same by name. */
export const SAMPLING_OPTIONS = {
  ...OPTION_GROUPS.prompt,
  ...OPTION_GROUPS.end,
  ...OPTION_GROUPS.choice,
  ...OPTION_GROUPS.rules,
  ...OPTION_GROUPS.output,
} as const satisfies Record<Exclude<keyof GenerateOptions, 'corpus'>, SamplingOption>;

/**
 * Defaults of the commands where they differ from those of programs. A program gets the network's own distribution and
 * ends a text when it likes. A person at a terminal wants readable text and the prompt back: so the temperature is lower
 * and every text has a length, which for one with an end of its own only keeps it from running forever.
 */
export const COMMAND_DEFAULTS = {
  temperature: 0.8,
  length: { plain: 1000, ended: 100_000, filled: 200 },
} as const;

const isText = (value: unknown) => typeof value === 'string';

/** What a value of each kind is, in words and as a check. */
const KINDS = {
  text: ['a text', isText],
  texts: ['a list of texts', (value: unknown) => Array.isArray(value) && value.every(isText)],
  switch: ['true or false', (value: unknown) => typeof value === 'boolean'],
  corpus: ['an index of a corpus', (value: unknown) => value instanceof SuffixIndex],
} as const;

/** @throws RangeError naming the first option with a value that is not allowed */
export function checkOptions(options: GenerateOptions): void {
  for (const [name, { accepts }] of Object.entries<SamplingOption>(SAMPLING_OPTIONS)) {
    const value: unknown = options[name as keyof GenerateOptions];
    if (value === undefined) continue;
    const isSchedule = name === 'temperature' && Array.isArray(value) && value.length === 2;
    for (const one of isSchedule ? value : [value]) checkValue(name, one, accepts);
  }
  if (options.corpus !== undefined) checkValue('corpus', options.corpus, 'corpus');
  if (options.noCopy !== undefined && !options.corpus) throw new RangeError('noCopy needs a corpus');
  const end = (['stop', 'until', 'words', 'lines'] as const).find((name) => options[name] !== undefined);
  if (options.match !== undefined && end) {
    throw new RangeError(`match decides where a text ends, and so does ${end}`);
  }
}

/** @throws RangeError naming the value if it is not accepted */
export function checkValue(name: string, value: unknown, accepted: Accepted): void {
  const [wanted, isAccepted] = describe(accepted);
  if (isAccepted(value)) return;
  const seen = inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 60 });
  throw new RangeError(`${name} is ${seen}, not ${wanted}`);
}

function describe(accepted: Accepted): readonly [wanted: string, isAccepted: (value: unknown) => boolean] {
  if (typeof accepted === 'string') return KINDS[accepted];
  if ('minimum' in accepted) return [describeRange(accepted), (value) => isInRange(value, accepted)];
  return [accepted.join(' or '), (value) => accepted.includes(value as string)];
}
