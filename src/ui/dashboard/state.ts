import type { BaselineEvent, StartEvent, StepEvent, TrainEvent } from '../../train/events.js';
import type { Size } from '../text/line.js';
import { type GaugeSeries, NO_GAUGES } from './gauges.js';
import { NO_SAMPLES, type Samples } from './samples.js';
import { type LossSeries, seriesFrom } from './series.js';

/** Everything the dashboard knows. Only `initialState`, `reduce` and `press` make one. */
export interface DashboardState extends Size {
  /** Milliseconds of a monotonic clock: now, and when the dashboard was opened. */
  readonly now: number;
  readonly startedAt: number;
  /** Milliseconds of this session, excluding pauses. */
  readonly activeMs: number;
  /** Resident memory of the process in bytes. */
  readonly memory: number;
  readonly start: StartEvent | undefined;
  readonly last: StepEvent | undefined;
  /** The share of recent steps whose gradient was clipped, from 0 to 1. */
  readonly clippedShare: number;
  readonly losses: LossSeries;
  readonly validations: readonly Validation[];
  readonly best: Validation | undefined;
  readonly baselines: readonly BaselineEvent[];
  readonly phase: 'starting' | 'training' | 'paused' | 'stopping';
  /** Whether the last request was to pause rather than to continue. */
  readonly pausing: boolean;
  /** Counts requests that are not done yet: an event that precedes the last of them is out of date. */
  readonly pending: { readonly lr: number; readonly prompt: number };
  /** Whether a checkpoint was requested. */
  readonly saving: boolean;
  /** Why training waits: something cannot be written. */
  readonly trouble: Trouble | undefined;
  /** Announces a request that is not done yet, or has just been done. */
  readonly notice: { readonly text: string; readonly until: number } | undefined;
  /** The peak learning rate, temperature and prompt that were requested last. */
  readonly lr: number;
  readonly temperature: number;
  readonly prompt: string;
  readonly samples: Samples;
  readonly gauges: GaugeSeries;
  readonly view: ViewOptions;
  /** The open dialog: the help, the question whether to stop, or the prompt that is being edited. */
  readonly dialog: 'help' | 'quit' | { readonly draft: string } | undefined;
  readonly clip: number;
}

export interface Validation {
  readonly step: number;
  /** Nats per character. */
  readonly loss: number;
  /** The learning rate of the last step before it, if known. */
  readonly lr?: number | undefined;
}

interface Trouble {
  readonly message: string;
  readonly hint: string;
  /** The time of the next attempt, in milliseconds of the clock. */
  readonly retryAt: number;
}

/** How the dashboard shows what it knows. */
export interface ViewOptions {
  readonly unit: 'nats' | 'bits';
  readonly axis: 'steps' | 'epochs';
  readonly log: boolean;
  /** Whether the chart shows only the last steps. */
  readonly recent: boolean;
  readonly tint: boolean;
  /** Whether gates and gradients replace the sample or the chart. */
  readonly gates: boolean;
}

export type DashboardMessage =
  | { readonly type: 'events'; readonly events: readonly TrainEvent[]; readonly now: number }
  | { readonly type: 'tick'; readonly now: number; readonly memory: number }
  /** Something other than a key, such as a signal, stops training. */
  | { readonly type: 'stopping' }
  | ({ readonly type: 'resize' } & Size);

/** How long a notice is shown. */
const NOTICE_MS = 4000;

/** Returns the state of a new or resumed run before its first event. */
export function initialState(
  run: {
    readonly lr: number;
    readonly clip: number;
    readonly history: readonly {
      readonly step: number;
      readonly training: number;
      readonly validation: number | null;
      readonly lr?: number;
    }[];
  },
  now: number,
  size: Size,
): DashboardState {
  const validations = run.history.flatMap(({ step, validation, lr }) =>
    validation === null ? [] : [{ step, loss: validation, lr }],
  );
  return {
    ...size,
    now,
    startedAt: now,
    activeMs: 0,
    memory: 0,
    start: undefined,
    last: undefined,
    clippedShare: 0,
    losses: seriesFrom(run.history),
    validations,
    best: bestOf(validations),
    baselines: [],
    phase: 'starting',
    pausing: false,
    pending: { lr: 0, prompt: 0 },
    saving: false,
    trouble: undefined,
    notice: undefined,
    lr: run.lr,
    clip: run.clip,
    temperature: 0.8,
    prompt: '',
    samples: { ...NO_SAMPLES, lastArrival: now },
    gauges: NO_GAUGES,
    view: { unit: 'nats', axis: 'steps', log: false, recent: false, tint: true, gates: false },
    dialog: undefined,
  };
}

/** Returns the state of training that is about to stop; any dialog is closed. */
export function stopping(state: DashboardState): DashboardState {
  return { ...state, dialog: undefined, phase: 'stopping' };
}

/** Returns the state with a notice that is shown for some time. */
export function announced(state: DashboardState, text: string, ms = NOTICE_MS): DashboardState {
  return { ...state, notice: { text, until: state.now + ms } };
}

/** Returns the first of the lowest validations. */
export function bestOf(validations: readonly Validation[]): Validation | undefined {
  return validations.reduce<Validation | undefined>(
    (best, one) => (best && best.loss <= one.loss ? best : one),
    undefined,
  );
}
