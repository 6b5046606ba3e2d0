import { clamped } from '../../numbers.js';
import type { Stroke } from '../screen/keyboard.js';
import type { Answer } from '../screen/open.js';
import type { StepState } from './state.js';

/** What a key asks of the world outside the screen. */
export type StepRequest =
  | 'quit'
  | 'interrupt'
  | 'suspend'
  /** These characters take the place of all after the one that is looked at. */
  | { readonly type: 'feed'; readonly text: string }
  /** So does one that the network chooses. */
  | { readonly type: 'draw'; readonly how: 'sample' | 'likeliest' };

type StepAnswer = Answer<StepState, StepRequest>;

interface Binding {
  readonly keys: readonly string[];
  /** What the key is called and does: for the help, and in short for the line below. */
  readonly shown?: readonly [name: string, label: string, short?: string];
  readonly press: (state: StepState) => StepAnswer;
}

const TEMPERATURE_STEP = 0.1;
const TEMPERATURES = { minimum: 0, maximum: 5 };
const MANY_UNITS = 10;

/** Every key that types nothing, in the order in which the screen names them. */
export const BINDINGS: readonly Binding[] = [
  {
    keys: ['right', 'pagedown'],
    shown: ['→', 'the next character; after the last one: one drawn at random', 'next'],
    press: (state) => onwards(state, 'sample'),
  },
  {
    keys: ['left', 'backspace', 'pageup'],
    shown: ['←', 'a character back', 'back'],
    press: (state) => going(state, -1),
  },
  {
    keys: ['enter', 'ctrl-j'],
    shown: ['Enter', 'the next character; after the last one: the likeliest', 'likeliest'],
    press: (state) => onwards(state, 'likeliest'),
  },
  { keys: ['up'], shown: ['↑↓', 'layer', 'layer'], press: (state) => atLayer(state, 1) },
  { keys: ['down'], press: (state) => atLayer(state, -1) },
  {
    keys: ['tab'],
    shown: ['Tab', 'the next unit; Shift-Tab: the one before', 'unit'],
    press: (state) => atUnit(state, 1),
  },
  { keys: ['shift-tab'], press: (state) => atUnit(state, -1) },
  {
    keys: ['ctrl-right', 'alt-right', 'alt-f'],
    shown: ['^→ ^←', 'ten units on, or back'],
    press: (state) => atUnit(state, MANY_UNITS),
  },
  { keys: ['ctrl-left', 'alt-left', 'alt-b'], press: (state) => atUnit(state, -MANY_UNITS) },
  {
    keys: ['ctrl-up', 'alt-up'],
    shown: ['^↑ ^↓', 'temperature', 'temperature'],
    press: (state) => heated(state, 1),
  },
  { keys: ['ctrl-down', 'alt-down'], press: (state) => heated(state, -1) },
  { keys: ['home'], shown: ['Home', 'the first character'], press: (state) => goingTo(state, 0) },
  { keys: ['end'], shown: ['End', 'the last character'], press: (state) => goingTo(state, state.known - 1) },
  { keys: ['ctrl-n'], shown: ['^N', 'reads a line break'], press: (state) => feeding(state, '\n') },
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

/** The state after a key, and what the key asks for. */
export function press(asked: StepState, stroke: Stroke): StepAnswer {
  const state = { ...asked, notice: undefined, isHelping: false };
  if (stroke.text !== undefined) {
    // Among characters that are still to come, the space bar goes on to the next one.
    return stroke.text === ' ' && isAhead(state) ? going(state, 1) : feeding(state, stroke.text);
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

function onwards(state: StepState, how: 'sample' | 'likeliest'): StepAnswer {
  return isAhead(state) ? going(state, 1) : { state, request: { type: 'draw', how } };
}

function feeding(state: StepState, text: string): StepAnswer {
  return { state, request: { type: 'feed', text } };
}

function going(state: StepState, by: number): StepAnswer {
  return goingTo(state, state.view.at + by);
}

function goingTo(state: StepState, place: number): StepAnswer {
  const at = clamped(place, { minimum: 0, maximum: state.known - 1 });
  return { state: { ...state, view: { ...state.view, at } } };
}

function atLayer(state: StepState, by: number): StepAnswer {
  const { view, layers } = state;
  const layer = clamped(view.layer + by, { minimum: 0, maximum: layers - 1 });
  if (layer === view.layer) {
    return { state: { ...state, notice: `layer ${layer} is the ${by > 0 ? 'last' : 'first'} one` } };
  }
  return { state: { ...state, view: { ...view, layer } } };
}

function atUnit(state: StepState, by: number): StepAnswer {
  const { view, hidden } = state;
  const unit = (((view.unit + by) % hidden) + hidden) % hidden;
  return { state: { ...state, view: { ...view, unit } } };
}

function heated(state: StepState, by: 1 | -1): StepAnswer {
  const next = Math.round((state.view.temperature + by * TEMPERATURE_STEP) * 10) / 10;
  const temperature = clamped(next, TEMPERATURES);
  return { state: { ...state, view: { ...state.view, temperature } } };
}
