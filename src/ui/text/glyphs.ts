import { harmless } from '../../format.js';
import { joined, type Line, type Segment, widthOf } from './line.js';
import { tintOf } from './palette.js';

/** What a terminal draws as one character: a grapheme cluster. */
export interface Glyph {
  /** Safe to draw; empty for a line break. */
  readonly text: string;
  readonly width: number;
  /** The original text of the glyph, and its offset in UTF-16 units. */
  readonly source: string;
  readonly at: number;
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** UTF-16 units to segment at a time: the segmenter takes quadratic time, a minute for 200,000. */
export const LONGEST_PIECE = 256;

/** Splits text into glyphs that are safe to draw. Glyphs longer than a piece are split. */
export function glyphsOf(text: string): Glyph[] {
  const glyphs: Glyph[] = [];
  for (let at = 0; at < text.length; ) {
    // There is always a boundary between two plain characters, so most text avoids the slow segmenter.
    let end = endOfPiece(text, at);
    if (end === at + 1 && isPlain(text, at)) glyphs.push(glyphOf(text[at]!, at));
    else {
      const found = Array.from(segmenter.segment(text.slice(at, end)));
      // The last glyph may continue beyond the piece: it starts the next one.
      if (found.length > 1 && end < text.length && !isBoundary(text, end)) end = at + found.pop()!.index;
      for (const { segment, index } of found) {
        if (segment === '\r\n') glyphs.push(glyphOf('\r', at + index), glyphOf('\n', at + index + 1));
        else glyphs.push(glyphOf(segment, at + index));
      }
    }
    at = end;
  }
  return glyphs;
}

/**
 * Returns the next boundary that can be found without the segmenter, or the end of the piece or of the text.
 */
export function endOfPiece(text: string, start: number): number {
  const last = Math.min(text.length, start + LONGEST_PIECE);
  let end = start + 1;
  while (end < last && !isBoundary(text, end)) end++;
  return splitsPair(text, end) ? end + 1 : end;
}

/** Returns whether an offset lies between the two halves of a surrogate pair. */
export function splitsPair(text: string, at: number): boolean {
  return (text.codePointAt(at - 1) ?? 0) > 0xffff;
}

/** Returns whether an offset is certainly a boundary: after a line feed, or between two plain characters. */
export function isBoundary(text: string, at: number): boolean {
  return text[at - 1] === '\n' || (isPlain(text, at - 1) && isPlain(text, at));
}

/** Returns whether a character is visible ASCII, a space or a line feed. */
function isPlain(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return (code >= 0x20 && code < 0x7f) || code === 0x0a;
}

function glyphOf(source: string, at: number): Glyph {
  const drawn = source === '\n' ? { text: '', width: 0 } : drawable(source);
  return { ...drawn, source, at };
}

/** Separators and format characters, except a joiner before a letter (Indic scripts). */
const UNSEEN = /(?!\u200d\p{L})[\p{Cf}\p{Zl}\p{Zp}]/gu;
/** A joiner at the end of an incomplete emoji sequence. */
const UNJOINED = /\u200d$/;

/**
 * Makes a grapheme other than a line feed safe to draw. Control characters become pictures. Invisible
 * characters and those without a width of their own are replaced, since they could change their neighbours.
 * Emoji may be joined.
 */
export function drawable(grapheme: string): { text: string; width: number } {
  const unseen = /\p{Extended_Pictographic}/u.test(grapheme) ? UNJOINED : UNSEEN;
  const text = harmless(grapheme).replaceAll('\t', '⇥').replace(unseen, '\ufffd');
  const width = widthOf(text);
  if (width > 0) return { text, width };
  return { text: /^\p{M}/u.test(text) ? `◌${text}` : '\ufffd', width: 1 };
}

/** Makes a single character visible, including a space or a line break. */
export function visible(character: string): string {
  if (character === ' ') return '␣';
  return character === '\n' ? '↵' : drawable(character).text;
}

/**
 * Wraps glyphs into rows of at most `width` columns, between words where possible. The space or line break at
 * which a row ends is its last glyph, with a width of 0; a glyph wider than a row also gets a width of 0.
 */
export function wrapped<G extends Pick<Glyph, 'text' | 'width' | 'source'>>(
  glyphs: readonly G[],
  width: number,
): G[][] {
  const rows: G[][] = [[]];
  let used = 0;
  const begin = (row: G[]) => {
    rows.push(row);
    used = row.reduce((sum, glyph) => sum + glyph.width, 0);
  };
  for (const glyph of glyphs) {
    const isOver = used + glyph.width > width;
    if (glyph.source === '\n' || (isOver && glyph.text === ' ') || glyph.width > width) {
      rows.at(-1)!.push({ ...glyph, text: '', width: 0 });
      if (glyph.width <= width) begin([]);
      continue;
    }
    if (isOver) begin(lastWord(rows.at(-1)!));
    if (used + glyph.width > width) begin([]);
    rows.at(-1)!.push(glyph);
    used += glyph.width;
  }
  return rows;
}

/** Removes the last word from a row and returns it, unless it fills the row. */
function lastWord<G extends Pick<Glyph, 'text'>>(row: G[]): G[] {
  const space = row.findLastIndex((glyph) => glyph.text === ' ');
  return space < 0 ? [] : row.splice(space + 1);
}

/**
 * Wraps a prompt and the generated text into lines of at most `width` columns.
 * @param certainty the probability of each generated code point
 * @param tint whether to tint generated characters by their probability
 */
export function wrappedSample(
  { prompt, text, certainty }: { prompt: string; text: string; certainty: readonly number[] },
  width: number,
  tint: boolean,
): Line[] {
  let written = 0;
  const read = glyphsOf(prompt).map((glyph) => ({ ...glyph, certainty: undefined }));
  const wrote = glyphsOf(text).map((glyph) => {
    const probability = certainty[written];
    written += Array.from(glyph.source).length;
    return { ...glyph, certainty: probability };
  });
  return wrapped([...read, ...wrote], width).map((row) => joined(row.map((glyph) => styled(glyph, tint))));
}

/** Returns a glyph in its style. The prompt is bold. */
function styled(
  { text, certainty }: { text: string; certainty: number | undefined },
  tint: boolean,
): Segment {
  const color = tint && certainty !== undefined ? tintOf(certainty) : undefined;
  return { text, color, bold: certainty === undefined };
}
