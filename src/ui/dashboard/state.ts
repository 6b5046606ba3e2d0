import { harmless } from '../../format.js';
import { grouped } from '../../numbers.js';
import type { BaselineEvent, StartEvent, StepEvent, TrainEvent } from '../../train/events.js';
import { addGauges, type GaugeSeries, NO_GAUGES } from './gauges.js';
import { addLive, NO_SAMPLES, revealed, type Samples, withSpeed } from './samples.js';
import { addLosses, type LossSeries, rewound, seriesFrom } from './series.js';

/** Everything the screen can know. Made by `initialState`, changed by `reduce` and `press` alone. */
export interface State {
  readonly columns: number;
  readonly rows: number;
  /** Milliseconds of a clock that only goes forward: when this was true, and when it began. */
  readonly now: number;
  readonly began: number;
  /** Milliseconds of this session without its pauses. */
  readonly active: number;
  /** Bytes that the process holds in memory. */
  readonly memory: number;
  readonly start: StartEvent | undefined;
  readonly last: StepEvent | undefined;
  /** Share of the recent steps whose gradient was clipped. */
  readonly clipped: number;
  readonly losses: LossSeries;
  readonly validations: readonly Validation[];
  readonly best: Validation | undefined;
  readonly baselines: readonly BaselineEvent[];
  readonly phase: 'starting' | 'training' | 'paused' | 'stopping';
  /** Whether a pause was asked for last. */
  readonly pausing: boolean;
  /** How many changes of them are not done yet: what is done is then not what was asked for last. */
  readonly waiting: { readonly lr: number; readonly prompt: number };
  /** A checkpoint was asked for. */
  readonly saving: boolean;
  /** Training stands still until something can be written. */
  readonly trouble: Trouble | undefined;
  /** What was asked for and is not done yet, or was done just now. */
  readonly notice: Notice | undefined;
  /** The peak of the learning rate, the temperature and the prompt, as asked for last. */
  readonly lr: number;
  readonly temperature: number;
  readonly prompt: string;
  readonly samples: Samples;
  readonly gauges: GaugeSeries;
  readonly view: View;
  /** A question or a page over the rest of the screen; a prompt is being typed where it is an object. */
  readonly dialog: 'help' | 'quit' | { readonly draft: string } | undefined;
  readonly clip: number;
}

export interface Validation {
  readonly step: number;
  /** Nats a character. */
  readonly loss: number;
  /** The learning rate of the step before it, where that is known. */
  readonly lr?: number | undefined;
}

export interface Notice {
  readonly text: string;
  readonly until: number;
}

export interface Trouble {
  readonly message: string;
  readonly hint: string;
  /** When it is tried again. */
  readonly again: number;
}

/** How the screen shows what it knows. */
export interface View {
  readonly unit: 'nats' | 'bits';
  readonly axis: 'steps' | 'epochs';
  readonly log: boolean;
  /** Only the last steps, not the whole run. */
  readonly recent: boolean;
  readonly tint: boolean;
  /** Gates and gradients of the layers, in the place of the sample or the chart. */
  readonly gates: boolean;
}

export type Message =
  | { readonly type: 'events'; readonly events: readonly TrainEvent[]; readonly now: number }
  | { readonly type: 'tick'; readonly now: number; readonly memory: number }
  /** Training was told to stop from outside. */
  | { readonly type: 'stopping' }
  | { readonly type: 'resize'; readonly columns: number; readonly rows: number };

/** Validations that are kept for the chart; beyond that every second one goes. */
const MOST_VALIDATIONS = 512;
/** The clipped share is a running mean over about so many steps. */
const CLIPPED_OVER = 100;
/** A longer time without a message is not training: the machine slept, or the process was stopped. */
const LONGEST_TICK_MS = 2000;
/** For how long something done is announced. */
export const NOTICE_MS = 4000;
/** The same of something that went wrong. */
const WARNING_MS = 60_000;

/** What a run is before its first event: a new one, or one that goes on. */
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
  size: { readonly columns: number; readonly rows: number },
): State {
  const validations = run.history.flatMap(({ step, validation, lr }) =>
    validation === null ? [] : [{ step, loss: validation, lr }],
  );
  return {
    ...size,
    now,
    began: now,
    active: 0,
    memory: 0,
    start: undefined,
    last: undefined,
    clipped: 0,
    losses: seriesFrom(run.history),
    validations,
    best: bestOf(validations),
    baselines: [],
    phase: 'starting',
    pausing: false,
    waiting: { lr: 0, prompt: 0 },
    saving: false,
    trouble: undefined,
    notice: undefined,
    lr: run.lr,
    clip: run.clip,
    temperature: 0.8,
    prompt: '',
    samples: { ...NO_SAMPLES, arrived: now },
    gauges: NO_GAUGES,
    view: { unit: 'nats', axis: 'steps', log: false, recent: false, tint: true, gates: false },
    dialog: undefined,
  };
}

/** The state after something has happened. */
export function reduce(state: State, message: Message): State {
  switch (message.type) {
    case 'resize':
      return { ...state, columns: message.columns, rows: message.rows };
    case 'stopping':
      return stopping(state);
    case 'tick':
      return { ...passed(state, message.now), memory: message.memory };
    case 'events': {
      const before = passed(state, message.now);
      const samples = withSpeed(before.samples, message.events, message.now);
      return message.events.reduce(afterEvent, {
        ...before,
        samples,
        losses: lossesAfter(state.losses, message.events),
      });
    }
  }
}

