import type { RunRecord } from '../checkpoint/record.js';
import { rate } from '../format.js';
import { grouped } from '../numbers.js';
import { defaultLearningRate } from '../train/schedule.js';
import { type Check, isMissing, type Missing } from './check.js';
import type { RunLog } from './log.js';
import type { Baselines } from './measure.js';
import { medianOf } from './statistics.js';
import { RATE_TOO_HIGH } from './thresholds.js';

export interface RateHighEvidence {
  readonly step: number;
  /** The highest rate so far. */
  readonly peak: number;
  /** The default peak for a network of this width. */
  readonly usual: number;
  readonly rollbacks: number;
  /** The fault that ended the run, if one did. */
  readonly diverged: string | null;
  /** The largest rise of the mean training loss above its lowest at high rates (a share), and its step. */
  readonly rise: number;
  readonly riseAt: number;
  /** The highest mean training loss between two validations, except for the first. */
  readonly highest: number | null;
  /** Median change of the loss between steps while the rate is high and while it is low, in nats. */
  readonly jumpHigh: number | null;
  readonly jumpLow: number | null;
  /** The last validation loss, or the training loss if there is none, in nats. */
  readonly loss: number | null;
  readonly uniform: number;
  readonly bigram: number | null;
  readonly trigram: number | null;
  readonly moved: number | null;
}

/**
 * Collects how the loss developed while the rate was high, from the log or else from the checkpoint's
 * history.
 * @param moved see `movementOf`
 */
export function rateHighEvidence(
  { model, progress, history }: RunRecord,
  log: RunLog | Missing,
  baselines: Baselines | undefined,
  moved: number | null,
): RateHighEvidence | Missing {
  const steps = isMissing(log) ? [] : log.steps;
  const points = steps.length > 0 ? steps : history;
  if (points.length === 0) return { missing: 'no training step is recorded' };
  const peak = points.reduce((most, { lr }) => Math.max(most, lr), 0);
  let lowest = Number.POSITIVE_INFINITY;
  let [rise, riseAt] = [0, 0];
  for (const point of history) {
    if (point.lr < RATE_TOO_HIGH.highRate * peak) continue;
    lowest = Math.min(lowest, point.training);
    const risen = point.training / lowest - 1;
    if (risen > rise) [rise, riseAt] = [risen, point.step];
  }
  const peakAt = steps.findIndex(({ lr }) => lr === peak);
  const jump = (isIncluded: (lr: number) => boolean) => {
    const jumps = steps.flatMap(({ loss, lr }, i) =>
      i > peakAt && isIncluded(lr) ? [Math.abs(loss - steps[i - 1]!.loss)] : [],
    );
    return jumps.length < RATE_TOO_HIGH.leastSteps ? null : medianOf(jumps);
  };
  const last = history.at(-1);
  return {
    step: progress.step,
    peak,
    usual: defaultLearningRate(model.hidden),
    rollbacks: Math.max(progress.rollbacks, isMissing(log) ? 0 : log.rollbacks.length),
    diverged: isMissing(log) ? null : (log.fault ?? null),
    rise,
    riseAt,
    highest: history.length > 1 ? Math.max(...history.slice(1).map((point) => point.training)) : null,
    jumpHigh: jump((lr) => lr >= RATE_TOO_HIGH.highRate * peak),
    jumpLow: jump((lr) => lr <= RATE_TOO_HIGH.lowRate * peak),
    loss: last ? (last.validation ?? last.training) : null,
    uniform: Math.log(model.vocabulary),
    bigram: baselines?.bigram ?? null,
    trigram: baselines?.trigram ?? null,
    moved,
  };
}

export const rateTooHigh: Check<RateHighEvidence> = {
  id: 'learning-rate-too-high',
  figures: ({ peak, rise, jumpHigh, jumpLow, loss, trigram }) =>
    [
      `learning rate up to ${rate(peak)}`,
      `while it was high, the training loss rose by at most ${(100 * rise).toFixed(1)}%`,
      jumpHigh !== null &&
        jumpLow !== null &&
        `it jumped by ${jumpHigh.toFixed(3)} per step then and by ${jumpLow.toFixed(3)} at the end`,
      loss !== null && trigram !== null && `loss ${loss.toFixed(3)}, trigrams ${trigram.toFixed(3)}`,
    ]
      .filter(Boolean)
      .join('; '),
  diagnose(evidence) {
    const { peak, usual, rollbacks, loss, trigram } = evidence;
    const reasons = reasonsOf(evidence);
    if (reasons.length === 0) return undefined;
    const isBehind = loss !== null && trigram !== null && loss > trigram;
    return {
      severity: rollbacks > 0 || isBehind ? 'serious' : 'caution',
      sentence: `The learning rate was too high: ${reasons.join(', and ')}.`,
      remedy: `start a new run with --lr ${rate(Math.min(usual, peak / 4))}`,
    };
  },
};

function reasonsOf(evidence: RateHighEvidence): string[] {
  const { rollbacks, rise, highest, jumpHigh, jumpLow, loss, bigram, moved, diverged } = evidence;
  const { leastJump, lostSteps, lostMoved } = RATE_TOO_HIGH;
  const isLost =
    bigram !== null &&
    loss !== null &&
    moved !== null &&
    evidence.step >= lostSteps &&
    moved >= lostMoved &&
    loss > RATE_TOO_HIGH.lost * bigram;
  const jumps = jumpHigh !== null && jumpLow !== null && jumpHigh >= leastJump;
  const noise = jumps ? jumpHigh / Math.max(jumpLow, leastJump / 10) : 0;
  return [
    diverged !== null && `the run ended because ${diverged}`,
    rollbacks > 0 &&
      `the run was rolled back ${rollbacks === 1 ? 'once' : `${rollbacks} times`} because of invalid numbers`,
    rise > RATE_TOO_HIGH.rise &&
      `while it was high, the training loss rose by ${(100 * rise).toFixed(0)}% (until step ${grouped(evidence.riseAt)})`,
    highest !== null &&
      highest > RATE_TOO_HIGH.guessing * evidence.uniform &&
      'the training loss was worse than guessing',
    noise > RATE_TOO_HIGH.noise &&
      `the loss jumped ${noise.toFixed(1)} times as much from step to step as at the end`,
    isLost &&
      `the weights moved by ${moved.toFixed(0)} times their initial norm, only to predict worse than bigrams`,
  ].filter((reason) => reason !== false);
}
