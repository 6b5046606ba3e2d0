import { grouped } from '../../numbers.js';
import type { Color } from '../text/palette.js';
import type { DashboardState, Validation } from './state.js';
import { inUnit } from './unit.js';

interface Verdict {
  readonly text: string;
  readonly color: Color;
}

/** Overfitting means that validation rose by this share of the best, or failed to improve this many times. */
const RISE = 0.005;
const FAILURES = 3;
/** The least ratio of two learning rates that makes their losses incomparable. */
const FASTER = 1.5;
/** Smaller changes, in nats, count as none. */
const LEAST_CHANGE = 0.002;
/** The loss explodes once its smoothed value exceeds its minimum by this factor. */
const EXPLODING = 1.5;
const LEAST_STEPS = 50;

/** Describes the state of the run in one plain sentence. */
export function verdictOf(state: DashboardState): Verdict {
  const { last, validations, best } = state;
  if (!last) return { text: 'getting ready', color: 'faint' };
  const remedy = `try --lr ${(state.lr / 4).toExponential(1)}`;
  if (isExploding(state)) return { text: `loss exploding: ${remedy}`, color: 'bad' };
  if (isWorseThanGuessing(state)) return { text: `worse than guessing: ${remedy}`, color: 'bad' };
  const newest = validations.at(-1);
  if (!best || !newest || validations.length < 2) return earlyVerdict(state);
  const failed = validations.filter((one) => one.step > best.step).length;
  if (failed >= FAILURES || newest.loss > best.loss * (1 + RISE)) {
    const then = `step ${grouped(best.step)}`;
    if (hasFasterRate(newest, best)) {
      return { text: `above the best at ${then}, which had a lower learning rate`, color: 'faint' };
    }
    const what = trainingFellSince(state, best.step) ? 'overfitting' : 'no better';
    return { text: `${what} since ${then}; the best checkpoint is kept`, color: 'caution' };
  }
  return improvement(state, newest.loss);
}

/** An extended run restarts at a high learning rate, at which the loss is higher whatever was learned. */
function hasFasterRate(newest: Validation, best: Validation): boolean {
  return newest.lr !== undefined && best.lr !== undefined && newest.lr > FASTER * best.lr;
}

/** Before two validations can be compared: describes the training loss over the second half of the steps. */
function earlyVerdict(state: DashboardState): Verdict {
  const { buckets } = state.losses;
  const before = buckets[buckets.length >> 1];
  const fell = before && buckets.length > 2 ? before.smooth - buckets.at(-1)!.smooth : 0;
  if (!(fell > LEAST_CHANGE)) return { text: 'too early to tell', color: 'faint' };
  const since = `since step ${grouped(before!.step)}`;
  return { text: `learning: training loss fell by ${difference(fell, state)} ${since}`, color: 'good' };
}

function improvement(state: DashboardState, newest: number): Verdict {
  const { validations, last, start } = state;
  const earlier = validations.slice(0, -1);
  const epochAgo = last!.step - (start?.stepsPerEpoch ?? 0);
  const anEpochAgo = earlier.findLast((one) => one.step <= epochAgo);
  const before = anEpochAgo ?? earlier[0]!;
  const fell = before.loss - newest;
  if (fell < LEAST_CHANGE) return { text: 'hardly improving any more', color: 'caution' };
  const isAboutAnEpoch = anEpochAgo !== undefined && anEpochAgo !== earlier.at(-1);
  const since = isAboutAnEpoch ? 'in the last epoch' : `since step ${grouped(before.step)}`;
  return { text: `still improving: validation fell by ${difference(fell, state)} ${since}`, color: 'good' };
}

/** After some steps, no network that learns has a higher loss than uniform guessing. */
function isWorseThanGuessing({ losses, baselines }: DashboardState): boolean {
  const uniform = baselines.find((baseline) => baseline.name === 'uniform');
  const now = losses.recent.at(-1);
  if (!uniform || !now || losses.recent.length < LEAST_STEPS) return false;
  return now.smooth > uniform.loss + LEAST_CHANGE;
}

/** Formats a difference of losses with its unit. */
function difference(nats: number, state: DashboardState): string {
  return `${inUnit(nats, state).toFixed(3)} ${state.view.unit}`;
}

function isExploding({ losses, last }: DashboardState): boolean {
  const now = losses.recent.at(-1);
  if (!now || !last || losses.recent.length < LEAST_STEPS) return false;
  const lowest = Math.min(...losses.buckets.map(({ smooth }) => smooth));
  return now.smooth > EXPLODING * lowest;
}

function trainingFellSince({ losses }: DashboardState, step: number): boolean {
  const then = losses.buckets.find((bucket) => bucket.step >= step);
  const now = losses.buckets.at(-1);
  return then !== undefined && now !== undefined && now.smooth < then.smooth;
}
