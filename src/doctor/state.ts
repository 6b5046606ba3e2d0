import { fixed } from '../format.js';
import { amountOf } from '../numbers.js';
import type { Check, Missing } from './check.js';
import { estimateOf } from './statistics.js';
import { CERTAIN, LEAST_WINDOWS, STATE, WINDOW } from './thresholds.js';

export interface StateEvidence {
  /** Characters of a window, and how many windows were read. */
  readonly window: number;
  readonly windows: number;
  /** Nats a character, with the state carried through the text, and with it reset at each window. */
  readonly carried: number;
  readonly reset: number;
  /** What the state says of the next window, in nats a window, and its standard error. */
  readonly gain: number;
  readonly gainError: number;
}

export interface WindowEvidence {
  readonly window: number;
  readonly windows: number;
  /** How many characters of the window came before those that are looked at. */
  readonly leastContext: number;
  /** What these lose, in nats a character, given the window alone and given the whole text before. */
  readonly withWindow: number;
  readonly withAll: number;
  readonly gain: number;
  readonly gainError: number;
}

/**
 * What the state that is carried into a window is worth, and what it is still worth at the window's end: the losses of
 * the same characters with and without it, compared window by window.
 * @param carried, reset nats, of the same characters from the first window on
 */
export function stateEvidence(
  carried: Float32Array,
  reset: Float32Array,
  window: number,
): { state: StateEvidence; window: WindowEvidence } | Missing {
  const windows = Math.floor(Math.min(carried.length, reset.length) / window);
  if (windows < LEAST_WINDOWS) {
    return {
      missing: `the text has ${amountOf(windows, 'window')} of ${amountOf(window, 'character')}, and ${LEAST_WINDOWS} are needed`,
    };
  }
  const tail = Math.max(1, Math.round(WINDOW.tail * window));
  const part = (losses: Float32Array, number: number, from: number) => {
    let sum = 0;
    for (let i = from; i < window; i++) sum += losses[number * window + i]!;
    return sum / (window - from);
  };
  const compared = (from: number) => {
    const numbers = Array.from({ length: windows }, (_, number) => number);
    const all = numbers.map((number) => part(carried, number, from));
    const alone = numbers.map((number) => part(reset, number, from));
    const gain = estimateOf(alone.map((loss, i) => loss - all[i]!));
    return { all: estimateOf(all).mean, alone: estimateOf(alone).mean, gain };
  };
  const whole = compared(0);
  const end = compared(window - tail);
  return {
    state: {
      window,
      windows,
      carried: whole.all,
      reset: whole.alone,
      gain: whole.gain.mean * window,
      gainError: whole.gain.error * window,
    },
    window: {
      window,
      windows,
      leastContext: window - tail + 1,
      withWindow: end.alone,
      withAll: end.all,
      gain: end.gain.mean,
      gainError: end.gain.error,
    },
  };
}

export const stateUse: Check<StateEvidence> = {
  id: 'state-not-used',
  figures: ({ window, carried, reset, gain, gainError }) =>
    `loss ${carried.toFixed(4)} with the state carried, ${reset.toFixed(4)} with it reset every ${amountOf(window, 'character')}: ` +
    `${gain.toFixed(2)} ± ${(CERTAIN * gainError).toFixed(2)} nats a window`,
  diagnose({ window, gain, gainError }) {
    if (gain + CERTAIN * gainError >= STATE.gain) return undefined;
    return {
      severity: 'caution',
      sentence: `The state is hardly used: forgetting all of it every ${amountOf(window, 'character')} costs ${Math.max(0, gain).toFixed(2)} nats a window.`,
      remedy:
        'look whether the text is in its order (lines that were shuffled have nothing to remember); then try a longer --seq-length',
    };
  },
};

export const windowLength: Check<WindowEvidence> = {
  id: 'window-too-short',
  figures: ({ leastContext, window, withWindow, withAll, gain, gainError }) =>
    `with ${leastContext < window ? `${leastContext} to ` : ''}${amountOf(window, 'character')} before it a character costs ${withWindow.toFixed(3)} nats, with all ${withAll.toFixed(3)}: ` +
    `${fixed(gain, 3)} ± ${(CERTAIN * gainError).toFixed(3)} less`,
  diagnose({ window, gain, gainError }) {
    if (gain < WINDOW.gain || gain < CERTAIN * gainError) return undefined;
    return {
      severity: 'caution',
      sentence: `A longer window may help: at the end of one of ${amountOf(window, 'character')}, the text before it still lowers the loss by ${gain.toFixed(2)} nats, though the network was not taught to look so far.`,
      remedy: `try --seq-length ${Math.max(16, 2 * window)}, or twice that, with the --batch-size halved, and keep what validates better`,
    };
  },
};
