import { checkValues, type OptionRow, row, wrongValue } from '../options.js';
import { SuffixIndex } from '../text/suffix-index.js';
import { UNKNOWN, type Unknown } from '../text/vocabulary.js';
import type { Truncation } from './truncate.js';

/** Units of text at whose end a text may stop. */
export const UNITS = ['line', 'sentence', 'paragraph'] as const;
export type Unit = (typeof UNITS)[number];

/** How a text is written; docs/guide/sampling.md describes each option and the order in which they apply. */
export interface GenerateOptions extends Partial<Truncation> {
  /** The text to continue; empty by default. It is read in the form that the network knows. */
  readonly prompt?: string | undefined;
  /** Labels of the text, as "column=value"; of other columns, one is drawn by its share of the corpus. */
  readonly label?: readonly string[] | undefined;
  /** What to do with characters of the prompt that the network never saw; `error` by default. */
  readonly unknown?: Unknown | undefined;
  /** Whether the output starts with the prompt; true by default. */
  readonly echo?: boolean | undefined;
  /**
   * Whether the network first draws some lines that are thrown away; otherwise it starts from zero state, as it
   * always does with a collection of texts.
   */
  readonly leadIn?: boolean | undefined;
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
  /** Stops before any of these texts; one that the network cannot write has no effect. */
  readonly stop?: readonly string[] | undefined;

  /** 1 by default; a pair changes evenly from the first character to the one at `length`. */
  readonly temperature?: number | readonly [first: number, last: number] | undefined;
  /** Temperature of the first character of each word. */
  readonly startTemperature?: number | undefined;
  /** Adjusts the temperature to hold this mean surprise, in bits per character. */
  readonly targetBits?: number | undefined;
  /** Divides the probability of continuing a repeat, per character beyond the fourth; 1 by default. */
  readonly repetitionPenalty?: number | undefined;
  /** How far back to look for repeats, in characters; 256 by default. */
  readonly repetitionWindow?: number | undefined;

  /** Characters that are never written. */
  readonly ban?: string | undefined;
  /** The only characters that may be written. */
  readonly allow?: string | undefined;
  /** A regular expression for the whole text after the prompt; excludes words, lines, until and stop. */
  readonly match?: string | undefined;
  /** Never writes this many characters in a row that occur in `corpus`. */
  readonly noCopy?: number | undefined;
  /** The indexed text for `noCopy`; see `loadCorpus`. */
  readonly corpus?: SuffixIndex | undefined;

  /** Whether to report the log probability of each character; false by default, since it costs time. */
  readonly logProbabilities?: boolean | undefined;
}

const TEMPERATURE = { minimum: 0, maximum: Number.MAX_VALUE } as const;
const COUNT = { minimum: 1, maximum: 1e12, integer: true } as const;
const SHARE = { minimum: 0, maximum: 1 } as const;
const SEED = { minimum: 0, maximum: 2 ** 32 - 1, integer: true } as const;

/**
 * All sampling options, grouped as in a command's help: flags, help, checks and defaults all come from here.
 * A default is what leaving the option out means to a program.
 */
