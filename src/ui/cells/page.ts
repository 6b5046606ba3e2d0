import { type Glyph, glyphsOf, wrapped } from '../text/glyphs.js';
import type { Size } from '../text/line.js';
import { STATE_SCALE } from './tint.js';

/** The widest lines of text: longer ones are hard to read. */
const WIDEST = 100;
/** The least columns for a list of units next to the text. */
const BESIDE = 108;
const LIST_WIDTH = 41;
/** The least rows for lines above and below the text, and for gaps between them. */
const ROOMY = 8;
const AIRY = 18;

/** A glyph of the text, and the index of its last code point, whose state it shows. */
export interface TextGlyph extends Glyph {
  readonly last: number;
}

/** A row of the text, and the index of its first glyph. */
export interface Row {
  readonly first: number;
  readonly glyphs: readonly TextGlyph[];
}

/** Divides the screen. A column is free at the left. */
export function layoutOf({ columns, rows, colors }: Size & { readonly colors: boolean }) {
  const isRoomy = rows >= ROOMY;
  const gap = rows >= AIRY ? 1 : 0;
  const listWidth = columns >= BESIDE ? LIST_WIDTH : 0;
  const head = isRoomy ? (listWidth > 0 ? 1 : 2) : 0;
  const foot = isRoomy ? 4 : 1;
  const height = Math.max(1, rows - head - foot - 2 * gap);
  /** Without colours, each row has a row of marks below it. */
  const linesPerRow = colors ? 1 : 2;
  const shown = Math.max(1, Math.floor(height / linesPerRow));
  const width = Math.max(1, Math.min(WIDEST, columns - 2 - listWidth));
  return { isRoomy, gap, listWidth, head, foot, height, linesPerRow, shown, width };
}

/** Splits a text into glyphs, each with the index of its last code point. */
export function textGlyphs(text: string): TextGlyph[] {
  let read = 0;
  return glyphsOf(text).map((glyph) => {
    read += Array.from(glyph.source).length;
    return { ...glyph, last: read - 1 };
  });
}

/** Wraps a text into rows; the character at which a row ends keeps a column, since it may be tinted. */
export function rowsOf(glyphs: readonly TextGlyph[], width: number): Row[] {
  let first = 0;
  const rows = wrapped(glyphs, Math.max(1, width - 1)).map((row) => {
    const begin = first;
    first += row.length;
    return { first: begin, glyphs: row.map(visibleBreak) };
  });
  // A line feed at the end would start an empty row.
  return rows.length > 1 && rows.at(-1)!.glyphs.length === 0 ? rows.slice(0, -1) : rows;
}

function visibleBreak(glyph: TextGlyph): TextGlyph {
  const isBreak = glyph.text === '' && (glyph.source === '\n' || glyph.source === ' ');
  return isBreak ? { ...glyph, text: ' ', width: 1 } : glyph;
}

/** Returns the text of a glyph: line breaks are visible if they are tinted. */
export function glyphText({ source, text }: TextGlyph, value: number): string {
  return source === '\n' && STATE_SCALE.tintOf(value) ? '↵' : text;
}

/** Returns the index of the row that contains a glyph. */
export function rowAt(rows: readonly Row[], glyph: number): number {
  return Math.max(
    0,
    rows.findLastIndex(({ first }) => first <= glyph),
  );
}
