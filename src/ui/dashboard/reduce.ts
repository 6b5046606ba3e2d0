import { harmless } from '../../format.js';
import { grouped } from '../../numbers.js';
import type { CommandEvent, TrainEvent } from '../../train/events.js';
import { addGauges } from './gauges.js';
import { addLive, revealed, withSpeed } from './samples.js';
import { lossesAfter } from './series.js';
import { announced, bestOf, type DashboardMessage, type DashboardState, stopping } from './state.js';

/** How many validations to keep for the chart; beyond that, every second one is dropped. */
const MOST_VALIDATIONS = 512;
/** The clipped share is a running mean over about this many steps. */
const CLIPPED_OVER = 100;
/** Longer gaps between messages do not count as training: the machine slept, or the process was suspended. */
const LONGEST_TICK_MS = 2000;
/** How long a notice of a problem is shown. */
const WARNING_MS = 60_000;

/** Returns the state after a message. */
export function reduce(state: DashboardState, message: DashboardMessage): DashboardState {
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
      const losses = lossesAfter(state.losses, message.events);
      return message.events.reduce(afterEvent, { ...before, samples, losses });
    }
  }
}

function passed(state: DashboardState, now: number): DashboardState {
  const ms = now - state.now;
  const isWaiting = state.phase === 'paused' || state.trouble;
  return {
    ...state,
    now,
    activeMs: state.activeMs + (isWaiting ? 0 : Math.min(ms, LONGEST_TICK_MS)),
    notice: state.notice && state.notice.until > now ? state.notice : undefined,
    samples: revealed(state.samples, ms),
  };
}

function afterEvent(state: DashboardState, event: TrainEvent): DashboardState {
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
      const clippedShare = state.clippedShare + (isClipped - state.clippedShare) / CLIPPED_OVER;
      return { ...state, last: event, clippedShare };
    }
    case 'validation': {
      const all = [...state.validations, { step: event.step, loss: event.loss, lr: state.last?.lr }];
      const best = bestOf(all);
      if (all.length <= MOST_VALIDATIONS) return { ...state, validations: all, best };
      const kept = all.filter((one, i) => i % 2 === 1 || one === best || i === all.length - 1);
      return { ...state, validations: kept, best };
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
      return { ...state, trouble: { message, hint, retryAt: state.now + 1000 * seconds } };
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

function afterCommand(state: DashboardState, command: CommandEvent['command']): DashboardState {
  switch (command.type) {
    case 'stop':
      return { ...state, phase: 'stopping' };
    case 'pause':
      return state.phase === 'stopping' ? state : { ...state, phase: 'paused', notice: undefined };
    case 'continue':
      return state.phase === 'stopping' ? state : { ...announced(state, 'continuing'), phase: 'training' };
    case 'lr': {
      const pending = { ...state.pending, lr: state.pending.lr - 1 };
      if (pending.lr > 0) return { ...state, pending };
      const text = `learning rate ${command.value.toExponential(2)}`;
      return announced({ ...state, pending, lr: command.value }, text);
    }
    case 'prompt': {
      const pending = { ...state.pending, prompt: state.pending.prompt - 1 };
      if (pending.prompt > 0) return { ...state, pending };
      const lost = graphemesIn(state.prompt) - graphemesIn(command.text);
      const now = { ...state, pending, prompt: command.text };
      if (lost <= 0) return now;
      const which = lost === 1 ? 'a character' : `${lost} characters`;
      return announced(now, `${which} of the prompt left out: not in the corpus`);
    }
    case 'save':
      return { ...state, saving: true };
    case 'temperature':
    case 'sample':
    case 'gauges':
      return state;
  }
}

/** Counts grapheme clusters. */
function graphemesIn(text: string): number {
  return Array.from(new Intl.Segmenter().segment(text)).length;
}