export const OPTION_GROUPS = {
  prompt: {
    prompt: row('--prompt <text>', 'text', 'text to continue; @FILE or - reads it from a file or stdin', {
      aliases: ['primetext', 'prime', 'start', 'start-text'],
    }),
    echo: row('--no-echo', 'switch', 'write only what follows the prompt', { default: true }),
    label: row('--label <column=value>', 'texts', 'write a text of this kind; may be repeated'),
    leadIn: row('--no-lead-in', 'switch', 'start from zero state, not after lines that are thrown away', {
      default: true,
    }),
    unknown: row('--unknown <what>', { words: UNKNOWN }, 'what to do with characters the model never saw', {
      default: 'error',
    }),
  },
  end: {
    length: row('--length <n>', { minimum: 0, maximum: 1e12, integer: true }, 'stop after N characters', {
      default: Number.POSITIVE_INFINITY,
      aliases: ['max-new-tokens'],
    }),
    words: row('--words <n>', COUNT, 'stop after N words'),
    lines: row('--lines <n>', COUNT, 'stop after N lines; blank lines do not count'),
    until: row('--until <unit>', { words: UNITS }, 'stop at the end of the first unit'),
    stop: row('--stop <text>', 'texts', 'stop before this text; may be repeated'),
  },
  choice: {
    temperature: row(
      '--temp <n>',
      TEMPERATURE,
      'temperature: lower is more predictable, 0 always picks the likeliest character',
      { default: 1, aliases: ['temperature'] },
    ),
    startTemperature: row('--temp-start <n>', TEMPERATURE, 'temperature of the first character of each word'),
    targetBits: row(
      '--target-bits <n>',
      { minimum: 0.01, maximum: 20 },
      'adjust the temperature to hold this mean surprise, in bits per character',
    ),
    topK: row(
      '--top-k <n>',
      { minimum: 0, maximum: 0x110000, integer: true },
      'choose among the N likeliest characters; 0 keeps all',
      { default: 0 },
    ),
    topP: row(
      '--top-p <p>',
      SHARE,
      'choose among the likeliest characters that together have probability P',
      { default: 1 },
    ),
    minP: row('--min-p <p>', SHARE, 'drop characters less than P times as likely as the likeliest', {
      default: 0,
    }),
    typical: row(
      '--typical <p>',
      SHARE,
      'choose among the characters of most typical surprise that together have probability P',
      { default: 1 },
    ),
    repetitionPenalty: row(
      '--repetition-penalty <n>',
      { minimum: 1, maximum: 1000 },
      'make repeats of more than 4 characters less likely; 1 disables it',
      { default: 1 },
    ),
    repetitionWindow: row(
      '--repetition-window <n>',
      { minimum: 1, maximum: 65_536, integer: true },
      'how far back to look for repeats, in characters',
      { default: 256 },
    ),
  },
  rules: {
    ban: row('--ban <characters>', 'text', 'never write these characters'),
    allow: row('--allow <characters>', 'text', 'write only these characters'),
    match: row('--match <regex>', 'text', 'make the whole text after the prompt match this'),
    noCopy: row(
      '--no-copy <n>',
      { minimum: 2, maximum: 1e9, integer: true },
      'never copy N characters in a row from the corpus',
    ),
  },
  output: {
    seed: row('--seed <n>', SEED, 'the same seed gives the same text', { default: 0 }),
    logProbabilities: row('--logprobs', 'switch', 'with --json: log probability of each character, in nats', {
      default: false,
    }),
  },
} as const;

/** The same by name. */
export const SAMPLING_OPTIONS = {
  ...OPTION_GROUPS.prompt,
  ...OPTION_GROUPS.end,
  ...OPTION_GROUPS.choice,
  ...OPTION_GROUPS.rules,
  ...OPTION_GROUPS.output,
} as const satisfies Record<Exclude<keyof GenerateOptions, 'corpus'>, OptionRow>;

/**
 * Defaults of the commands where they differ from those of programs. A program gets the network's own
 * distribution and ends a text when it likes. A person at a terminal wants readable text and the prompt back:
 * so the temperature is lower and every text has a length, which for one with an end of its own only keeps it
 * from running forever.
 */
export const COMMAND_DEFAULTS = {
  temperature: 0.8,
  length: { plain: 1000, ended: 100_000, filled: 200 },
} as const;

/** @throws RangeError naming the first option with a value that is not allowed */
export function checkOptions({ corpus, ...options }: GenerateOptions): void {
  const { temperature } = options;
  const isSchedule = Array.isArray(temperature) && temperature.length === 2;
  checkValues(SAMPLING_OPTIONS, isSchedule ? { ...options, temperature: temperature[0] } : options);
  if (isSchedule) checkValues(SAMPLING_OPTIONS, { temperature: temperature[1] });
  if (corpus !== undefined && !(corpus instanceof SuffixIndex))
    throw wrongValue('corpus', corpus, 'an index of a corpus');
  if (options.noCopy !== undefined && !corpus) throw new RangeError('noCopy needs a corpus');
  const end = (['stop', 'until', 'words', 'lines'] as const).find((name) => options[name] !== undefined);
  if (options.match !== undefined && end) {
    throw new RangeError(`match decides where a text ends, and so does ${end}`);
  }
}
