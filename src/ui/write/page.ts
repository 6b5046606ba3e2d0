import { type Glyph, glyphsOf, wrapped } from '../text/glyphs.js';
import { splitsPair } from '../text/graphemes.js';
import type { Size } from '../text/line.js';
import { lineEnd, lineStart } from './places.js';
import { type Offer, shownGhost } from './suggestions.js';

/** The least rows of a screen with a header and a list of keys. */
const ROOMY = 8;
/** The widest lines of text: longer ones are hard to read. */
const WIDEST = 100;
/** Longer lines are laid out in chunks, since a screen shows only a part of them. */
const LONGEST_CHUNK = 4096;
/** Longer glyphs may be split at the end of a chunk. */
const LONGEST_GLYPH = 64;
/** Characters that start most glyphs and rarely continue one. */
const STARTS_GLYPH = /^[\p{L}\p{N}\p{P}\p{Zs}]/u;
/** UTF-16 units of the chunks whose rows are cached: rows take a hundred times as much memory. */
const MOST_CACHED = 100_000;

/** The part of the state that determines the layout of the text. */
interface Shown extends Offer, Size {
  /** Without colours, suggestions are in brackets. */
  readonly colors: boolean;
  /** The offset of the first row on the screen. */
  readonly top: number;
}

/** A row of the text on the screen, with its offsets in the text. */
export interface Row {
  readonly start: number;
  readonly end: number;
  /** The offset of its chunk; offsets of glyphs are relative to it. */
  readonly chunk: number;
  readonly glyphs: readonly Glyph[];
}

/** Returns the area of the text. A column is free at the left, and one at the right for the cursor. */
export function pageOf({ columns, rows }: Size) {
  const head = rows >= ROOMY ? 2 : 0;
  const foot = rows >= ROOMY ? 3 : 1;
  const width = Math.max(1, Math.min(WIDEST, columns - 2));
  return { head, width, height: Math.max(1, rows - head - foot) };
}

/** Returns the text including the suggestion, which lies between `from` and `to`. */
export function shownText(state: Shown): { text: string; from: number; to: number } {
  const { text, cursor } = state.draft;
  const ghost = shownGhost(state);
  const shown = state.colors || ghost === '' ? ghost : `‹${ghost}›`;
  return {
    text: text.slice(0, cursor) + shown + text.slice(cursor),
    from: cursor,
    to: cursor + shown.length,
  };
}

/**
 * Returns the offset of the first row that keeps the cursor, the character before it and the suggestion
 * after it in view. Rows stay empty only at the end of the text.
 */
export function scrolled(state: Shown): number {
  const { width, height } = pageOf(state);
  const { text, from, to } = shownText(state);
  const cursorRow = rowAt(text, from, width);
  const below = rowsAfter(text, cursorRow, width, Math.floor(height / 2)).filter((row) => row.start < to);
  const least = rowsUpTo(text, below.at(-1) ?? cursorRow, width, height)[0]!.start;
  const most = rowsUpTo(text, rowAt(text, text.length, width), width, height)[0]!.start;
  // A suggested word that does not fit into the row of the text moves the cursor to the next row.
  const kept = height > 1 ? rowAt(text, Math.max(0, from - 1), width) : cursorRow;
  const top = Math.min(Math.max(state.top, least), kept.start, most);
  return rowAt(text, top, width).start;
}

/** Returns the rows on the screen. */
export function visibleRows(state: Shown): Row[] {
  const { width, height } = pageOf(state);
  const { text } = shownText(state);
  const first = rowAt(text, Math.min(state.top, text.length), width);
  return [first, ...rowsAfter(text, first, width, height - 1)];
}

/** Returns the offset some rows above or below another, at the given column or the nearest one. */
export function placeByRows(text: string, at: number, by: number, column: number, width: number): number {
  const row = rowAt(text, at, width);
  const target = by < 0 ? rowsUpTo(text, row, width, 1 - by)[0]! : rowsAfter(text, row, width, by).at(-1);
  if (!target || target.start === row.start) return by < 0 ? 0 : text.length;
  let used = 0;
  for (const glyph of target.glyphs) {
    used += glyph.width;
    if (used > column) return target.chunk + glyph.at;
  }
  return lastPlaceIn(text, target);
}

