import { grouped } from '../numbers.js';
import type { Color } from './palette.js';
import type { State } from './state.js';
import { inUnit } from './unit.js';

export interface Verdict {
  readonly text: string;
  readonly color: Color;
}

/** Validation must have risen by this share of the best, or failed to improve so often, to be called overfitting. */
const RISE = 0.005;
const FAILURES = 3;
/** Less of a change than this, in nats, is none. */
const LEAST_CHANGE = 0.002;
/** A smoothed training loss so far above its lowest is running away. */
const EXPLODING = 1.5;
const LEAST_STEPS = 50;

/** How the run goes, in one plain sentence. */
export function verdictOf(state: State): Verdict {
  const { last, validations, best, losses } = state;
  if (!last) return { text: 'getting ready', color: 'faint' };
  if (isExploding(state)) {
    return { text: `loss exploding: try --lr ${(state.lr / 4).toExponential(1)}`, color: 'bad' };
  }
  const newest = validations.at(-1);
  if (!best || !newest) {
    const fell = (losses.buckets[0]?.smooth ?? 0) - (losses.buckets.at(-1)?.smooth ?? 0);
    return fell > LEAST_CHANGE
      ? { text: `learning: training fell by ${by(fell, state)} so far`, color: 'good' }
      : { text: 'warming up', color: 'faint' };
  }
  const failed = validations.filter((one) => one.step > best.step).length;
  if (failed >= FAILURES || newest.loss > best.loss * (1 + RISE)) {
    return trainingFellSince(state, best.step)
      ? {
          text: `overfitting since step ${grouped(best.step)}; the best checkpoint is kept`,
          color: 'caution',
        }
      : {
          text: `no better since step ${grouped(best.step)}; the best checkpoint is kept`,
          color: 'caution',
        };
  }
  return improvement(state, newest.loss);
}

function improvement(state: State, newest: number): Verdict {
  const { validations, last, start } = state;
  const epochAgo = last!.step - (start?.stepsPerEpoch ?? 0);
  const before = validations.findLast((one) => one.step <= epochAgo) ?? validations[0]!;
  const fell = before.loss - newest;
  const inEpoch = before.step <= epochAgo;
  if (validations.length < 2) return { text: 'improving', color: 'good' };
  if (fell < LEAST_CHANGE) return { text: 'hardly improving any more', color: 'caution' };
  const since = inEpoch ? 'in the last epoch' : `since step ${grouped(before.step)}`;
  return { text: `still improving: validation fell by ${by(fell, state)} ${since}`, color: 'good' };
}

/** A difference of losses, with its unit. */
function by(nats: number, state: State): string {
  return `${inUnit(nats, state).toFixed(3)} ${state.view.unit}`;
}

function isExploding({ losses, last }: State): boolean {
  const now = losses.recent.at(-1);
  if (!now || !last || losses.recent.length < LEAST_STEPS) return false;
  const lowest = losses.buckets.reduce(
    (low, bucket) => Math.min(low, bucket.smooth),
    Number.POSITIVE_INFINITY,
  );
  return now.smooth > EXPLODING * lowest;
}

function trainingFellSince({ losses }: State, step: number): boolean {
  const then = losses.buckets.find((bucket) => bucket.step >= step);
  const now = losses.buckets.at(-1);
  return then !== undefined && now !== undefined && now.smooth < then.smooth;
}
