import { clamped } from '../../numbers.js';
import type { TrainCommand } from '../../train/events.js';
import { announced, type State, stopping, type View } from './state.js';

/** A key as it was pressed: what it types, or the name of what it is. */
export interface Key {
  readonly text: string;
  readonly name?: 'return' | 'escape' | 'tab' | 'backspace' | undefined;
  readonly ctrl?: boolean;
}

/** What a key asks of the world outside the screen. */
export type Request =
  | TrainCommand
  /** Ctrl-C: to stop, saved at first, at once when it comes again. */
  | { readonly type: 'interrupt' }
  /** Ctrl-Z: to lie in the background. */
  | { readonly type: 'suspend' };

export interface Answer {
  readonly state: State;
  readonly request?: Request | undefined;
}

interface Binding {
  /** What types it, the first as it is shown. */
  readonly keys: readonly string[];
  readonly label: string;
  readonly press: (state: State) => Answer;
}

const LR_FACTOR = 1.25;
const TEMPERATURE_STEP = 0.1;
const TEMPERATURES = { minimum: 0, maximum: 2 };
const LONGEST_PROMPT = 200;
/** What was asked for is announced until it is done; a step may take seconds. */
const UNTIL_DONE_MS = 60_000;

/** Every key, in the order in which the screen names them. */
export const BINDINGS: readonly Binding[] = [
  { keys: ['p'], label: 'pause', press: pause },
  {
    keys: ['s'],
    label: 'save',
    press: (state) => ({
      state: announced(state, 'saving after this step', UNTIL_DONE_MS),
      request: { type: 'save' },
    }),
  },
  { keys: ['q'], label: 'quit', press: (state) => ({ state: { ...state, dialog: 'quit' } }) },
  { keys: ['?', 'h'], label: 'help', press: (state) => ({ state: { ...state, dialog: 'help' } }) },
  {
    keys: ['n'],
    label: 'new sample',
    press: (state) => ({ state: showing(state, undefined), request: { type: 'sample' } }),
  },
  {
    keys: ['e'],
    label: 'edit prompt',
    press: (state) => ({ state: { ...state, dialog: { draft: state.prompt } } }),
  },
  { keys: ['+', '='], label: 'temp up', press: (state) => withTemperature(state, TEMPERATURE_STEP) },
  { keys: ['-', '_'], label: 'temp down', press: (state) => withTemperature(state, -TEMPERATURE_STEP) },
  { keys: ['['], label: 'older sample', press: (state) => ({ state: turned(state, -1) }) },
  { keys: [']'], label: 'newer sample', press: (state) => ({ state: turned(state, 1) }) },
  { keys: ['<', ','], label: 'lower rate', press: (state) => withRate(state, 1 / LR_FACTOR) },
  { keys: ['>', '.'], label: 'higher rate', press: (state) => withRate(state, LR_FACTOR) },
  {
    keys: ['u'],
    label: 'nats or bits',
    press: (state) => viewing(state, { unit: state.view.unit === 'nats' ? 'bits' : 'nats' }),
  },
  {
    keys: ['x'],
    label: 'steps or epochs',
    press: (state) => viewing(state, { axis: state.view.axis === 'steps' ? 'epochs' : 'steps' }),
  },
  { keys: ['l'], label: 'log scale', press: (state) => viewing(state, { log: !state.view.log }) },
  {
    keys: ['Tab'],
    label: 'whole or recent',
    press: (state) => viewing(state, { recent: !state.view.recent }),
  },
  { keys: ['c'], label: 'tint', press: (state) => viewing(state, { tint: !state.view.tint }) },
  {
    keys: ['g'],
    label: 'gates and gradients',
    press: (state) => ({
      ...viewing(state, { gates: !state.view.gates }),
      request: { type: 'gauges', watched: !state.view.gates },
    }),
  },
];

