import { clamped } from '../../numbers.js';
import type { Stroke } from '../screen/keyboard.js';
import type { Answer } from '../screen/open.js';
import type { StepState } from './state.js';

/** What a key asks of the program. */
export type StepRequest =
  | 'quit'
  | 'interrupt'
  | 'suspend'
  /** Replaces all characters after the current one. */
  | { readonly type: 'feed'; readonly text: string }
  /** Replaces them with a character that the network chooses. */
  | { readonly type: 'draw'; readonly how: 'sample' | 'likeliest' };

type StepAnswer = Answer<StepState, StepRequest>;

interface Binding {
  readonly keys: readonly string[];
  /** The name and label in the help, and a short label for the footer. */
  readonly shown?: readonly [name: string, label: string, short?: string];
  readonly press: (state: StepState) => StepAnswer;
}

const TEMPERATURE_STEP = 0.1;
const TEMPERATURES = { minimum: 0, maximum: 5 };
const MANY_UNITS = 10;

/** All keys that type nothing, in the order in which the screen lists them. */
export const BINDINGS: readonly Binding[] = [
  {
    keys: ['right', 'pagedown'],
    shown: ['→', 'next character; at the end: draw one at random', 'next'],
    press: (state) => forward(state, 'sample'),
  },
  {
    keys: ['left', 'backspace', 'pageup'],
    shown: ['←', 'previous character', 'back'],
    press: (state) => movedTo(state, state.view.at - 1),
  },
  {
    keys: ['enter', 'ctrl-j'],
    shown: ['Enter', 'next character; at the end: take the likeliest', 'likeliest'],
    press: (state) => forward(state, 'likeliest'),
  },
  { keys: ['up'], shown: ['↑↓', 'layer', 'layer'], press: (state) => withLayerBy(state, 1) },
  { keys: ['down'], press: (state) => withLayerBy(state, -1) },
  {
    keys: ['tab'],
    shown: ['Tab', 'next unit; Shift-Tab: previous', 'unit'],
    press: (state) => withUnitBy(state, 1),
  },
  { keys: ['shift-tab'], press: (state) => withUnitBy(state, -1) },
  {
    keys: ['ctrl-right', 'alt-right', 'alt-f'],
    shown: ['^→ ^←', 'ten units forward, back'],
    press: (state) => withUnitBy(state, MANY_UNITS),
  },
  { keys: ['ctrl-left', 'alt-left', 'alt-b'], press: (state) => withUnitBy(state, -MANY_UNITS) },
  {
    keys: ['ctrl-up', 'alt-up'],
    shown: ['^↑ ^↓', 'temperature', 'temperature'],
    press: (state) => withTemperature(state, 1),
  },
  { keys: ['ctrl-down', 'alt-down'], press: (state) => withTemperature(state, -1) },
  { keys: ['home'], shown: ['Home', 'first character'], press: (state) => movedTo(state, 0) },
  { keys: ['end'], shown: ['End', 'last character'], press: (state) => movedTo(state, state.known - 1) },
  { keys: ['ctrl-n'], shown: ['^N', 'read a line break'], press: (state) => feeding(state, '\n') },
  {
    keys: ['f1', 'ctrl-g'],
    shown: ['F1 ^G', 'help'],
    press: (state) => ({ state: { ...state, isHelping: true } }),
  },
];

const REQUESTS: Record<string, StepRequest> = {
  escape: 'quit',
  'ctrl-q': 'quit',
  'ctrl-c': 'interrupt',
  'ctrl-z': 'suspend',
};

/** Returns the state after a key, and what the key asks for. */
export function press(asked: StepState, stroke: Stroke): StepAnswer {
  const state = { ...asked, notice: undefined, isHelping: false };
  if (stroke.text !== undefined) {
    // While characters are still ahead, the space bar moves to the next one.
    return stroke.text === ' ' && isAhead(state)
      ? movedTo(state, state.view.at + 1)
      : feeding(state, stroke.text);
  }
  const request = REQUESTS[stroke.key];
  if (request === 'quit' && asked.isHelping) return { state };
  if (request) return { state, request };
  if (asked.isHelping && ['enter', 'ctrl-j', 'f1', 'ctrl-g'].includes(stroke.key)) return { state };
  return BINDINGS.find(({ keys }) => keys.includes(stroke.key))?.press(state) ?? { state: asked };
}

function isAhead({ view, known }: StepState): boolean {
  return view.at + 1 < known;
}

function forward(state: StepState, how: 'sample' | 'likeliest'): StepAnswer {
  return isAhead(state) ? movedTo(state, state.view.at + 1) : { state, request: { type: 'draw', how } };
}

function feeding(state: StepState, text: string): StepAnswer {
  return { state, request: { type: 'feed', text } };
}

function movedTo(state: StepState, place: number): StepAnswer {
  const at = clamped(place, { minimum: 0, maximum: state.known - 1 });
  return { state: { ...state, view: { ...state.view, at } } };
}

function withLayerBy(state: StepState, by: number): StepAnswer {
  const { view, layers } = state;
  const layer = clamped(view.layer + by, { minimum: 0, maximum: layers - 1 });
  if (layer === view.layer) {
    return { state: { ...state, notice: `layer ${layer} is the ${by > 0 ? 'last' : 'first'} one` } };
  }
  return { state: { ...state, view: { ...view, layer } } };
}

function withUnitBy(state: StepState, by: number): StepAnswer {
  const { view, hidden } = state;
  const unit = (((view.unit + by) % hidden) + hidden) % hidden;
  return { state: { ...state, view: { ...view, unit } } };
}

function withTemperature(state: StepState, by: 1 | -1): StepAnswer {
  const next = Math.round((state.view.temperature + by * TEMPERATURE_STEP) * 10) / 10;
  const temperature = clamped(next, TEMPERATURES);
  return { state: { ...state, view: { ...state.view, temperature } } };
}
