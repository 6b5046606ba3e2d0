import { IN_WORD, UNSPACED, wordPieces } from '../../words.js';
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

/** UTF-16 units to search for a word. */
const LONGEST_WORD = 4096;

/** Returns the start of the word at or before an offset. */
export function wordBefore(text: string, at: number): number {
  const from = Math.max(0, at - LONGEST_WORD);
  const glyphs = glyphsOf(text.slice(from, at));
  const word = glyphs.findLastIndex(({ source }) => IN_WORD.test(source));
  const gap = glyphs.slice(0, Math.max(0, word)).findLastIndex(({ source }) => !IN_WORD.test(source));
  // The first glyph may be half a character.
  const start = from + ((gap < 0 && from > 0 ? glyphs[1] : glyphs[gap + 1])?.at ?? 0);
  const run = text.slice(start, at);
  if (!UNSPACED.test(run)) return start;
  return start + (wordPieces(run).findLast(({ isWord }) => isWord)?.at ?? 0);
}

/** Returns the end of the word at or after an offset. */
export function wordAfter(text: string, at: number): number {
  const end = Math.min(text.length, at + LONGEST_WORD);
  const glyphs = glyphsOf(text.slice(at, end));
  const word = glyphs.findIndex(({ source }) => IN_WORD.test(source));
  const gap = word < 0 ? -1 : glyphs.findIndex(({ source }, i) => i > word && !IN_WORD.test(source));
  const stop = gap >= 0 ? at + glyphs[gap]!.at : end < text.length ? at + glyphs.at(-1)!.at : end;
  const run = text.slice(at, stop);
  if (!UNSPACED.test(run)) return stop;
  return at + (wordPieces(run).find(({ isWord }) => isWord)?.end ?? run.length);
}

/** Returns the first word of a text with the space before and punctuation after it, or its leading line breaks. */
export function firstWord(text: string): string {
  const first = /^(?:\n+|[^\S\n]*[^\s]+|\s+)/u.exec(text)?.[0] ?? '';
  if (!UNSPACED.test(first)) return first;
  const pieces = wordPieces(first);
  const rest = pieces.slice(pieces.findIndex(({ isWord }) => isWord) + 1);
  const next = rest.find(({ isWord, at }) => isWord || /^[\p{Ps}\p{Pi}]/u.test(first.slice(at)));
  return first.slice(0, next?.at);
}
