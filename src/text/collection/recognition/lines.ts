import { meanOf, sumOf } from '../../../numbers.js';

/** The beginning of a text, and figures of its lines that tell lists from prose. Lengths are in UTF-16 units. */
export interface Lines {
  /** Lines that are not blank, without spaces at their ends. */
  readonly lines: readonly string[];
  /** The same with what stands before them: spaces at the start, and whether a blank line. */
  readonly raw: readonly string[];
  /** Blank lines between others, as a share of all lines. */
  readonly blank: number;
}

/** A line with which a sentence ends. */
export const SENTENCE_END = /[.!?…。！？؟।]["'”’»)\]]*$/u;

/**
 * Splits a text into lines.
 * @param isCut whether the text goes on, so that its last line is not whole
 */
export function linesOf(text: string, isCut: boolean): Lines {
  const all = text.split(/\r\n|\n|\r/);
  if (isCut && all.length > 1) all.pop();
  while (all.length > 0 && all.at(-1)!.trim() === '') all.pop();
  const raw = all.map((line) => line.trimEnd()).filter((line) => line !== '');
  const blank = all.length === 0 ? 0 : (all.length - raw.length) / all.length;
  return { raw, lines: raw.map((line) => line.trim()), blank };
}

/** Returns the share of the values that pass a test; 0 of none. */
export function shareOf<T>(values: readonly T[], test: (value: T, index: number) => boolean): number {
  return values.length === 0 ? 0 : values.filter(test).length / values.length;
}

/** Returns the smallest value that at least the given share of the values do not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

/** Standard deviation by mean. */
export function variation(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(sumOf(values.map((value) => (value - mean) ** 2)) / values.length) / mean;
}

/** The words of a line, as they are separated by spaces. */
export function wordsOf(line: string): string[] {
  return line.split(/\s+/).filter((word) => word !== '');
}

/**
 * Measures whether lines were broken at a fixed width: returns the share of lines to which the first word of
 * the next line could not have been added. It is near 1 for wrapped text in any script that has spaces.
 */
export function wrappedShare(lines: readonly string[]): number {
  const width = quantile(
    lines.map(({ length }) => length),
    0.98,
  );
  const pairs = lines.slice(0, -1);
  return shareOf(pairs, (line, i) => line.length + 1 + wordsOf(lines[i + 1]!)[0]!.length > width);
}
