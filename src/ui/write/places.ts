import { endOfPiece, glyphsOf, isBorder } from '../glyphs.js';

/** Places in a text, in UTF-16 units: what the keys that move the cursor lead to. */

export function lineStart(text: string, at: number): number {
  return at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
}

export function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

/** Before the character, as a person counts them, that ends at a place. */
export function before(text: string, at: number): number {
  if (at === 0) return 0;
  let from = at - 1;
  while (from > 0 && !isBorder(text, from)) from--;
  return from + glyphsOf(text.slice(from, at)).at(-1)!.at;
}

/** After the character that begins at a place. */
export function after(text: string, at: number): number {
  if (at >= text.length) return text.length;
  const piece = text.slice(at, endOfPiece(text, at));
  return at + glyphsOf(piece)[0]!.source.length;
}

const WORD = /[\p{L}\p{M}\p{N}_'’]/u;

/** Before the word that ends at a place, or comes before it. */
export function wordBefore(text: string, at: number): number {
  let to = at;
  while (to > 0 && !WORD.test(text.slice(before(text, to), to))) to = before(text, to);
  while (to > 0 && WORD.test(text.slice(before(text, to), to))) to = before(text, to);
  return to;
}

/** After the word that begins at a place, or comes after it. */
export function wordAfter(text: string, at: number): number {
  let to = at;
  while (to < text.length && !WORD.test(text.slice(to, after(text, to)))) to = after(text, to);
  while (to < text.length && WORD.test(text.slice(to, after(text, to)))) to = after(text, to);
  return to;
}

/** The first word of a text with the space before it, or its first line breaks. */
export function firstWord(text: string): string {
  return /^(?:\n+|[^\S\n]*[^\s]+|\s+)/u.exec(text)?.[0] ?? '';
}
