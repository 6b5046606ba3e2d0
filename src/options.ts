import { inspect } from 'node:util';
import { describeRange, isInRange, type NumberRange } from './numbers.js';

/** Other names of words, such as `cp1252` for `windows-1252`. Records have the words themselves. */
export interface Synonyms {
  /** What an option accepts, for help and errors: there are too many words to list. */
  readonly described: string;
  /** Returns the word that has a name; undefined if none has. */
  find(name: string): string | undefined;
  /** Returns the words that may have been meant by a name that no word has. */
  like(name: string): readonly string[];
}

/**
 * The values an option accepts. A `switch` takes no value on the command line; `bytes` is a size such as
 * "4G".
 */
export type OptionKind =
  | NumberRange
  | { readonly words: readonly string[]; readonly synonyms?: Synonyms }
  | { readonly longest: number }
  | 'switch'
  | 'text'
  | 'texts'
  | 'optional text'
  | 'bytes';

/** The TypeScript type of an option's value. */
export type ValueOf<K> = K extends { readonly words: readonly (infer Word)[] }
  ? Word
  : K extends NumberRange | 'bytes'
    ? number
    : K extends 'texts'
      ? readonly string[]
      : K extends 'switch'
        ? boolean
        : K extends 'optional text'
          ? string | true
          : string;

/** The optional columns of a row. */
export interface OptionColumns {
  /** The value in new runs; missing where it is computed or where nothing is set. */
  readonly default?: number | string | boolean;
  /** What the help says in place of the default, for example how it is computed. */
  readonly defaultHelp?: string;
  /**
   * What it means that a checkpoint does not record the option: the behaviour of the versions that did not
   * have it yet. Unlike the default, it never changes. Without this column, a checkpoint must record the
   * option.
   */
  readonly absent?: number | string | boolean;
  /**
   * What fixes the option once a run has started. `shape`: the weights have this shape, so neither `--resume`
   * nor `--from` accepts another value. `run`: `--resume` does not. Without this column, the option may
   * change on resume.
   */
  readonly frozen?: 'shape' | 'run';
  /** Whether the short help lists it. */
  readonly isCommon?: boolean;
  /** Names that other programs, such as char-rnn, have for the option, without dashes. */
  readonly aliases?: readonly string[];
}

/** One option: how it is written on the command line, what it accepts, and what it means. */
export interface OptionRow extends OptionColumns {
  /** "--seq-length <n>", or "--residual" for a switch. */
  readonly flag: string;
  readonly kind: OptionKind;
  readonly help: string;
}

/** A table of options by the names that records and programs use. */
export type OptionTable = Readonly<Record<string, OptionRow>>;

/** The options a program or a command line may set: all of them may be left out. */
export type OptionValues<T extends OptionTable> = {
  readonly [Name in keyof T]?: ValueOf<T[Name]['kind']>;
};

/** Makes a row, keeping the types of its kind and its default. */
export function row<const K extends OptionKind, const C extends OptionColumns = object>(
  flag: string,
  kind: K,
  help: string,
  columns?: C,
) {
  return { flag, kind, help, ...(columns as C) };
}

/** The long flag without its placeholder: "--seq-length". */
export function flagOf({ flag }: OptionRow): string {
  return /--[\w-]+/.exec(flag)![0];
}

/** "--hidden 128" or, of a switch, "--coupled" or "no --coupled". */
export function flagWithValue(option: OptionRow, value: unknown): string {
  const flag = flagOf(option);
  if (typeof value === 'boolean') return value === flag.startsWith('--no-') ? `no ${flag}` : flag;
  return `${flag} ${value}`;
}

/** Whether an option accepts a value. */
export function accepts(kind: OptionKind, value: unknown): boolean {
  if (kind === 'switch') return typeof value === 'boolean';
  if (kind === 'text') return typeof value === 'string';
  if (kind === 'texts')
    return Array.isArray(value) && value.every((text) => typeof text === 'string' && text !== '');
  if (kind === 'optional text') return typeof value === 'string' || value === true;
  if (kind === 'bytes') return isInRange(value, { minimum: 1, maximum: Number.MAX_VALUE });
  if ('words' in kind) return (kind.words as readonly unknown[]).includes(value);
  if ('longest' in kind) return typeof value === 'string' && value.length <= kind.longest;
  return isInRange(value, kind);
}

/** Returns the value that a record has for one that a user gave: the word for a synonym. */
export function resolved(kind: OptionKind, value: unknown): unknown {
  const synonyms = typeof kind === 'object' && 'words' in kind ? kind.synonyms : undefined;
  return synonyms && typeof value === 'string' ? (synonyms.find(value) ?? value) : value;
}

/** What an option accepts, for error messages: "a whole number from 1 to 64", "one of lstm, rnn". */
export function describeKind(kind: OptionKind): string {
  if (kind === 'switch') return 'true or false';
  if (kind === 'text') return 'a string';
  if (kind === 'texts') return 'a list of strings that are not empty';
  if (kind === 'optional text') return 'a string or true';
  if (kind === 'bytes') return 'a size such as 512M or 4G';
  if ('words' in kind) return kind.synonyms?.described ?? `one of ${kind.words.join(', ')}`;
  return 'longest' in kind ? `a string of at most ${kind.longest} characters` : describeRange(kind);
}

/**
 * Checks the values that a program gives for options of a table.
 * @throws RangeError naming the first one that is not accepted
 */
export function checkValues(table: OptionTable, given: object): void {
  for (const [name, { kind }] of Object.entries(table)) {
    const value: unknown = given[name as keyof typeof given];
    if (value !== undefined && !accepts(kind, resolved(kind, value)))
      throw wrongValue(name, value, kind === 'bytes' ? 'a number of bytes' : describeKind(kind));
  }
}

/** The error about a value that is not what it should be. */
export function wrongValue(name: string, value: unknown, expected: string): RangeError {
  const shown = inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 60 });
  return new RangeError(`${name} is ${shown}, not ${expected}`);
}

type Defaults<T extends OptionTable> = {
  readonly [Name in keyof T as T[Name]['default'] extends number | string | boolean ? Name : never]: ValueOf<
    T[Name]['kind']
  >;
};

/** The defaults of a table, leaving out options that have none. */
export function defaultsOf<T extends OptionTable>(table: T): Defaults<T> {
  const rows = Object.entries(table).filter(([, option]) => option.default !== undefined);
  return Object.fromEntries(rows.map(([name, option]) => [name, option.default])) as unknown as Defaults<T>;
}

/**
 * The values among `given` that belong to options of a table, leaving out those that are not set. Synonyms are
 * replaced by the words that they mean.
 */
export function valuesFor<T extends OptionTable>(table: T, given: OptionValues<T>): OptionValues<T> {
  const set = Object.keys(table).filter((name) => given[name] !== undefined);
  return Object.fromEntries(
    set.map((name) => [name, resolved(table[name]!.kind, given[name])]),
  ) as OptionValues<T>;
}
