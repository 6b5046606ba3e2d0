import { clamped } from '../../numbers.js';
import type { TrainCommand } from '../../train/events.js';
import type { Stroke } from '../screen/keyboard.js';
import type { Answer } from '../screen/open.js';
import { announced, type DashboardState, stopping, type ViewOptions } from './state.js';

/** What a key asks of the program. An interrupt stops and saves; a second one stops at once. */
export type DashboardRequest = TrainCommand | { readonly type: 'interrupt' };

type DashboardAnswer = Answer<DashboardState, DashboardRequest | 'suspend'>;

interface Binding {
  /** Typed characters or names of keys. */
  readonly keys: readonly string[];
  /** The name of the key on the screen, if not the first of `keys`. */
  readonly name?: string;
  readonly label: string;
  readonly press: (state: DashboardState) => DashboardAnswer;
}

const LR_FACTOR = 1.25;
const TEMPERATURE_STEP = 0.1;
const TEMPERATURES = { minimum: 0, maximum: 2 };
/** In code points. */
const LONGEST_PROMPT = 200;
/** A request is announced until it is done; a step may take seconds. */
const UNTIL_DONE_MS = 60_000;

/** All keys, in the order in which the screen lists them. */
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
  { keys: ['q', 'escape'], label: 'quit', press: (state) => ({ state: { ...state, dialog: 'quit' } }) },
  { keys: ['?', 'h'], label: 'help', press: (state) => ({ state: { ...state, dialog: 'help' } }) },
  {
    keys: ['n'],
    label: 'new sample',
    press: (state) => ({ state: withSample(state, undefined), request: { type: 'sample' } }),
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
    press: (state) => withView(state, { unit: state.view.unit === 'nats' ? 'bits' : 'nats' }),
  },
  {
    keys: ['x'],
    label: 'steps or epochs',
    press: (state) => withView(state, { axis: state.view.axis === 'steps' ? 'epochs' : 'steps' }),
  },
  { keys: ['l'], label: 'log scale', press: (state) => withView(state, { log: !state.view.log }) },
  {
    keys: ['tab', 'shift-tab'],
    name: 'Tab',
    label: 'whole or recent',
    press: (state) => withView(state, { recent: !state.view.recent }),
  },
  { keys: ['c'], label: 'tint', press: (state) => withView(state, { tint: !state.view.tint }) },
  {
    keys: ['g'],
    label: 'gates and gradients',
    press: (state) => ({
      ...withView(state, { gates: !state.view.gates }),
      request: { type: 'gauges', watched: !state.view.gates },
    }),
  },
];

/** Returns the state after a key, and what the key asks for. Pasted text only counts in the prompt. */
export function press(state: DashboardState, stroke: Stroke): DashboardAnswer {
  if (stroke.key === 'ctrl-c') return { state: stopping(state), request: { type: 'interrupt' } };
  if (stroke.key === 'ctrl-z') return { state, request: 'suspend' };
  if (typeof state.dialog === 'object') return pressInPrompt(state, state.dialog.draft, stroke);
  if (stroke.pasted) return { state };
  const key = stroke.key ?? stroke.text;
  if (state.dialog === 'quit') return pressInQuestion(state, key);
  const closed = { ...state, dialog: undefined };
  if (state.dialog === 'help' && ['escape', 'q', '?', 'h'].includes(key)) return { state: closed };
  const binding = BINDINGS.find(({ keys }) => keys.includes(key));
  if (!binding) return { state };
  const answer = binding.press(closed);
  // Training that is about to end takes no more requests.
  const isLate = state.phase === 'stopping' && (answer.request || answer.state.dialog === 'quit');
  return isLate ? { state } : answer;
}

function pressInQuestion(state: DashboardState, key: string): DashboardAnswer {
  if (['y', 'Y', 'enter'].includes(key)) return { state: stopping(state), request: { type: 'stop' } };
  return { state: ['n', 'N', 'escape'].includes(key) ? { ...state, dialog: undefined } : state };
}

function pressInPrompt(state: DashboardState, draft: string, { key, text }: Stroke): DashboardAnswer {
  const editing = (changed: string) => ({ state: { ...state, dialog: { draft: changed } } });
  switch (key) {
    case undefined:
      return editing(
        Array.from(draft + text)
          .slice(0, LONGEST_PROMPT)
          .join(''),
      );
    case 'enter': {
      const pending = { ...state.pending, prompt: state.pending.prompt + 1 };
      const sent = withSample({ ...state, dialog: undefined, prompt: draft, pending }, undefined);
      return { state: sent, request: { type: 'prompt', text: draft } };
    }
    case 'ctrl-j':
      return pressInPrompt(state, draft, { text: '\n', pasted: false });
    case 'backspace':
    case 'delete': {
      const graphemes = Array.from(new Intl.Segmenter().segment(draft), ({ segment }) => segment);
      return editing(graphemes.slice(0, -1).join(''));
    }
    case 'ctrl-u':
      return editing('');
    case 'escape':
      return { state: { ...state, dialog: undefined } };
    default:
      return { state };
  }
}

function pause(state: DashboardState): DashboardAnswer {
  const asked = { ...state, pausing: !state.pausing };
  return asked.pausing
    ? { state: announced(asked, 'pausing after this step', UNTIL_DONE_MS), request: { type: 'pause' } }
    : { state: announced(asked, 'continuing'), request: { type: 'continue' } };
}

function withTemperature(state: DashboardState, by: number): DashboardAnswer {
  const temperature = clamped(Math.round((state.temperature + by) * 10) / 10, TEMPERATURES);
  if (temperature === state.temperature) return { state };
  return { state: { ...state, temperature }, request: { type: 'temperature', value: temperature } };
}

function withRate(state: DashboardState, factor: number): DashboardAnswer {
  const lr = Number((state.lr * factor).toPrecision(6));
  const pending = { ...state.pending, lr: state.pending.lr + 1 };
  const text = `learning rate ${lr.toExponential(2)} after this step`;
  const asked = announced({ ...state, lr, pending }, text, UNTIL_DONE_MS);
  return { state: asked, request: { type: 'lr', value: lr } };
}

function withView(state: DashboardState, change: Partial<ViewOptions>): DashboardAnswer {
  return { state: { ...state, view: { ...state.view, ...change } } };
}

function withSample(state: DashboardState, selected: number | undefined): DashboardState {
  return { ...state, samples: { ...state.samples, selected } };
}

/** Turns the pages of the samples; the last page is the one being written. */
function turned(state: DashboardState, by: number): DashboardState {
  const { pages, selected } = state.samples;
  const last = pages.length - 1;
  const found = pages.findIndex((page) => page.sample === selected);
  const to = Math.max(0, (found < 0 ? last : found) + by);
  return withSample(state, to >= last ? undefined : pages[to]!.sample);
}
