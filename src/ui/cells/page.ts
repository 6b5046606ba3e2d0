import { type Glyph, glyphsOf, wrapped } from '../text/glyphs.js';
import { STATE_SCALE } from './tint.js';

/** Longer lines of text are hard to read. */
const WIDEST = 100;
/** From so many columns on, the units that were found stand beside the text. */
const BESIDE = 108;
const LIST_WIDTH = 41;
/** Rows that a screen must have for lines above the text and below it, and for room between them. */
const ROOMY = 8;
const AIRY = 18;

/** A glyph of the text, and the code point that it ends with: the last that the unit has read there. */
export interface TextGlyph extends Glyph {
  readonly last: number;
}

/** A row of the text, and the place of its first glyph among all. */
export interface Row {
  readonly first: number;
  readonly glyphs: readonly TextGlyph[];
}

interface Size {
  readonly columns: number;
  readonly rows: number;
  readonly colors: boolean;
}

/** How the parts share the screen. A column is free at the left. */
export function layoutOf({ columns, rows, colors }: Size) {
  const isRoomy = rows >= ROOMY;
  const gap = rows >= AIRY ? 1 : 0;
  const listWidth = columns >= BESIDE ? LIST_WIDTH : 0;
  const head = isRoomy ? (listWidth > 0 ? 1 : 2) : 0;
  const foot = isRoomy ? 4 : 1;
  const height = Math.max(1, rows - head - foot - 2 * gap);
  /** Without colours each row has a row of marks below it. */
  const linesPerRow = colors ? 1 : 2;
  const shown = Math.max(1, Math.floor(height / linesPerRow));
  const width = Math.max(1, Math.min(WIDEST, columns - 2 - listWidth));
  return { isRoomy, gap, listWidth, head, foot, height, linesPerRow, shown, width };
}

/** The glyphs of a text, each with the code point that it ends with. */
export function textGlyphs(text: string): TextGlyph[] {
  let read = 0;
  return glyphsOf(text).map((glyph) => {
    read += Array.from(glyph.source).length;
    return { ...glyph, last: read - 1 };
  });
}

/** All rows of a text; what a row was broken at keeps a column of its own, since it may have a tint. */
export function rowsOf(glyphs: readonly TextGlyph[], width: number): Row[] {
  let first = 0;
  const rows = wrapped(glyphs, Math.max(1, width - 1)).map((row) => {
    const begin = first;
    first += row.length;
    return { first: begin, glyphs: row.map(visibleBreak) };
  });
  // A line feed at the end begins a row that nothing stands in.
  return rows.length > 1 && rows.at(-1)!.glyphs.length === 0 ? rows.slice(0, -1) : rows;
}

function visibleBreak(glyph: TextGlyph): TextGlyph {
  const isBreak = glyph.text === '' && (glyph.source === '\n' || glyph.source === ' ');
  return isBreak ? { ...glyph, text: ' ', width: 1 } : glyph;
}

/** A glyph as it is drawn: a line break is seen where it is tinted. */
export function drawn({ source, text }: TextGlyph, value: number): string {
  return source === '\n' && STATE_SCALE.tintOf(value) ? '↵' : text;
}

/** The number of the row that a glyph stands in. */
export function rowAt(rows: readonly Row[], glyph: number): number {
  return Math.max(
    0,
    rows.findLastIndex(({ first }) => first <= glyph),
  );
}
