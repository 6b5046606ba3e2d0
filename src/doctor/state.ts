import { fixed } from '../format.js';
import { amountOf, meanOf } from '../numbers.js';
import type { Check, Missing } from './check.js';
import { estimateOf } from './statistics.js';
import { CERTAIN, LEAST_WINDOWS, STATE, WINDOW } from './thresholds.js';

export interface StateEvidence {
  /** Characters per window, and the number of windows read. */
  readonly window: number;
  readonly windows: number;
  /** Nats per character, with the state carried through the text and with it reset at each window. */
  readonly carried: number;
  readonly reset: number;
  /** What the state is worth in nats per window, and its standard error. */
  readonly gain: number;
  readonly gainError: number;
}

export interface WindowEvidence {
  readonly window: number;
  readonly windows: number;
  /** The fewest characters of its window that precede a scored character. */
  readonly leastContext: number;
  /** Their loss in nats per character, given only the window and given all of the text before. */
  readonly withWindow: number;
  readonly withAll: number;
  readonly gain: number;
  readonly gainError: number;
}

/**
 * Measures what the state carried into a window is worth, over the whole window and at its end, by comparing
 * the losses of the same characters with and without it, window by window.
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
      missing: `the text has ${amountOf(windows, 'window')} of ${amountOf(window, 'character')}; ${LEAST_WINDOWS} are needed`,
    };
  }
  const tail = Math.max(1, Math.round(WINDOW.tail * window));
  const compared = (from: number) => {
    const means = (losses: Float32Array) =>
      Array.from({ length: windows }, (_, i) => meanOf(losses.subarray(i * window + from, (i + 1) * window)));
    const [all, alone] = [means(carried), means(reset)];
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
    `${gain.toFixed(2)} ± ${(CERTAIN * gainError).toFixed(2)} nats per window`,
  diagnose({ window, gain, gainError }) {
    if (gain + CERTAIN * gainError >= STATE.gain) return undefined;
    return {
      severity: 'caution',
      sentence: `The state is hardly used: resetting it every ${amountOf(window, 'character')} costs ${Math.max(0, gain).toFixed(2)} nats per window.`,
      remedy:
        'check that the text is in its original order (shuffled lines leave nothing to remember), then try a longer --seq-length',
    };
  },
};

export const windowLength: Check<WindowEvidence> = {
  id: 'window-too-short',
  figures: ({ leastContext, window, withWindow, withAll, gain, gainError }) =>
    `a character costs ${withWindow.toFixed(3)} nats given ${leastContext < window ? `${leastContext} to ` : ''}${amountOf(window, 'character')} before it, ${withAll.toFixed(3)} given all: ` +
    `${fixed(gain, 3)} ± ${(CERTAIN * gainError).toFixed(3)} less`,
  diagnose({ window, gain, gainError }) {
    if (gain < WINDOW.gain || gain < CERTAIN * gainError) return undefined;
    return {
      severity: 'caution',
      sentence: `A longer window may help: at the end of a window of ${amountOf(window, 'character')}, the text before it still lowers the loss by ${gain.toFixed(2)} nats, although the network was not trained to look back that far.`,
      remedy: `try --seq-length ${Math.max(16, 2 * window)}, or twice that, with half the --batch-size, and keep whichever validates better`,
    };
  },
};