/** The state after a key, and what the key asks for. */
export function press(state: State, key: Key): Answer {
  if (key.ctrl) return pressControl(state, key);
  if (typeof state.dialog === 'object') return type(state, state.dialog.draft, key);
  if (state.dialog === 'quit') return decide(state, key);
  if (state.dialog === 'help' && (key.name === 'escape' || ['q', '?', 'h'].includes(key.text))) {
    return { state: { ...state, dialog: undefined } };
  }
  const text = key.name === 'tab' ? 'Tab' : key.name === 'escape' ? 'q' : key.text;
  const binding = BINDINGS.find(({ keys }) => keys.includes(text));
  if (!binding) return { state };
  const closed = state.dialog === 'help' ? { ...state, dialog: undefined } : state;
  const answer = binding.press(closed);
  // Training that is about to end takes no more requests.
  const isLate = state.phase === 'stopping' && (answer.request || answer.state.dialog === 'quit');
  return isLate ? { state } : answer;
}

function pressControl(state: State, { text }: Key): Answer {
  if (text === 'c') return { state: stopping(state), request: { type: 'interrupt' } };
  if (text === 'z') return { state, request: { type: 'suspend' } };
  if (text === 'u' && typeof state.dialog === 'object') return { state: { ...state, dialog: { draft: '' } } };
  return { state };
}

function decide(state: State, { text, name }: Key): Answer {
  if (text === 'y' || text === 'Y' || name === 'return') {
    return { state: stopping(state), request: { type: 'stop' } };
  }
  if (text === 'n' || text === 'N' || name === 'escape') return { state: { ...state, dialog: undefined } };
  return { state };
}

function type(state: State, draft: string, key: Key): Answer {
  const editing = (text: string): Answer => ({ state: { ...state, dialog: { draft: text } } });
  if (key.name === 'escape') return { state: { ...state, dialog: undefined } };
  if (key.name === 'return') {
    const waiting = { ...state.waiting, prompt: state.waiting.prompt + 1 };
    const now = showing({ ...state, dialog: undefined, prompt: draft, waiting }, undefined);
    return { state: now, request: { type: 'prompt', text: draft } };
  }
  const segments = Array.from(new Intl.Segmenter().segment(draft), ({ segment }) => segment);
  if (key.name === 'backspace') return editing(segments.slice(0, -1).join(''));
  if (key.name !== undefined) return { state };
  const longer = draft + key.text.replace(/\r\n?/g, '\n');
  return editing(Array.from(longer).slice(0, LONGEST_PROMPT).join(''));
}

function pause(state: State): Answer {
  const asked = { ...state, pausing: !state.pausing };
  return asked.pausing
    ? { state: announced(asked, 'pausing after this step', UNTIL_DONE_MS), request: { type: 'pause' } }
    : { state: announced(asked, 'going on'), request: { type: 'continue' } };
}

function withTemperature(state: State, by: number): Answer {
  const value = Math.round((state.temperature + by) * 10) / 10;
  const temperature = clamped(value, TEMPERATURES);
  if (temperature === state.temperature) return { state };
  return { state: { ...state, temperature }, request: { type: 'temperature', value: temperature } };
}

function withRate(state: State, factor: number): Answer {
  const lr = Number((state.lr * factor).toPrecision(6));
  const waiting = { ...state.waiting, lr: state.waiting.lr + 1 };
  const asked = announced(
    { ...state, lr, waiting },
    `learning rate ${lr.toExponential(2)} after this step`,
    UNTIL_DONE_MS,
  );
  return { state: asked, request: { type: 'lr', value: lr } };
}

function viewing(state: State, change: Partial<View>): Answer {
  return { state: { ...state, view: { ...state.view, ...change } } };
}

function showing(state: State, shown: number | undefined): State {
  return { ...state, samples: { ...state.samples, shown } };
}

/** Turns the pages of the samples; after the last one comes the one being written. */
function turned(state: State, by: number): State {
  const { pages, shown } = state.samples;
  const last = pages.length - 1;
  const found = pages.findIndex((page) => page.sample === shown);
  const to = Math.max(0, (found < 0 ? last : found) + by);
  return showing(state, to >= last ? undefined : pages[to]!.sample);
}