/** Returns the last cursor position in a row that is not at the start of the next one. */
export function lastPlaceIn(text: string, row: Row): number {
  return row.end < lineEnd(text, row.chunk) ? row.chunk + row.glyphs.at(-1)!.at : row.end;
}

/** Returns the column of an offset in its row. */
export function columnOf({ chunk, glyphs }: Row, at: number): number {
  return glyphs.reduce((sum, glyph) => sum + (chunk + glyph.at < at ? glyph.width : 0), 0);
}

/** Returns the row that contains an offset; the later one at a boundary. */
export function rowAt(text: string, at: number, width: number): Row {
  return rowsOf(text, chunkAt(text, at), width).findLast((row) => row.start <= at)!;
}

/** Returns up to `most` rows that end with a given row, in order. */
function rowsUpTo(text: string, row: Row, width: number, most: number): Row[] {
  let found: Row[] = [];
  for (let at = row.start; ; at--) {
    const chunk = chunkAt(text, at);
    at = chunk.start;
    found = [...rowsOf(text, chunk, width).filter((one) => one.start <= row.start), ...found];
    if (found.length >= most || at === 0) return found.slice(-most);
  }
}

/** Returns up to `most` rows after a given row. */
function rowsAfter(text: string, row: Row, width: number, most: number): Row[] {
  const found: Row[] = [];
  for (let at = row.start; found.length < most; ) {
    const chunk = chunkAt(text, at);
    found.push(...rowsOf(text, chunk, width).filter((one) => one.start > row.start));
    if (chunk.end === text.length) break;
    at = text[chunk.end] === '\n' ? chunk.end + 1 : chunk.end;
  }
  return found.slice(0, most);
}

/** A line or a part of a long line, between two offsets. */
interface Chunk {
  readonly start: number;
  readonly end: number;
}

/** Returns the chunk that contains an offset; the later one at a boundary. */
function chunkAt(text: string, at: number): Chunk {
  const stop = lineEnd(text, at);
  for (let start = lineStart(text, at); ; ) {
    const end = chunkEnd(text, start, stop);
    if (at < end || end === stop) return { start, end };
    start = end;
  }
}

/**
 * Returns the end of a chunk: after a word or, if there is none, before a glyph.
 * @param stop the end of the line
 */
function chunkEnd(text: string, start: number, stop: number): number {
  if (stop - start <= LONGEST_CHUNK) return stop;
  const words = text.slice(start, start + LONGEST_CHUNK).lastIndexOf(' ') + 1;
  if (words > 0) return start + words;
  const most = start + LONGEST_CHUNK;
  for (let end = most; end > most - LONGEST_GLYPH; end--) {
    if (STARTS_GLYPH.test(String.fromCodePoint(text.codePointAt(end)!))) return end;
  }
  return splitsPair(text, most) ? most - 1 : most;
}

/** Recently laid out chunks by their text, at one width: most do not change from key to key. */
const cache = { width: 0, characters: 0, chunks: new Map<string, readonly Row[]>() };

function rowsOf(text: string, { start, end }: Chunk, width: number): Row[] {
  const chunk = text.slice(start, end);
  let rows = cache.width === width ? cache.chunks.get(chunk) : undefined;
  if (!rows) {
    rows = laidOut(chunk, width);
    if (cache.width !== width || cache.characters + chunk.length > MOST_CACHED) {
      cache.width = width;
      cache.characters = 0;
      cache.chunks.clear();
    }
    cache.characters += chunk.length;
    cache.chunks.set(chunk, rows);
  }
  const placed = rows.map((row) => {
    return { ...row, start: row.start + start, end: row.end + start, chunk: start };
  });
  // A space at which a row was broken starts another row; that is the next chunk, if there is one.
  const isLast = end === text.length || text[end] === '\n';
  return isLast ? placed : placed.filter((row) => row.start < end);
}

function laidOut(chunk: string, width: number): Row[] {
  let end = 0;
  return wrapped(glyphsOf(chunk), width).map((glyphs) => {
    const start = end;
    for (const { source } of glyphs) end += source.length;
    return { start, end, chunk: 0, glyphs };
  });
}
