import type { Tracking } from '../../insight/ranking.js';
import { clamped } from '../../numbers.js';
import type { Size } from '../text/line.js';
import { layoutOf, type Row, rowAt, rowsOf, type TextGlyph, textGlyphs } from './page.js';
import { type ScaleName, type StateKind, type Values, valuesOf } from './values.js';

export interface Place {
  readonly layer: number;
  readonly unit: number;
}

/** A part of a text, and the states of all units of a network in it. */
export interface TextStates {
  /** Code points before it. */
  readonly start: number;
  readonly text: string;
  readonly layers: number;
  /** Hidden units per layer. */
  readonly hidden: number;
  readonly kind: StateKind;
  /** (T): the state of one unit after each code point. */
  readonly statesOf: (place: Place) => Float32Array;
}

/** Everything the screen knows. Only `initialState`, `reduce` and `press` make one. */
export interface CellsState extends Size {
  /** Without colours, there are marks below the text. */
  readonly colors: boolean;
  readonly model: string;
  readonly source: string;
  readonly stretch: TextStates;
  readonly layer: number;
  readonly unit: number;
  readonly shown: Values;
  readonly glyphs: readonly TextGlyph[];
  /** The glyphs, wrapped at the width of the screen. */
  readonly page: readonly Row[];
  /** The first glyph on the screen, and the one under the cursor. */
  readonly top: number;
  readonly cursor: number;
  /** The units found, the clearest first, and the index of the one chosen last. */
  readonly found: readonly Tracking[];
  readonly chosen: number | undefined;
  /** What each unit tracks most clearly; while units are ranked, the progress from 0 to 1. */
  readonly tracked: readonly Tracking[] | number;
  readonly panel: 'keys' | { readonly entry: string } | undefined;
  /** A message that is shown until the next key. */
  readonly notice: string | undefined;
}

export type CellsMessage =
  | ({ readonly type: 'resize' } & Size)
  /** The progress of ranking units, from 0 to 1. */
  | { readonly type: 'ranking'; readonly share: number }
  | { readonly type: 'ranked'; readonly found: readonly Tracking[]; readonly tracked: readonly Tracking[] };

/** The facts known when the screen opens. */
export type CellsStart = { readonly scale: ScaleName } & Pick<
  CellsState,
  'colors' | 'model' | 'source' | 'stretch' | 'found' | 'tracked' | 'layer' | 'unit'
>;

export function initialState({ scale, ...known }: CellsStart, size: Size): CellsState {
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

/** Returns the state after a message. */
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

/** Returns the state with another unit or scale. */
export function withUnit(
  state: CellsState,
  { layer, unit }: Place,
  scale: ScaleName = state.shown.scale,
): CellsState {
  const { statesOf, kind } = state.stretch;
  const shown = valuesOf(statesOf({ layer, unit }), scale, kind);
  return { ...state, layer, unit, shown };
}

/** Returns the state scrolled to a row, if possible, with the cursor on the screen. */
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

/** Returns the index of the first row on the screen. */
export function topRow({ page, top }: CellsState): number {
  return rowAt(page, top);
}

/** Returns the state with the cursor in view. */
export function inView(state: CellsState): CellsState {
  const { shown } = layoutOf(state);
  const at = rowAt(state.page, state.cursor);
  return scrolledTo(state, clamped(topRow(state), { minimum: at - shown + 1, maximum: at }));
}

/** Returns what the unit tracks most clearly, if known. */
export function trackedBy({ tracked, layer, unit }: CellsState): Tracking | undefined {
  if (typeof tracked === 'number') return undefined;
  return tracked.find((one) => isAt({ layer, unit }, one));
}

/** Returns whether two places are the same unit. */
export function isAt(a: Place, b: Place): boolean {
  return a.layer === b.layer && a.unit === b.unit;
}
