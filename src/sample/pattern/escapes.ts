import type { Reader } from './reader.js';
import type { ClassItem } from './tree.js';

const CONTROLS: Record<string, number> = { t: 9, n: 10, v: 11, f: 12, r: 13 };
const MAX_CODE_POINT = 0x10ffff;

/** Escapes that a finite automaton cannot express, or that make no sense if the whole text has to match. */
const UNSUPPORTED: [kind: RegExp, name: string][] = [
  [/[1-9]/, 'a back-reference'],
  [/k/, 'a named back-reference'],
  [/[bB]/, 'a word boundary'],
];

/**
 * Reads an escape; the reader is past its backslash. Escaped letters and digits mean what they do in
 * JavaScript with the flag u; any other ASCII character stands for itself.
 * @param inClass whether it is between brackets, where `\b` is a backspace
 * @throws UserError naming an escape that is unknown, malformed or not supported
 */
export function readEscape(reader: Reader, inClass: boolean): ClassItem {
  const start = reader.at - 1;
  const letter = reader.peek();
  if (letter === undefined) throw reader.error('\\ at the end has nothing to escape', start);
  reader.at++;
  const character = (codePoint: number): ClassItem => ({ first: codePoint, last: codePoint });
  const malformed = (form: string) => reader.error(`\\${letter} is not followed by ${form}`, start);

  if (/[dswDSW]/.test(letter)) return { escape: `\\${letter}` };
  if (letter === 'p' || letter === 'P') return readProperty(reader, start);
  if (letter === 'u') return character(readUnicode(reader, start));
  if (letter in CONTROLS) return character(CONTROLS[letter]!);
  if (letter === 'x') {
    const digits = reader.take(/[0-9a-f]/i, 2);
    if (digits.length < 2) throw malformed('two hexadecimal digits');
    return character(Number.parseInt(digits, 16));
  }
  if (letter === 'c') {
    const control = reader.take(/[a-z]/i, 1);
    if (control === '') throw malformed('a letter');
    return character(control.codePointAt(0)! % 32);
  }
  if (letter === '0') {
    if (/\d/.test(reader.peek() ?? '')) throw reader.error('\\0 is followed by a digit', start);
    return character(0);
  }
  if (letter === 'b' && inClass) return character(8);
  const unsupported = UNSUPPORTED.find(([kind]) => kind.test(letter));
  if (unsupported && !inClass) {
    throw reader.error(
      `\\${letter}, ${unsupported[1]}, is not supported`,
      start,
      'Spell out the characters instead.',
    );
  }
  if (/[ -~]/.test(letter) && /[^a-z0-9]/i.test(letter)) return character(letter.codePointAt(0)!);
  throw reader.error(`\\${letter} is not an escape`, start);
}

/** Reads `\uHHHH`, two of which may form a surrogate pair, or `\u{H...}`. */
function readUnicode(reader: Reader, start: number): number {
  if (reader.skip('{')) {
    const digits = reader.take(/[0-9a-f]/i);
    const codePoint = Number.parseInt(digits, 16);
    if (!reader.skip('}') || digits === '') {
      throw reader.error('\\u{ is not followed by hexadecimal digits and }', start);
    }
    if (codePoint > MAX_CODE_POINT) throw reader.error(`${reader.from(start)} is past U+10FFFF`, start);
    return codePoint;
  }
  const high = readFourDigits(reader);
  if (high === undefined) throw reader.error('\\u is not followed by four hexadecimal digits or {', start);
  const end = reader.at;
  if (high >= 0xd800 && high <= 0xdbff && reader.skip('\\u')) {
    const low = readFourDigits(reader) ?? 0;
    if (low >= 0xdc00 && low <= 0xdfff) return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    reader.at = end;
  }
  return high;
}

function readFourDigits(reader: Reader): number | undefined {
  const digits = reader.take(/[0-9a-f]/i, 4);
  return digits.length === 4 ? Number.parseInt(digits, 16) : undefined;
}

/** Reads `\p{...}` or `\P{...}`; JavaScript decides whether the property exists. */
function readProperty(reader: Reader, start: number): ClassItem {
  const opened = reader.skip('{');
  reader.take(/[\w=]/);
  if (!opened || !reader.skip('}')) {
    throw reader.error(`${reader.from(start)} is not followed by a property in braces, as in \\p{L}`, start);
  }
  const property = reader.from(start);
  try {
    new RegExp(property, 'u');
  } catch {
    throw reader.error(
      `${property} is not a Unicode property`,
      start,
      'Use a category such as \\p{L}, \\p{Lu} or \\p{N}, or a script such as \\p{Script=Greek}.',
    );
  }
  return { escape: property };
}
