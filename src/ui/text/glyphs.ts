import { harmless } from '../../format.js';
import { type Grapheme, graphemesOf } from './graphemes.js';
import { joined, type Line, type Segment, widthOf } from './line.js';
import { tintOf } from './palette.js';

/** What a terminal draws as one character. */
export interface Glyph extends Grapheme {
  /** Safe to draw; empty for a line break. */
  readonly text: string;
  readonly width: number;
}

/** Splits text into glyphs that are safe to draw. */
export function glyphsOf(text: string): Glyph[] {
  return graphemesOf(text).map(({ source, at }) => {
    const drawn = source === '\n' ? { text: '', width: 0 } : drawable(source);
    return { ...drawn, source, at };
  });
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
 * @param certainty the probability of each generated code point; a glyph has the product of its own
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
    const own = certainty.slice(written, written + Array.from(glyph.source).length);
    written += own.length;
    return { ...glyph, certainty: own.reduce((product, probability) => product * probability, 1) };
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
