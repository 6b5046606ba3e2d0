import { inspect } from 'node:util';
import { describeRange, isInRange, type NumberRange } from '../numbers.js';
import { SuffixIndex } from '../text/suffix-index.js';
import { UNKNOWN, type Unknown } from '../text/vocabulary.js';
import type { Truncation } from './truncate.js';

/** Where a text may end by itself. */
export const UNITS = ['line', 'sentence', 'paragraph'] as const;
export type Unit = (typeof UNITS)[number];

/** How a text is written; see docs/guide/sampling.md for what each option does and in which order. */
export interface GenerateOptions extends Partial<Truncation> {
  /** What the network has read before it writes. */
  readonly prompt?: string | undefined;
  /** What becomes of characters in the prompt that the network never saw; `error` by default. */
  readonly unknown?: Unknown | undefined;
  /** Whether the prompt comes first in the output; true by default. */
  readonly echo?: boolean | undefined;
  /** The same seed gives the same text; 0 by default. */
  readonly seed?: number | undefined;

  /** Characters, words, or lines (blank ones not counted) after the prompt, at most; endless if none is given. */
  readonly length?: number | undefined;
  readonly words?: number | undefined;
  readonly lines?: number | undefined;
  readonly until?: Unit | undefined;
  /** Texts before which it ends. */
  readonly stop?: readonly string[] | undefined;

  /** 1 by default; two numbers: the first at the beginning, the second when `length` is reached. */
  readonly temperature?: number | readonly [first: number, last: number] | undefined;
  /** Temperature of the first character of a word. */
  readonly startTemperature?: number | undefined;
  /** Mean surprise to be held, in bits a character. */
  readonly targetBits?: number | undefined;
  /** Divides the probability of going on with a repeat, once for each character beyond the fourth; 1 for none. */
  readonly repetitionPenalty?: number | undefined;
  /** How far back repeats are looked for, in characters; 256 by default. */
  readonly repetitionWindow?: number | undefined;

  /** Characters that are never written, or the only ones that may be. */
  readonly ban?: string | undefined;
  readonly allow?: string | undefined;
  /** A regular expression that the text after the prompt matches as a whole; not with words, lines, until or stop. */
  readonly match?: string | undefined;
  /** No run of so many characters of `corpus` is written. */
  readonly noCopy?: number | undefined;
  readonly corpus?: SuffixIndex | undefined;

  /** Whether the log-probability of each character is wanted; false by default, since it costs time. */
  readonly logProbabilities?: boolean | undefined;
}

const TEMPERATURE: NumberRange = { minimum: 0, maximum: Number.MAX_VALUE };
const COUNT: NumberRange = { minimum: 1, maximum: 1e12, integer: true };

/** The ranges of all options that are numbers. */
export const SAMPLE_RANGES = {
  seed: { minimum: 0, maximum: 2 ** 32 - 1, integer: true },
  length: { minimum: 0, maximum: 1e12, integer: true },
  words: COUNT,
  lines: COUNT,
  temperature: TEMPERATURE,
  startTemperature: TEMPERATURE,
  targetBits: { minimum: 0.01, maximum: 20 },
  topK: { minimum: 0, maximum: 0x110000, integer: true },
  typical: { minimum: 0, maximum: 1 },
  topP: { minimum: 0, maximum: 1 },
  minP: { minimum: 0, maximum: 1 },
  repetitionPenalty: { minimum: 1, maximum: 1000 },
  repetitionWindow: { minimum: 1, maximum: 65_536, integer: true },
  noCopy: { minimum: 2, maximum: 1e9, integer: true },
} as const satisfies Partial<Record<keyof GenerateOptions, NumberRange>>;

const isText = (value: unknown) => typeof value === 'string';
const TEXT = ['a text', isText] as const;
const SWITCH = ['true or false', (value: unknown) => typeof value === 'boolean'] as const;
const oneOf = (names: readonly unknown[]) =>
  [names.join(' or '), (value: unknown) => names.includes(value)] as const;

/** What the options that are no numbers are. */
const KINDS = {
  prompt: TEXT,
  unknown: oneOf(UNKNOWN),
  echo: SWITCH,
  until: oneOf(UNITS),
  stop: ['a list of texts', (value: unknown) => Array.isArray(value) && value.every(isText)],
  ban: TEXT,
  allow: TEXT,
  match: TEXT,
  corpus: ['an index of a corpus', (value: unknown) => value instanceof SuffixIndex],
  logProbabilities: SWITCH,
} as const satisfies Record<Exclude<keyof GenerateOptions, keyof typeof SAMPLE_RANGES>, unknown>;

/** @throws RangeError naming the first option that is not what it may be */
export function checkOptions(options: GenerateOptions): void {
  for (const name of Object.keys(SAMPLE_RANGES) as (keyof typeof SAMPLE_RANGES)[]) {
    const value = options[name];
    const values = Array.isArray(value) && name === 'temperature' && value.length === 2 ? value : [value];
    for (const one of values) if (value !== undefined) checkNumber(name, one, SAMPLE_RANGES[name]);
  }
  for (const name of Object.keys(KINDS) as (keyof typeof KINDS)[]) {
    const [kind, holds] = KINDS[name];
    if (options[name] !== undefined && !holds(options[name])) throw wrong(name, options[name], kind);
  }
  if (options.noCopy !== undefined && !options.corpus) throw new RangeError('noCopy needs a corpus');
  const end = (['stop', 'until', 'words', 'lines'] as const).find((name) => options[name] !== undefined);
  if (options.match !== undefined && end) {
    throw new RangeError(`match says itself where a text ends, and so does ${end}`);
  }
}

/** @throws RangeError if a value is not a number of a range */
export function checkNumber(name: string, value: unknown, range: NumberRange): void {
  if (!isInRange(value, range)) throw wrong(name, value, describeRange(range));
}

function wrong(name: string, value: unknown, wanted: string): RangeError {
  const seen = inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 60 });
  return new RangeError(`${name} is ${seen}, not ${wanted}`);
}
