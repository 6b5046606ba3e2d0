import type { Tracking } from '../../insight/ranking.js';
import { clamped } from '../../numbers.js';
import { layoutOf, type Row, rowAt, rowsOf, type TextGlyph, textGlyphs } from './page.js';
import { type ScaleName, type StateKind, type Values, valuesOf } from './values.js';

export interface Place {
  readonly layer: number;
  readonly unit: number;
}

/** A stretch of a text, and what all units of a network hold in it. */
export interface TextStates {
  /** Code points before it. */
  readonly start: number;
  readonly text: string;
  readonly layers: number;
  /** Units of a layer. */
  readonly hidden: number;
  readonly kind: StateKind;
  /** (T): the state of one unit after each code point. */
  readonly statesOf: (place: Place) => Float32Array;
}

/** Everything the screen can know. Made by `initialState`, changed by `reduce` and `press` alone. */
export interface CellsState {
  readonly columns: number;
  readonly rows: number;
  /** Without colours there are marks below the text. */
  readonly colors: boolean;
  readonly model: string;
  readonly source: string;
  readonly stretch: TextStates;
  readonly layer: number;
  readonly unit: number;
  readonly shown: Values;
  readonly glyphs: readonly TextGlyph[];
  /** The glyphs, laid out at the width of the screen. */
  readonly page: readonly Row[];
  /** The glyph that the first row on the screen begins with, and the one that the cursor is on. */
  readonly top: number;
  readonly cursor: number;
  /** The units to go through, the clearest first, and the one that was chosen of them last. */
  readonly found: readonly Tracking[];
  readonly chosen: number | undefined;
  /** For each unit what it tracks most clearly; while that is being found out, how far it has come, from 0 to 1. */
  readonly tracked: readonly Tracking[] | number;
  readonly panel: 'keys' | { readonly entry: string } | undefined;
  /** Something to be told until the next key. */
  readonly notice: string | undefined;
}

export type CellsMessage =
  | { readonly type: 'resize'; readonly columns: number; readonly rows: number }
  /** How far the units have been ranked, from 0 to 1. */
  | { readonly type: 'ranking'; readonly share: number }
  | { readonly type: 'ranked'; readonly found: readonly Tracking[]; readonly tracked: readonly Tracking[] };

/** What is known when the screen opens. */
export interface CellsStart
  extends Pick<
    CellsState,
    'colors' | 'model' | 'source' | 'stretch' | 'found' | 'tracked' | 'layer' | 'unit'
  > {
  readonly scale: ScaleName;
}

export function initialState(
  { scale, ...known }: CellsStart,
  size: { readonly columns: number; readonly rows: number },
): CellsState {
  const { stretch, found } = known;
  const glyphs = textGlyphs(stretch.text);
  const chosen = found.findIndex((one) => isAt(known, one));
  return {
    ...known,
    ...size,
    glyphs,
    shown: valuesOf(stretch.statesOf(known), scale, stretch.kind),
    page: rowsOf(glyphs, layoutOf({ ...size, colors: known.colors }).width),
    top: 0,
    cursor: 0,
    chosen: chosen < 0 ? undefined : chosen,
    panel: undefined,
    notice: undefined,
  };
}

/** The state after something has happened other than a key. */
export function reduce(state: CellsState, message: CellsMessage): CellsState {
  switch (message.type) {
    case 'resize': {
      const { columns, rows } = message;
      const sized = { ...state, columns, rows };
      const { width } = layoutOf(sized);
      const isSame = width === layoutOf(state).width;
      return inView({ ...sized, page: isSame ? state.page : rowsOf(state.glyphs, width) });
    }
    case 'ranking':
      return { ...state, tracked: message.share };
    case 'ranked':
      return { ...state, found: message.found, tracked: message.tracked, notice: undefined };
  }
}

/** The state with another unit, or its values on another scale. */
export function showing(
  state: CellsState,
  { layer, unit }: Place,
  scale: ScaleName = state.shown.scale,
): CellsState {
  const { stretch } = state;
  const shown = valuesOf(stretch.statesOf({ layer, unit }), scale, stretch.kind);
  return { ...state, layer, unit, shown };
}

/** The state with so many rows above the screen, as far as there are so many, and the cursor on it. */
export function scrolledTo(state: CellsState, row: number): CellsState {
  const { page } = state;
  const { shown } = layoutOf(state);
  const first = clamped(row, { minimum: 0, maximum: Math.max(0, page.length - shown) });
  const at = rowAt(page, state.cursor);
  const top = page[first]!.first;
  const end = page[first + shown]?.first ?? state.glyphs.length;
  const cursor = at < first ? top : at >= first + shown ? end - 1 : state.cursor;
  return { ...state, top, cursor };
}

/** The number of the first row on the screen. */
export function topRow({ page, top }: CellsState): number {
  return rowAt(page, top);
}

/** The state with the cursor in view. */
export function inView(state: CellsState): CellsState {
  const { shown } = layoutOf(state);
  const at = rowAt(state.page, state.cursor);
  return scrolledTo(state, clamped(topRow(state), { minimum: at - shown + 1, maximum: at }));
}

/** What a unit tracks most clearly, if that is known. */
export function trackedBy({ tracked, layer, unit }: CellsState): Tracking | undefined {
  if (typeof tracked === 'number') return undefined;
  return tracked.find((one) => isAt({ layer, unit }, one));
}

/** Whether two places are the same unit. */
export function isAt(a: Place, b: Place): boolean {
  return a.layer === b.layer && a.unit === b.unit;
}
