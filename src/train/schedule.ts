import type { TrainingLength } from '../checkpoint/options.js';
import type { RunRecord } from '../checkpoint/record.js';
import { windowsPerEpoch } from '../text/batches.js';

const WARM_UP_STEPS = 100;
/** Warm-up takes at most this share of a short run. */
const WARM_UP_SHARE = 0.1;
/** The learning rate ends at this share of its peak. */
const FLOOR = 0.05;

/** Returns the default peak rate: 5e-3 up to 256 units, then falling with the square root of the width. */
export function defaultLearningRate(hidden: number): number {
  return Number((5e-3 * Math.min(1, Math.sqrt(256 / hidden))).toPrecision(2));
}

/** Returns the steps of the whole run, or undefined if its length is in minutes. */
export function totalSteps({ unit, amount }: TrainingLength, stepsPerEpoch: number): number | undefined {
  if (unit === 'minutes') return undefined;
  return unit === 'steps' ? amount : Math.max(1, Math.round(amount * stepsPerEpoch));
}

/** Returns the share of a run that is done, by steps or by the clock: 1 or more at its end. */
export function shareDone({ training, corpus, progress }: RunRecord): number {
  const total = totalSteps(training.length, windowsPerEpoch({ ...training, ...corpus }));
  return total === undefined ? progress.seconds / (60 * training.length.amount) : progress.step / total;
}

/**
 * Returns the learning rate of a step as a share of its peak: a linear warm-up, since Adam's moments are poor
 * estimates at first, then half a cosine down to a floor (Loshchilov & Hutter 2017).
 * @param step from 0
 * @param done share of the run that is done, from 0 to 1, by steps or by the clock
 * @param total steps of the run, if known
 */
export function rateAt(step: number, done: number, total: number | undefined): number {
  const warmUp = Math.min(WARM_UP_STEPS, Math.ceil((total ?? Number.POSITIVE_INFINITY) * WARM_UP_SHARE));
  const cosine = FLOOR + (1 - FLOOR) * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, done)));
  return Math.min(1, (step + 1) / warmUp) * cosine;
}
