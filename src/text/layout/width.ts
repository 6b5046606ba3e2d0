import { quantile, shareOf } from '../collection/recognition/lines.js';

/** Lines are hardly broken at widths outside this range, in characters or bytes. */
const NARROWEST = 30;
const WIDEST = 160;
/** A longer one is no word, or the script has no spaces between words. */
const LONGEST_WORD = 40;
/**
 * The share of the width by which a line may fall short although the next word would have fitted: some programs
 * make lines of similar lengths, and authors break them by eye.
 */
const SLACK = 0.1;

/** What the program counted that broke the lines: `fmt` and `fold`, for example, count bytes of UTF-8. */
type Unit = 'characters' | 'bytes';

/** The width at which lines were broken. */
export interface Width {
  /** The length that no line exceeds, or hardly any, in units. */
  readonly limit: number;
  readonly unit: Unit;
  /** The same in characters (UTF-16 units), as far as it can be said. */
  readonly columns: number;
}

/** A line break between two lines of a paragraph. */
interface Break {
  /** The line before it, without spaces at its end. */
  readonly line: string;
  /** The first word of the line after it. */
  readonly word: string;
}

/** A width, and how well it explains the line breaks of a text. */
export interface WidthFinding {
  readonly width: Width;
  /** The share of lines within the width to which the next word could not have been added. */
  readonly exact: number;
  /** The same, with some slack. */
  readonly forced: number;
}

/** Finds the line breaks within paragraphs. @param indent how far most lines are indented */
export function breaksOf(lines: readonly string[], indent: number): Break[] {
  const breaks: Break[] = [];
  for (let i = 0; i + 1 < lines.length; i++) {
    const [line, next] = [lines[i]!.trimEnd(), lines[i + 1]!];
    const word = firstWord(next);
    if (line === '' || word === '' || word.length > LONGEST_WORD) continue;
    if (isWithinParagraph(line, next, indent)) breaks.push({ line, word });
  }
  return breaks;
}

/** Finds the width that explains most of the line breaks, and the unit. */
export function findWidth(breaks: readonly Break[]): WidthFinding {
  const [inCharacters, inBytes] = [findWidthIn(breaks, 'characters'), findWidthIn(breaks, 'bytes')];
  return inBytes.exact > inCharacters.exact + 0.02 ? inBytes : inCharacters;
}

/** A line break is explained by the widths from the length of its line up to, but not including, the next word. */
function findWidthIn(breaks: readonly Break[], unit: Unit): WidthFinding {
  const lengths = breaks.map(({ line, word }) => ({
    length: lengthIn(line, unit),
    extended: lengthIn(line, unit) + 1 + lengthIn(word, unit),
  }));
  const explained = new Uint32Array(WIDEST + 1);
  for (const { length, extended } of lengths) {
    for (let at = Math.max(NARROWEST, length); at < extended && at <= WIDEST; at++) explained[at]!++;
  }
  const limit = explained.indexOf(Math.max(...explained.subarray(NARROWEST)), NARROWEST);
  const columns = quantile(
    breaks.map(({ line }) => line.length).filter((length) => length <= limit),
    0.98,
  );
  return {
    width: { limit, unit, columns: unit === 'bytes' ? columns : limit },
    exact: shareOf(lengths, ({ length, extended }) => length <= limit && extended > limit),
    forced: shareOf(lengths, ({ length, extended }) => length <= limit && extended > (1 - SLACK) * limit),
  };
}

/** Whether a line is so long that the first word of the next one would hardly have fitted into the width. */
export function isFull(line: string, next: string, { limit, unit }: Width): boolean {
  return lengthIn(line, unit) + 1 + lengthIn(firstWord(next), unit) > (1 - SLACK) * limit;
}

/** Whether two lines can be parts of one paragraph: the first line may be indented further. */
export function isWithinParagraph(line: string, next: string, indent: number): boolean {
  return indentOf(next) === indent && indentOf(line) >= indent;
}

/** Returns how far a line is indented, in characters. */
export function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function firstWord(line: string): string {
  return /\S+/.exec(line.slice(0, WIDEST))?.[0] ?? '';
}

function lengthIn(text: string, unit: Unit): number {
  return unit === 'bytes' ? Buffer.byteLength(text) : text.length;
}
