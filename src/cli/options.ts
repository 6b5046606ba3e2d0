import { Option } from 'commander';
import { ENGINE_CHOICES, type EngineChoice } from '../engine/engine.js';
import { UserError } from '../errors.js';
import { describeRange, isInRange, type NumberRange } from '../numbers.js';
import { UNKNOWN } from '../text/vocabulary.js';

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** An option that takes a number; anything else, or one outside the range, is a UserError naming it. */
export function numberOption(flags: string, description: string, range: NumberRange): Option {
  const option = new Option(flags, description);
  return option.argParser((text: string) => parseNumber(text, `--${option.name()}`, range));
}

/** @throws UserError naming the option, and what was given */
export function parseNumber(text: string, what: string, range: NumberRange): number {
  const value = DECIMAL.test(text.trim()) ? Number(text) : Number.NaN;
  if (isInRange(value, range)) return value;
  throw new UserError(`${what} is ${JSON.stringify(text)}`, `Give ${describeRange(range)}.`);
}

const SIZE = /^(\d+\.?\d*|\.\d+)([kmgt]?)(i?b)?$/i;

/** An option that takes a size in bytes: "4G", "512M", "1.5GiB"; K, M, G and T are powers of 1024. */
export function sizeOption(flags: string, description: string): Option {
  const option = new Option(flags, description);
  return option.argParser((text: string) => {
    const [, number, unit] = SIZE.exec(text.trim()) ?? [];
    const size = Number(number) * 1024 ** ['', 'k', 'm', 'g', 't'].indexOf(unit?.toLowerCase() ?? '');
    if (size >= 1) return size;
    throw new UserError(`--${option.name()} is ${JSON.stringify(text)}`, 'Give a size such as 512M or 4G.');
  });
}

/** An option that takes one of a few words. */
export function wordOption(flags: string, description: string, words: readonly string[]): Option {
  const option = new Option(flags, `${description} (${words.join(', ')})`);
  return option.argParser((text: string) => {
    if (words.includes(text)) return text;
    throw new UserError(`--${option.name()} is ${JSON.stringify(text)}`, `Give one of ${words.join(', ')}.`);
  });
}

/** Which build of the kernels to use. */
export function engineOption(): Option {
  return wordOption(
    '--engine <name>',
    'which build of the arithmetic; see "charlstm engine"',
    ENGINE_CHOICES,
  );
}

/** How many threads work together. */
export function threadsOption(): Option {
  return numberOption('--threads <n>', 'threads that work together (default: as many as cores)', {
    minimum: 1,
    maximum: 64,
    integer: true,
  });
}

/** What the options about engines give. */
export interface EngineFlags {
  readonly engine?: EngineChoice;
  readonly threads?: number;
}

/** What to do with characters that a model never saw: the same choice wherever a text meets a model. */
export function unknownOption(): Option {
  return wordOption('--unknown <what>', 'what to do with characters the model never saw', UNKNOWN).default(
    'error',
  );
}

/** Which text a model reads. */
export function textOption(): Option {
  return new Option(
    '--text <file>',
    "the text: a file, a folder, a glob or - (default: the run's validation text)",
  );
}

export function jsonOption(description = 'as JSON'): Option {
  return new Option('--json', description);
}

/** @param what is drawn */
export function svgOption(what: string): Option {
  return new Option('--svg <file>', `also draw ${what} into an SVG file`);
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
The model is a run folder (its best checkpoint) or a checkpoint file; by default the newest run.`;

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', '\\': '\\' };

/** Resolves the escapes `\n`, `\t` and `\\`, which a shell passes on as they are. */
export function resolveEscapes(text: string): string {
  return text.replace(/\\([nt\\])/g, (_, letter: string) => ESCAPES[letter]!);
}

/** Writes line breaks, tabs and backslashes as the escapes that `resolveEscapes` reads. */
export function withEscapes(text: string): string {
  const letters: Record<string, string> = { '\n': 'n', '\t': 't', '\\': '\\' };
  return text.replace(/[\n\t\\]/g, (character) => `\\${letters[character]}`);
}
