import { glyphsOf } from '../text/glyphs.js';
import { endOfPiece, isBoundary, LONGEST_PIECE, splitsPair } from '../text/graphemes.js';

// Cursor positions in a text, as offsets in UTF-16 units.

export function lineStart(text: string, at: number): number {
  return at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
}

export function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

/** Returns the start of the grapheme that ends at an offset. */
export function before(text: string, at: number): number {
  if (at === 0) return 0;
  let from = at - 1;
  while (from > 0 && (at - from < LONGEST_PIECE || splitsPair(text, from)) && !isBoundary(text, from)) from--;
  return from + glyphsOf(text.slice(from, at)).at(-1)!.at;
}

/** Returns the end of the grapheme that starts at an offset. */
export function after(text: string, at: number): number {
  if (at >= text.length) return text.length;
  const piece = text.slice(at, endOfPiece(text, at));
  return at + glyphsOf(piece)[0]!.source.length;
}

const WORD = /[\p{L}\p{M}\p{N}_'’]/u;
/** UTF-16 units to search for a word; in scripts without spaces it may be longer. */
const LONGEST_WORD = 4096;

/** Returns the start of the word at or before an offset. */
export function wordBefore(text: string, at: number): number {
  const from = Math.max(0, at - LONGEST_WORD);
  const glyphs = glyphsOf(text.slice(from, at));
  const word = glyphs.findLastIndex(({ source }) => WORD.test(source));
  const gap = glyphs.slice(0, Math.max(0, word)).findLastIndex(({ source }) => !WORD.test(source));
  // The first glyph may be half a character.
  const start = gap < 0 && from > 0 ? glyphs[1] : glyphs[gap + 1];
  return from + (start?.at ?? 0);
}

/** Returns the end of the word at or after an offset. */
export function wordAfter(text: string, at: number): number {
  const end = Math.min(text.length, at + LONGEST_WORD);
  const glyphs = glyphsOf(text.slice(at, end));
  const word = glyphs.findIndex(({ source }) => WORD.test(source));
  const gap = word < 0 ? -1 : glyphs.findIndex(({ source }, i) => i > word && !WORD.test(source));
  if (gap >= 0) return at + glyphs[gap]!.at;
  return end < text.length ? at + glyphs.at(-1)!.at : end;
}

/** Returns the first word of a text with the space before it, or its leading line breaks. */
export function firstWord(text: string): string {
  return /^(?:\n+|[^\S\n]*[^\s]+|\s+)/u.exec(text)?.[0] ?? '';
}
