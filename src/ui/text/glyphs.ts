import { harmless } from '../../format.js';
import { joined, type Line, type Segment, widthOf } from './line.js';
import { tintOf } from './palette.js';

/** What a terminal draws as one character: a code point with all that combines with it. */
export interface Glyph {
  /** Fit to be drawn; empty for a line break. */
  readonly text: string;
  readonly width: number;
  /** As it stands in the text that it is of, and where: in UTF-16 units. */
  readonly source: string;
  readonly at: number;
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** UTF-16 units that are parted at a time: the segmenter takes time by the square of them, a minute for 200,000. */
export const LONGEST_PIECE = 256;

/** Text as glyphs that are safe to draw. One that is longer than a piece is parted. */
export function glyphsOf(text: string): Glyph[] {
  const glyphs: Glyph[] = [];
  for (let at = 0; at < text.length; ) {
    // Between two plain characters there is always a border: most of a text needs no segmenter, which is slow.
    let end = endOfPiece(text, at);
    if (end === at + 1 && isPlain(text, at)) glyphs.push(glyphOf(text[at]!, at));
    else {
      const found = Array.from(segmenter.segment(text.slice(at, end)));
      // The last one may go on beyond the piece: it begins the next.
      if (found.length > 1 && end < text.length && !isBorder(text, end)) end = at + found.pop()!.index;
      for (const { segment, index } of found) {
        if (segment === '\r\n') glyphs.push(glyphOf('\r', at + index), glyphOf('\n', at + index + 1));
        else glyphs.push(glyphOf(segment, at + index));
      }
    }
    at = end;
  }
  return glyphs;
}

/** Where the next border is that is seen without a segmenter; or the end of the text, or of what is parted at a time. */
export function endOfPiece(text: string, start: number): number {
  const last = Math.min(text.length, start + LONGEST_PIECE);
  let end = start + 1;
  while (end < last && !isBorder(text, end)) end++;
  return isInPair(text, end) ? end + 1 : end;
}

/** Whether a place is between two halves of a code point. */
export function isInPair(text: string, at: number): boolean {
  return (text.codePointAt(at - 1) ?? 0) > 0xffff;
}

/** Whether glyphs are parted at a place for sure: after a line feed, and between two plain characters. */
export function isBorder(text: string, at: number): boolean {
  return text[at - 1] === '\n' || (isPlain(text, at - 1) && isPlain(text, at));
}

/** Whether a character is visible ASCII, a space or a line feed. */
function isPlain(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return (code >= 0x20 && code < 0x7f) || code === 0x0a;
}

function glyphOf(source: string, at: number): Glyph {
  const drawn = source === '\n' ? { text: '', width: 0 } : drawable(source);
  return { ...drawn, source, at };
}

/** Separators and format characters, but for a joiner within a letter (Indic scripts); what is left over of an emoji. */
const UNSEEN = /(?!\u200d\p{L})[\p{Cf}\p{Zl}\p{Zp}]/gu;
const UNJOINED = /\u200d$/;

/**
 * A grapheme, no line feed, as it is safe to draw: control characters as pictures, and a stand-in for what is not seen or
 * has no width of its own, which would otherwise change its neighbours. Emoji may be joined.
 */
export function drawable(grapheme: string): { text: string; width: number } {
  const unseen = /\p{Extended_Pictographic}/u.test(grapheme) ? UNJOINED : UNSEEN;
  const text = harmless(grapheme).replaceAll('\t', '⇥').replace(unseen, '\ufffd');
  const width = widthOf(text);
  if (width > 0) return { text, width };
  return { text: /^\p{M}/u.test(text) ? `◌${text}` : '\ufffd', width: 1 };
}

/** A character by itself, so that it can be told from others: a space and a line break are seen, too. */
export function visible(character: string): string {
  if (character === ' ') return '␣';
  return character === '\n' ? '↵' : drawable(character).text;
}

/**
 * Divides glyphs into rows of at most `width` columns, between words where possible. The space or line break at which
 * a row was broken is its last glyph, and takes no room; so does a glyph that is wider than a row.
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

/** Takes the word that a row ends with off it, where it is not all of the row. */
function lastWord<G extends Pick<Glyph, 'text'>>(row: G[]): G[] {
  const space = row.findLastIndex((glyph) => glyph.text === ' ');
  return space < 0 ? [] : row.splice(space + 1);
}

/**
 * Lays out what the network read and wrote in lines of at most `width` columns, broken between words where possible.
 * @param certainty the probability that the network gave each code point of what it wrote
 * @param tint whether characters are tinted by how sure the network was
 */
export function layOut(
  { prompt, text, certainty }: { prompt: string; text: string; certainty: readonly number[] },
  width: number,
  tint: boolean,
): Line[] {
  let written = 0;
  const read = glyphsOf(prompt).map((glyph) => ({ ...glyph, certainty: undefined }));
  const wrote = glyphsOf(text).map((glyph) => {
    const sure = certainty[written];
    written += Array.from(glyph.source).length;
    return { ...glyph, certainty: sure };
  });
  return wrapped([...read, ...wrote], width).map((row) => joined(row.map((glyph) => styled(glyph, tint))));
}

/** A glyph as it is drawn. What the network was given to read is bold. */
function styled(
  { text, certainty }: { text: string; certainty: number | undefined },
  tint: boolean,
): Segment {
  const color = tint && certainty !== undefined ? tintOf(certainty) : undefined;
  return { text, color, bold: certainty === undefined };
}
