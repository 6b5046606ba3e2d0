import { Option } from 'commander';
import { TRAIN_OPTIONS } from '../checkpoint/options.js';
import type { EngineChoice } from '../engine/engine.js';
import { UserError } from '../errors.js';
import {
  accepts,
  describeKind,
  type OptionKind,
  type OptionRow,
  resolved,
  type ValueOf,
} from '../options.js';

/** An option made from a row of a table; commander stores its value under the row's name, if it has one. */
export class TableOption extends Option {
  constructor(
    readonly rowName: string | undefined,
    readonly row: OptionRow,
    /** Whether only `--help-all` shows it. */
    readonly isAdvanced = false,
  ) {
    super(row.flag, helpOf(row));
    if (row.kind === 'texts') this.argParser((text: string, before: string[] = []) => [...before, text]);
    else if (this.required) this.argParser((text: string) => parseValue(text, `--${this.name()}`, row.kind));
  }

  override attributeName(): string {
    return this.rowName ?? super.attributeName();
  }
}

/**
 * What a `--no-...` switch turns off, as a flag of its own: `--resume` may repeat it. Without it, commander
 * would take the switch for given in every call.
 */
export class PositiveOption extends Option {
  constructor(
    readonly rowName: string,
    { flag }: OptionRow,
  ) {
    super(flag.replace('--no-', '--'));
    this.hideHelp();
  }

  override attributeName(): string {
    return this.rowName;
  }
}

/** The help of a row, followed by the words it accepts and its default. */
function helpOf({ help, kind, ...row }: OptionRow): string {
  const isWord = typeof kind === 'object' && 'words' in kind;
  const words = isWord ? [kind.synonyms?.described ?? kind.words.join(', ')] : [];
  const defaultHelp = row.defaultHelp ?? row.default;
  const notes =
    typeof defaultHelp === 'boolean' || defaultHelp === undefined
      ? words
      : [...words, `default: ${defaultHelp}`];
  return notes.length === 0 ? help : `${help} (${notes.join('; ')})`;
}

const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const SIZE = /^(\d+(?:\.\d*)?|\.\d+)([kmgt]?)(i?b)?$/i;

/** "4G", "512M" or "1.5GiB" as bytes, where K, M, G and T are powers of 1024; NaN for anything else. */
function bytesOf(text: string): number {
  const [, number, unit = ''] = SIZE.exec(text) ?? [];
  return Number(number) * 1024 ** ['', 'k', 'm', 'g', 't'].indexOf(unit.toLowerCase());
}

/**
 * Returns the value that a text on the command line stands for.
 * @throws UserError naming the option, and what was given
 */
export function parseValue<K extends OptionKind>(text: string, what: string, kind: K): ValueOf<K> {
  const isNumber = typeof kind === 'object' && 'minimum' in kind;
  const number = DECIMAL.test(text.trim()) ? Number(text) : Number.NaN;
  const value = isNumber ? number : kind === 'bytes' ? bytesOf(text.trim()) : resolved(kind, text);
  if (accepts(kind, value)) return value as ValueOf<K>;
  const like = typeof kind === 'object' && 'words' in kind ? (kind.synonyms?.like(text) ?? []) : [];
  const meant = like.length > 0 ? ` Did you mean ${like.join(' or ')}?` : '';
  throw new UserError(`${what} is ${JSON.stringify(text)}`, `Give ${describeKind(kind)}.${meant}`);
}

/** An option that takes a value of a kind; anything else is a UserError. */
export function valueOption(flag: string, help: string, kind: OptionKind): Option {
  return new TableOption(undefined, { flag, kind, help });
}

/** Chooses the build of the kernels. */
export function engineOption(): Option {
  return new TableOption('engine', TRAIN_OPTIONS.engine);
}

/** The number of threads. */
export function threadsOption(): Option {
  return new TableOption('threads', TRAIN_OPTIONS.threads);
}

/** What the options about engines give. */
export interface EngineFlags {
  readonly engine?: EngineChoice;
  readonly threads?: number;
}

export function jsonOption(description = 'print JSON'): Option {
  return new Option('--json', description);
}

/**
 * Makes sure that a network has a layer or a unit.
 * @throws UserError naming the flag
 */
export function checkPlace(flag: string, value: number, size: number): void {
  if (value < size) return;
  throw new UserError(
    `${flag} is ${value}`,
    size === 1 ? 'There is only 0.' : `Give a number from 0 to ${size - 1}.`,
  );
}

/** For the help of every command that takes a model as its argument. */
export const MODEL_HELP = `
The model is a run folder, read at its best checkpoint, or a checkpoint file.
The default is the newest run.`;
