import { clamped } from '../../numbers.js';
import type { Stroke } from '../screen/keyboard.js';
import type { Answer } from '../screen/open.js';
import { layoutOf } from './page.js';
import { type CellsState, inView, isAt, scrolledTo, topRow, withUnit } from './state.js';

/** What a key asks of the program. */
export type CellsRequest = 'quit' | 'interrupt' | 'suspend';

type CellsAnswer = Answer<CellsState, CellsRequest>;

interface Binding {
  /** Typed characters or names of keys. */
  readonly keys: readonly string[];
  /** The name and label on the screen. */
  readonly shown?: readonly [name: string, label: string];
  readonly press: (state: CellsState) => CellsState;
}

const LONGEST_ENTRY = 12;

/** All keys that stay on the screen, in the order in which it lists them. */
export const BINDINGS: readonly Binding[] = [
  { keys: ['left'], shown: ['←→', 'unit'], press: (state) => withUnitBy(state, -1) },
  { keys: ['right'], press: (state) => withUnitBy(state, 1) },
  { keys: ['up'], shown: ['↑↓', 'layer'], press: (state) => withLayerBy(state, 1) },
  { keys: ['down'], press: (state) => withLayerBy(state, -1) },
  { keys: ['f', 'tab'], shown: ['f', 'next found'], press: (state) => withNextFound(state, 1) },
  { keys: ['F', 'shift-tab'], press: (state) => withNextFound(state, -1) },
  { keys: ['/'], shown: ['/', 'go to unit'], press: (state) => ({ ...state, panel: { entry: '' } }) },
  { keys: ['r'], shown: ['r', 'scale'], press: rescaled },
  { keys: ['pageup', 'b'], shown: ['PgUp', 'previous page of text'], press: (state) => scrolled(state, -1) },
  { keys: ['pagedown', ' '], shown: ['PgDn', 'next page of text'], press: (state) => scrolled(state, 1) },
  { keys: ['home'], shown: ['Home', 'start of the text'], press: (state) => cursorTo(state, 0) },
  {
    keys: ['end'],
    shown: ['End', 'end of the text'],
    press: (state) => cursorTo(state, state.glyphs.length),
  },
  {
    keys: [',', '['],
    shown: [', .', 'previous, next character; also [ ]'],
    press: (state) => cursorTo(state, state.cursor - 1),
  },
  { keys: ['.', ']'], press: (state) => cursorTo(state, state.cursor + 1) },
  { keys: ['?', 'h', 'f1'], shown: ['?', 'help'], press: (state) => ({ ...state, panel: 'keys' }) },
];

const REQUESTS: Record<string, CellsRequest> = {
  q: 'quit',
  escape: 'quit',
  'ctrl-c': 'interrupt',
  'ctrl-z': 'suspend',
};

/** Returns the state after a key, and what it asks for. Pasted text is ignored. */
export function press(asked: CellsState, stroke: Stroke): CellsAnswer {
  if (stroke.pasted) return { state: asked };
  const state = { ...asked, notice: undefined };
  const name = stroke.key ?? stroke.text;
  const request = REQUESTS[name];
  if (request === 'interrupt' || request === 'suspend') return { state, request };
  if (typeof state.panel === 'object') return { state: entered(state, state.panel.entry, name) };
  const closed = { ...state, panel: undefined };
  if (state.panel === 'keys' && (request || ['?', 'h', 'f1', 'enter', 'ctrl-j'].includes(name)))
    return { state: closed };
  if (request) return { state, request };
  if (/^\d$/.test(name)) return { state: { ...state, panel: { entry: name } } };
  const binding = BINDINGS.find(({ keys }) => keys.includes(name));
  return { state: binding ? binding.press(closed) : state };
}

/** Handles a key while a number is entered: of a unit, or of a layer and a unit separated by a slash. */
function entered(state: CellsState, entry: string, name: string): CellsState {
  const editing = (text: string): CellsState => ({
    ...state,
    panel: { entry: text.slice(0, LONGEST_ENTRY) },
  });
  if (/^[\d/]$/.test(name)) return editing(entry + name);
  if (name === 'backspace' && entry !== '') return editing(entry.slice(0, -1));
  if (name === 'ctrl-u') return editing('');
  const closed = { ...state, panel: undefined };
  if (['escape', 'backspace', 'q'].includes(name)) return closed;
  if (!['enter', 'ctrl-j'].includes(name)) return state;
  return entry === '' ? closed : goTo(closed, entry);
}

function goTo(state: CellsState, entry: string): CellsState {
  const { layers, hidden } = state.stretch;
  const [, layer = `${state.layer}`, unit] = /^(?:(\d+)\/)?(\d+)$/.exec(entry) ?? [];
  const place = { layer: Number(layer), unit: Number(unit) };
  if (place.layer < layers && place.unit < hidden) return withUnit(state, place);
  const range = `units are 0 to ${hidden - 1}, layers 0 to ${layers - 1}`;
  return { ...state, notice: `there is no unit ${entry}: ${range}` };
}

function withUnitBy(state: CellsState, by: 1 | -1): CellsState {
  const { hidden } = state.stretch;
  return withUnit(state, { layer: state.layer, unit: (state.unit + by + hidden) % hidden });
}

function withLayerBy(state: CellsState, by: 1 | -1): CellsState {
  const layer = clamped(state.layer + by, { minimum: 0, maximum: state.stretch.layers - 1 });
  if (layer === state.layer) {
    return { ...state, notice: `layer ${layer} is the ${by > 0 ? 'last' : 'first'} one` };
  }
  return withUnit(state, { layer, unit: state.unit });
}

/**
 * Shows the next of the units found. Counting units need the relative scale: the tanh of most of their values
 * is equal.
 */
function withNextFound(state: CellsState, by: 1 | -1): CellsState {
  const { found, chosen } = state;
  if (found.length === 0) {
    const isSoon = typeof state.tracked === 'number';
    return { ...state, notice: isSoon ? 'units are still being ranked' : 'no unit was found' };
  }
  const isThere = chosen !== undefined && isAt(state, found[chosen]!);
  const from = chosen ?? (by > 0 ? -1 : 0);
  // After moving elsewhere, the key returns to the unit chosen last.
  const next = isThere || chosen === undefined ? (from + by + found.length) % found.length : chosen;
  const unit = found[next]!;
  return { ...withUnit(state, unit, unit.measure === 'r' ? 'relative' : 'bounded'), chosen: next };
}

function rescaled(state: CellsState): CellsState {
  return withUnit(state, state, state.shown.scale === 'bounded' ? 'relative' : 'bounded');
}

/** Scrolls by pages that overlap by one row. */
function scrolled(state: CellsState, pages: 1 | -1): CellsState {
  const { shown } = layoutOf(state);
  return scrolledTo(state, topRow(state) + pages * Math.max(1, shown - 1));
}

function cursorTo(state: CellsState, glyph: number): CellsState {
  const cursor = clamped(glyph, { minimum: 0, maximum: state.glyphs.length - 1 });
  return inView({ ...state, cursor });
}