/** Training was told to stop: nothing is asked any more. */
export function stopping(state: State): State {
  return { ...state, dialog: undefined, phase: 'stopping' };
}

/** All steps at once, since a batch may hold many; where the run has gone back, those that still count. */
function lossesAfter(losses: LossSeries, events: readonly TrainEvent[]): LossSeries {
  const stepsIn = (some: readonly TrainEvent[]) => some.filter((event) => event.type === 'step');
  const back = events.findLast((event) => event.type === 'rollback');
  if (!back) return addLosses(losses, stepsIn(events));
  const at = events.indexOf(back);
  const before = addLosses(losses, stepsIn(events.slice(0, at)));
  return addLosses(rewound(before, back.step), stepsIn(events.slice(at)));
}

function passed(state: State, now: number): State {
  const ms = now - state.now;
  return {
    ...state,
    now,
    active: state.active + (state.phase === 'paused' || state.trouble ? 0 : Math.min(ms, LONGEST_TICK_MS)),
    notice: state.notice && state.notice.until > now ? state.notice : undefined,
    samples: revealed(state.samples, ms),
  };
}

function afterEvent(state: State, event: TrainEvent): State {
  switch (event.type) {
    case 'start':
      return {
        ...state,
        start: event,
        lr: event.lr,
        phase: state.phase === 'starting' ? 'training' : state.phase,
      };
    case 'step': {
      const isClipped = state.clip > 0 && event.gradNorm > state.clip ? 1 : 0;
      return { ...state, last: event, clipped: state.clipped + (isClipped - state.clipped) / CLIPPED_OVER };
    }
    case 'validation': {
      const all = [...state.validations, { step: event.step, loss: event.loss, lr: state.last?.lr }];
      const best = bestOf(all);
      const isKept = (one: Validation, i: number) => i % 2 === 1 || one === best || i === all.length - 1;
      return { ...state, validations: all.length > MOST_VALIDATIONS ? all.filter(isKept) : all, best };
    }
    case 'checkpoint':
      return state.saving || state.trouble
        ? { ...announced(state, `saved at step ${grouped(event.step)}`), saving: false, trouble: undefined }
        : state;
    case 'rollback': {
      const validations = state.validations.filter((one) => one.step <= event.step);
      const text = `after step ${grouped(event.from)} ${event.fault}: back to step ${grouped(event.step)}`;
      return announced(
        { ...state, lr: event.lr, validations, best: bestOf(validations) },
        `${text}, learning rate ${event.lr.toExponential(2)}`,
        WARNING_MS,
      );
    }
    case 'trouble': {
      const { message, hint, seconds } = event;
      if (seconds === null) return announced(state, `${harmless(message)}. ${hint}`, WARNING_MS);
      return { ...state, trouble: { message, hint, again: state.now + 1000 * seconds } };
    }
    case 'live':
      return { ...state, samples: addLive(state.samples, event) };
    case 'gauges':
      return { ...state, gauges: addGauges(state.gauges, event) };
    case 'baseline':
      return { ...state, baselines: [...state.baselines, event].sort((a, b) => b.loss - a.loss) };
    case 'command':
      return afterCommand(state, event.command);
    case 'sample':
    case 'end':
      return state;
  }
}

function afterCommand(state: State, command: Extract<TrainEvent, { type: 'command' }>['command']): State {
  switch (command.type) {
    case 'stop':
      return { ...state, phase: 'stopping' };
    case 'pause':
      return state.phase === 'stopping' ? state : { ...state, phase: 'paused', notice: undefined };
    case 'continue':
      return state.phase === 'stopping' ? state : { ...announced(state, 'going on'), phase: 'training' };
    case 'lr': {
      const waiting = { ...state.waiting, lr: state.waiting.lr - 1 };
      if (waiting.lr > 0) return { ...state, waiting };
      return announced(
        { ...state, waiting, lr: command.value },
        `learning rate ${command.value.toExponential(2)}`,
      );
    }
    case 'prompt': {
      const waiting = { ...state.waiting, prompt: state.waiting.prompt - 1 };
      if (waiting.prompt > 0) return { ...state, waiting };
      const lost = charactersOf(state.prompt) - charactersOf(command.text);
      const now = { ...state, waiting, prompt: command.text };
      if (lost <= 0) return now;
      return announced(
        now,
        `${lost === 1 ? 'a character' : `${lost} characters`} of the prompt left out: not in the corpus`,
      );
    }
    case 'save':
      return { ...state, saving: true };
    case 'temperature':
    case 'sample':
    case 'gauges':
      return state;
  }
}

/** Characters as a person counts them. */
function charactersOf(text: string): number {
  return Array.from(new Intl.Segmenter().segment(text)).length;
}

export function announced(state: State, text: string, ms = NOTICE_MS): State {
  return { ...state, notice: { text, until: state.now + ms } };
}

function bestOf(validations: readonly Validation[]): Validation | undefined {
  return validations.reduce<Validation | undefined>(
    (best, one) => (best && best.loss <= one.loss ? best : one),
    undefined,
  );
}
