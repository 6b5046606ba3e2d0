import { harmless } from '../format.js';
import { joined, type Line, type Segment, widthOf } from './line.js';
import { tintOf } from './palette.js';

/** What a terminal draws as one character: a code point with all that combines with it. */
interface Glyph {
  readonly text: string;
  readonly width: number;
  /** Probability that the network gave it; undefined for what it was given to read. */
  readonly certainty: number | undefined;
}

const LINE_BREAK: Glyph = { text: '\n', width: 0, certainty: undefined };
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * Text as glyphs that are safe to draw.
 * @param certainty for each code point
 */
function glyphsOf(text: string, certainty: readonly number[] | undefined): Glyph[] {
  const glyphs: Glyph[] = [];
  let at = 0;
  for (const { segment } of segmenter.segment(text)) {
    const sure = certainty?.[at];
    at += Array.from(segment).length;
    const visible = segment.replace('\n', '');
    if (visible !== '') glyphs.push({ ...drawable(visible), certainty: sure });
    if (segment.endsWith('\n')) glyphs.push(LINE_BREAK);
  }
  return glyphs;
}

/**
 * A grapheme, no line feed, as it is safe to draw: control characters as pictures, and a stand-in for what has no width
 * of its own, which would otherwise change its neighbours.
 */
export function drawable(grapheme: string): { text: string; width: number } {
  const text = harmless(grapheme).replaceAll('\t', '⇥');
  const width = widthOf(text);
  if (width > 0) return { text, width };
  return { text: /^\p{M}/u.test(text) ? `◌${text}` : '\ufffd', width: 1 };
}

/**
 * Lays out what the network read and wrote in lines of at most `width` columns, broken between words where possible.
 * @param tint whether characters are tinted by how sure the network was
 */
export function layOut(
  { prompt, text, certainty }: { prompt: string; text: string; certainty: readonly number[] },
  width: number,
  tint: boolean,
): Line[] {
  const rows: Glyph[][] = [[]];
  let used = 0;
  for (const glyph of [...glyphsOf(prompt, undefined), ...glyphsOf(text, certainty)]) {
    if (glyph === LINE_BREAK) {
      rows.push([]);
      used = 0;
      continue;
    }
    if (glyph.width > width) continue;
    if (used + glyph.width > width && glyph.text === ' ') {
      rows.push([]); // the space is the break itself
      used = 0;
      continue;
    }
    if (used + glyph.width > width) {
      const word = lastWord(rows.at(-1)!);
      used = word.reduce((sum, other) => sum + other.width, 0);
      rows.push(word);
    }
    if (used + glyph.width > width) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1)!.push(glyph);
    used += glyph.width;
  }
  return rows.map((row) => joined(row.map((glyph) => styled(glyph, tint))));
}

/** Takes the word that a row ends with off it, where it is not all of the row. */
function lastWord(row: Glyph[]): Glyph[] {
  const space = row.findLastIndex((glyph) => glyph.text === ' ');
  return space < 0 ? [] : row.splice(space + 1);
}

/** A glyph as it is drawn. What the network was given to read is bold. */
function styled({ text, certainty }: Glyph, tint: boolean): Segment {
  const color = tint && certainty !== undefined ? tintOf(certainty) : undefined;
  return { text, color, bold: certainty === undefined };
}
