// A made-up but realistic training run, the same every time.

import type { GaugesEvent, LiveEvent, StartEvent, StepEvent, TrainEvent } from '../../src/train/events.js';
import { reduce } from '../../src/ui/dashboard/reduce.js';
import { type DashboardMessage, type DashboardState, initialState } from '../../src/ui/dashboard/state.js';
import type { Stroke } from '../../src/ui/screen/keyboard.js';

export const START: StartEvent = {
  type: 'start',
  run: 'checkpoints/moby-dick-1',
  corpus: 'moby-dick',
  model: '2 x 128 LSTM',
  parameters: 246_419,
  engine: 'wasm-simd',
  threads: 1,
  step: 0,
  seconds: 0,
  stepsPerEpoch: 523,
  charactersPerStep: 2500,
  totalSteps: 5230,
  patience: 0,
  minutes: undefined,
  lr: 0.005,
};

/** Milliseconds of the clock at the start of every state here. */
export const BEGAN = 1000;
const MS_PER_STEP = 72;

type Run = Parameters<typeof initialState>[0];

export function newState(run: Partial<Run> = {}, size = { columns: 80, rows: 24 }): DashboardState {
  return initialState({ lr: START.lr, clip: 1, history: [], ...run }, BEGAN, size);
}

/** Freezes a value deeply, so that changing it throws. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(frozen);
  }
  return value;
}

/** Returns the state after some messages; none may mutate a state or a message. */
export function played(state: DashboardState, ...messages: readonly DashboardMessage[]): DashboardState {
  return messages.reduce((now, message) => reduce(frozen(now), frozen(message)), state);
}

/** Returns a key by its name, or typed text. */
export function stroke(name: string): Stroke {
  const isKey = /^(?:(?:ctrl|alt|shift)-.+|tab|escape|enter|backspace|delete|up)$/.test(name);
  return isKey ? { key: name } : { text: name, pasted: false };
}

/** Returns events that come together, some milliseconds after the beginning. */
export function at(ms: number, ...events: readonly TrainEvent[]): DashboardMessage {
  return { type: 'events', events, now: BEGAN + ms };
}

export function tick(ms: number, memory = 0): DashboardMessage {
  return { type: 'tick', now: BEGAN + ms, memory };
}

export function stepEvent(step: number, loss: number, more: Partial<StepEvent> = {}): StepEvent {
  const epoch = step / START.stepsPerEpoch;
  const speed = { charsPerSecond: 34_800, seconds: step };
  return { type: 'step', step, epoch, loss, gradNorm: 0.3, lr: 0.005, ...speed, ...more };
}

/** Returns steps from one to another, inclusive. */
export function stepEvents(from: number, to: number, loss: (step: number) => number): StepEvent[] {
  return Array.from({ length: to - from + 1 }, (_, i) => stepEvent(from + i, loss(from + i)));
}

export function validationEvent(step: number, loss: number): TrainEvent {
  return { type: 'validation', step, loss, bpc: loss / Math.LN2, perplexity: Math.exp(loss) };
}

/** Returns a piece of a live sample. @param certainty returns the probability of each character */
export function liveEvent(
  sample: number,
  text: string,
  { step = 1, temperature = 0.8, prompt = '', certainty = (_: number): number => 0.7 } = {},
): LiveEvent {
  const sure = Array.from(text, (_, i) => certainty(i));
  return { type: 'live', step, sample, temperature, prompt, text, certainty: sure };
}

/** Returns gates and gradients of an LSTM whose lower layers have smaller gradients. */
export function gaugesEvent(step: number, layers: number, ratio = 3): GaugesEvent {
  const share = (n: number) => 0.45 * noise(n);
  return {
    type: 'gauges',
    step,
    layers: Array.from({ length: layers }, (_, layer) => ({
      gradNorm: (0.3 + 0.3 * noise(step + layer)) / ratio ** (layers - 1 - layer),
      gates: Array.from('ifgo', (name, i) => ({
        name,
        left: share(4 * layer + i),
        right: share(100 + 4 * layer + i),
      })),
    })),
  };
}

