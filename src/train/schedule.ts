import type { TrainingLength } from '../checkpoint/options.js';
import type { HistoryPoint, RunRecord } from '../checkpoint/record.js';
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

/** Why a run is over: it has had its length, or its validation loss no longer improves. */
export type Ending = 'finished' | 'early';

/** Returns why a run is over after a validation, or undefined if it goes on. @param done share of its length */
export function endingOf(
  done: number,
  { training, history }: { training: { patience: number }; history: readonly HistoryPoint[] },
): Ending | undefined {
  if (done >= 1) return 'finished';
  return training.patience > 0 && validationsSinceBest(history) >= training.patience ? 'early' : undefined;
}

/**
 * Returns how many validations have followed the one with the lowest loss, the first of them if several have
 * it. A very long history lacks some entries; it keeps more than any `--patience`.
 */
export function validationsSinceBest(history: readonly HistoryPoint[]): number {
  const losses = history.flatMap(({ validation }) => (validation === null ? [] : [validation]));
  if (losses.length === 0) return 0;
  const best = losses.reduce((least, loss, i) => (loss < losses[least]! ? i : least), 0);
  return losses.length - 1 - best;
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
