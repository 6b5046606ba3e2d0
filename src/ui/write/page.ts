import { type Glyph, glyphsOf, splitsPair, wrapped } from '../text/glyphs.js';
import { lineEnd, lineStart } from './places.js';
import { type Offer, shownGhost } from './suggestions.js';

/** Rows that a screen must have for a line above the text and the keys below it. */
const ROOMY = 8;
/** Longer lines of text are hard to read. */
const WIDEST = 100;
/** Longer lines of a file are laid out in stretches, the rows of each apart: a screen shows a few of them. */
const LONGEST_STRETCH = 4096;
/** A glyph that is longer may be parted at the end of a stretch. */
const LONGEST_GLYPH = 64;
/** What most glyphs begin with, and few go on with. */
const BEGINS = /^[\p{L}\p{N}\p{P}\p{Zs}]/u;
/** Characters of the stretches whose rows are kept: rows take a hundred times as much memory. */
const MOST_KEPT = 100_000;

/** What of the state decides what the text looks like. */
interface Shown extends Offer {
  readonly columns: number;
  readonly rows: number;
  /** Without colours what is suggested stands in brackets. */
  readonly colors: boolean;
  /** Where the first row on the screen begins. */
  readonly top: number;
}

/** A row of the text on the screen, and where it stands in the text that is shown. */
export interface Row {
  readonly start: number;
  readonly end: number;
  /** Where its stretch of a line begins: places of glyphs count from there. */
  readonly stretch: number;
  readonly glyphs: readonly Glyph[];
}

/** The part of the screen that the text takes; a column is free at the left, and one at the right for the cursor. */
export function pageOf({ columns, rows }: Pick<Shown, 'columns' | 'rows'>) {
  const head = rows >= ROOMY ? 2 : 0;
  const foot = rows >= ROOMY ? 3 : 1;
  const width = Math.max(1, Math.min(WIDEST, columns - 2));
  return { head, width, height: Math.max(1, rows - head - foot) };
}

/** The text with what is suggested within it, between two places of it. */
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
 * Where the first row on the screen has to begin for the cursor, and what is suggested after it, to be in view; rows stay empty
 * only where the text has no more.
 */
export function scrolled(state: Shown): number {
  const { width, height } = pageOf(state);
  const { text, from, to } = shownText(state);
  const cursorRow = rowAt(text, from, width);
  const below = rowsAfter(text, cursorRow, width, Math.floor(height / 2)).filter((row) => row.start < to);
  const least = rowsUpTo(text, below.at(-1) ?? cursorRow, width, height)[0]!.start;
  const most = rowsUpTo(text, rowAt(text, text.length, width), width, height)[0]!.start;
  const top = Math.min(Math.max(state.top, least), cursorRow.start, most);
  return rowAt(text, top, width).start;
}

/** The rows on the screen. */
export function visibleRows(state: Shown): Row[] {
  const { width, height } = pageOf(state);
  const { text } = shownText(state);
  const first = rowAt(text, Math.min(state.top, text.length), width);
  return [first, ...rowsAfter(text, first, width, height - 1)];
}

/** The place in the text so many rows above or below another, in a column of that row or the nearest to it. */
export function placeBeside(text: string, at: number, by: number, column: number, width: number): number {
  const row = rowAt(text, at, width);
  const target = by < 0 ? rowsUpTo(text, row, width, 1 - by)[0]! : rowsAfter(text, row, width, by).at(-1);
  if (!target || target.start === row.start) return by < 0 ? 0 : text.length;
  let used = 0;
  for (const glyph of target.glyphs) {
    used += glyph.width;
    if (used > column) return target.stretch + glyph.at;
  }
  return lastPlaceIn(text, target);
}

/** The last place that is shown in a row, and not at the beginning of the next one. */
export function lastPlaceIn(text: string, row: Row): number {
  return row.end < lineEnd(text, row.stretch) ? row.stretch + row.glyphs.at(-1)!.at : row.end;
}

/** The column of a place in its row. */
export function columnOf({ stretch, glyphs }: Row, at: number): number {
  return glyphs.reduce((sum, glyph) => sum + (stretch + glyph.at < at ? glyph.width : 0), 0);
}

/** The row that holds a place; of two that meet there, the later. */
export function rowAt(text: string, at: number, width: number): Row {
  return rowsOf(text, stretchAt(text, at), width).findLast((row) => row.start <= at)!;
}

/** At most so many rows that end with a row, in their order. */
function rowsUpTo(text: string, row: Row, width: number, most: number): Row[] {
  let found: Row[] = [];
  for (let at = row.start; ; at--) {
    const stretch = stretchAt(text, at);
    at = stretch.start;
    found = [...rowsOf(text, stretch, width).filter((one) => one.start <= row.start), ...found];
    if (found.length >= most || at === 0) return found.slice(-most);
  }
}

/** At most so many rows after a row. */
function rowsAfter(text: string, row: Row, width: number, most: number): Row[] {
  const found: Row[] = [];
  for (let at = row.start; found.length < most; ) {
    const stretch = stretchAt(text, at);
    found.push(...rowsOf(text, stretch, width).filter((one) => one.start > row.start));
    if (stretch.end === text.length) break;
    at = text[stretch.end] === '\n' ? stretch.end + 1 : stretch.end;
  }
  return found.slice(0, most);
}

/** A line, or a part of a long one, between two places of the text. */
interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** The stretch that holds a place; of two that meet there, the later. */
function stretchAt(text: string, at: number): Stretch {
  const stop = lineEnd(text, at);
  for (let start = lineStart(text, at); ; ) {
    const end = stretchEnd(text, start, stop);
    if (at < end || end === stop) return { start, end };
    start = end;
  }
}

/** A stretch of a long line ends after a word or, where it has none, before a glyph. @param stop where the line ends */
function stretchEnd(text: string, start: number, stop: number): number {
  if (stop - start <= LONGEST_STRETCH) return stop;
  const words = text.slice(start, start + LONGEST_STRETCH).lastIndexOf(' ') + 1;
  if (words > 0) return start + words;
  const most = start + LONGEST_STRETCH;
  for (let end = most; end > most - LONGEST_GLYPH; end--) {
    if (BEGINS.test(String.fromCodePoint(text.codePointAt(end)!))) return end;
  }
  return splitsPair(text, most) ? most - 1 : most;
}

/** Stretches that were laid out lately, by their text, at one width: most do not change from key to key. */
const kept = { width: 0, characters: 0, stretches: new Map<string, readonly Row[]>() };

function rowsOf(text: string, { start, end }: Stretch, width: number): Row[] {
  const stretch = text.slice(start, end);
  let rows = kept.width === width ? kept.stretches.get(stretch) : undefined;
  if (!rows) {
    rows = laidOut(stretch, width);
    if (kept.width !== width || kept.characters + stretch.length > MOST_KEPT) {
      kept.width = width;
      kept.characters = 0;
      kept.stretches.clear();
    }
    kept.characters += stretch.length;
    kept.stretches.set(stretch, rows);
  }
  const placed = rows.map((row) => ({
    ...row,
    start: row.start + start,
    end: row.end + start,
    stretch: start,
  }));
  // A space that a row was broken at begins another; that is the next stretch, if there is one.
  const isLast = end === text.length || text[end] === '\n';
  return isLast ? placed : placed.filter((row) => row.start < end);
}

function laidOut(stretch: string, width: number): Row[] {
  let end = 0;
  return wrapped(glyphsOf(stretch), width).map((glyphs) => {
    const start = end;
    for (const { source } of glyphs) end += source.length;
    return { start, end, stretch: 0, glyphs };
  });
}