export const BASELINES = [
  { type: 'baseline', name: 'uniform', loss: 4.4543 },
  { type: 'baseline', name: 'zlib', loss: 2.4019 },
  { type: 'baseline', name: 'unigram', loss: 3.1127 },
  { type: 'baseline', name: '6-gram', loss: 1.6735 },
] as const;

/** Returns a pseudo-random number from 0 to 1, the same on every machine. */
export function noise(n: number): number {
  let bits = Math.imul(n + 1, 0x9e3779b1);
  bits = Math.imul(bits ^ (bits >>> 15), 0x85ebca6b);
  return ((bits ^ (bits >>> 13)) >>> 0) / 2 ** 32;
}

/** Returns a loss that falls from 4.4 like that of a real network. */
export function lossAt(step: number): number {
  return 1.42 + 3 / (1 + step / 55) + 0.16 * (noise(step) - 0.5);
}

const VALIDATIONS = [2.5312, 2.1124, 1.9311, 1.8517, 1.7811, 1.7394, 1.7202, 1.7229];

/** Samples of several languages, with bytes that must not reach a terminal. */
const TEXTS = [
  'the whe sar and ofe thit 鯨の海 he wan the sore,\n\tand “tho Pequod” wos 🐋🐋 in the sean — e\u0301te\u0301 ' +
    'ond anl thap whe ware of the shep, so the cand of the wale.\n\n',
  'CHAPTER 42. The Whiteness\x1b[31m of the Whale.\n\nWhat the white whale was to Ahab, has been hinted; ' +
    'what, at times, he was to me, as yet remains unsaid: 白鯨 👨‍👩‍👧 nai\u0308ve, \u0301and the sea.\n',
  'CHAPTER 51. The Spirit-Spout.\n\nDays, weeks passed, and under easy sail, the ivory Pequod had slowly ' +
    'swept across\tfour several cruising-grounds; 捕鯨船 that off the Azores; off the Cape de Verdes; 🐳 on the ' +
    'Plate (so called), being off the mouth of the Rio de la Plata; and the Carrol Ground, an unstaked, watery ' +
    'locality, southerly from St. He\u0301le\u0300na.\n\nIt was while gliding through these latter waters that',
];
const SAMPLE_STEPS = 300;

/** Returns the live text of a step: a new sample every 300 steps, two characters at a time. */
function livePiece(step: number): LiveEvent[] {
  const sample = Math.floor((step - 1) / SAMPLE_STEPS);
  const from = 2 * ((step - 1) % SAMPLE_STEPS);
  const text = Array.from(TEXTS[sample] ?? '')
    .slice(from, from + 2)
    .join('');
  const certainty = (i: number) => noise(1000 * sample + from + i) ** 0.7;
  const begun = 1 + SAMPLE_STEPS * sample;
  return text === '' ? [] : [liveEvent(sample + 1, text, { step: begun, certainty })];
}

function eventsOf(step: number): TrainEvent[] {
  const validation = step % 100 === 0 ? VALIDATIONS[step / 100 - 1] : undefined;
  return [
    stepEvent(step, lossAt(step), {
      lr: 0.005 * Math.min(1, step / 100),
      gradNorm: 0.2 + 0.9 * noise(7 * step),
      charsPerSecond: 34_000 + Math.floor(1000 * noise(3 * step)),
    }),
    ...livePiece(step),
    ...(step % 10 === 5 && step < 45 ? [BASELINES[(step - 5) / 10]!] : []),
    ...(validation === undefined ? [] : [validationEvent(step, validation)]),
  ];
}

const LAST_STEP = 830;

/** Returns the state after 830 steps of a run of 5,230, one minute in. */
export function trainedState(size?: { columns: number; rows: number }): DashboardState {
  const steps = Array.from({ length: LAST_STEP }, (_, i) => at((i + 1) * MS_PER_STEP, ...eventsOf(i + 1)));
  const ms = LAST_STEP * MS_PER_STEP;
  return played(newState({}, size), at(0, START), ...steps, tick(ms + 20, 187 * 2 ** 20));
}
