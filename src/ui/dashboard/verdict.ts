import { grouped } from '../../numbers.js';
import type { Color } from '../text/palette.js';
import type { DashboardState, Validation } from './state.js';
import { inUnit } from './unit.js';

export interface Verdict {
  readonly text: string;
  readonly color: Color;
}

/** Validation must have risen by this share of the best, or failed to improve so often, to be called overfitting. */
const RISE = 0.005;
const FAILURES = 3;
/** A learning rate so many times another is another one. */
const FASTER = 1.5;
/** Less of a change than this, in nats, is none. */
const LEAST_CHANGE = 0.002;
/** A smoothed training loss so far above its lowest is running away. */
const EXPLODING = 1.5;
const LEAST_STEPS = 50;

/** How the run goes, in one plain sentence. */
export function verdictOf(state: DashboardState): Verdict {
  const { last, validations, best } = state;
  if (!last) return { text: 'getting ready', color: 'faint' };
  const remedy = `try --lr ${(state.lr / 4).toExponential(1)}`;
  if (isExploding(state)) return { text: `loss exploding: ${remedy}`, color: 'bad' };
  if (isWorseThanGuessing(state)) return { text: `worse than guessing: ${remedy}`, color: 'bad' };
  const newest = validations.at(-1);
  if (!best || !newest || validations.length < 2) return beginning(state);
  const failed = validations.filter((one) => one.step > best.step).length;
  if (failed >= FAILURES || newest.loss > best.loss * (1 + RISE)) {
    if (hasFasterRate(newest, best)) {
      return {
        text: `above the best, step ${grouped(best.step)}, whose learning rate was lower`,
        color: 'faint',
      };
    }
    const what = trainingFellSince(state, best.step) ? 'overfitting' : 'no better';
    return {
      text: `${what} since step ${grouped(best.step)}; the best checkpoint is kept`,
      color: 'caution',
    };
  }
  return improvement(state, newest.loss);
}

/** A run that is given more time begins anew with a high rate, at which the loss is higher, whatever was learned. */
function hasFasterRate(newest: Validation, best: Validation): boolean {
  return newest.lr !== undefined && best.lr !== undefined && newest.lr > FASTER * best.lr;
}

/** Before two validations can be compared: what the training loss has done in the second half of the steps. */
function beginning(state: DashboardState): Verdict {
  const { buckets } = state.losses;
  const before = buckets[buckets.length >> 1];
  const fell = before && buckets.length > 2 ? before.smooth - buckets.at(-1)!.smooth : 0;
  return fell > LEAST_CHANGE
    ? {
        text: `learning: training fell by ${by(fell, state)} since step ${grouped(before!.step)}`,
        color: 'good',
      }
    : { text: 'nothing to tell yet', color: 'faint' };
}

function improvement(state: DashboardState, newest: number): Verdict {
  const { validations, last, start } = state;
  const former = validations.slice(0, -1);
  const epochAgo = last!.step - (start?.stepsPerEpoch ?? 0);
  const anEpochAgo = former.findLast((one) => one.step <= epochAgo);
  const before = anEpochAgo ?? former[0]!;
  const fell = before.loss - newest;
  if (fell < LEAST_CHANGE) return { text: 'hardly improving any more', color: 'caution' };
  const isAboutAnEpoch = anEpochAgo !== undefined && anEpochAgo !== former.at(-1);
  const since = isAboutAnEpoch ? 'in the last epoch' : `since step ${grouped(before.step)}`;
  return { text: `still improving: validation fell by ${by(fell, state)} ${since}`, color: 'good' };
}

/** After a while, no network that learns has a loss above that of guessing evenly. */
function isWorseThanGuessing({ losses, baselines }: DashboardState): boolean {
  const uniform = baselines.find((baseline) => baseline.name === 'uniform');
  const now = losses.recent.at(-1);
  if (!uniform || !now || losses.recent.length < LEAST_STEPS) return false;
  return now.smooth > uniform.loss + LEAST_CHANGE;
}

/** A difference of losses, with its unit. */
function by(nats: number, state: DashboardState): string {
  return `${inUnit(nats, state).toFixed(3)} ${state.view.unit}`;
}

function isExploding({ losses, last }: DashboardState): boolean {
  const now = losses.recent.at(-1);
  if (!now || !last || losses.recent.length < LEAST_STEPS) return false;
  const lowest = losses.buckets.reduce(
    (low, bucket) => Math.min(low, bucket.smooth),
    Number.POSITIVE_INFINITY,
  );
  return now.smooth > EXPLODING * lowest;
}

function trainingFellSince({ losses }: DashboardState, step: number): boolean {
  const then = losses.buckets.find((bucket) => bucket.step >= step);
  const now = losses.buckets.at(-1);
  return then !== undefined && now !== undefined && now.smooth < then.smooth;
}
