import type { TrainingOptions } from '../checkpoint/options.js';
import { percent } from '../format.js';
import { amountOf, grouped } from '../numbers.js';
import type { Check, Missing } from './check.js';
import type { RunLog } from './log.js';
import { medianOf } from './statistics.js';
import { EARLY_STEPS, EXPLODING } from './thresholds.js';

export interface ExplodingEvidence {
  readonly steps: number;
  /** Gradient norms before clipping, after the warm-up. */
  readonly medianNorm: number;
  readonly largestNorm: number;
  /** The step with the largest norm. */
  readonly largestAt: number;
  /** The --clip limit; 0 if there is none. */
  readonly clip: number;
  readonly clippedShare: number;
  /** The norm above which a gradient is large, and the share of the steps where it was. */
  readonly largeNorm: number;
  readonly largeShare: number;
  readonly spikes: number;
  /** The largest norm just before each rollback. */
  readonly normsBeforeRollbacks: readonly (number | null)[];
  /** The fault that ended the run or rolled it back, if it was in a gradient or a weight. */
  readonly fault: string | null;
}

/** Steps whose norms are ignored, as many as a warm-up has: the weights are still finding their scale. */
const BEGINNING = 100;

/** Collects from the log the gradient norms before clipping and the invalid numbers. */
export function explodingEvidence(
  { steps, rollbacks, fault }: RunLog,
  training: TrainingOptions,
): ExplodingEvidence | Missing {
  if (steps.length < EARLY_STEPS && rollbacks.length === 0 && fault === undefined) {
    return { missing: `the log has ${amountOf(steps.length, 'step')}; ${EARLY_STEPS} are needed` };
  }
  const { clip, batchSize, sequenceLength } = training;
  const begun = steps.slice(Math.min(BEGINNING, steps.length >> 3));
  const noise = Math.sqrt(Math.max(1, EXPLODING.batch / (batchSize * sequenceLength)));
  const largeNorm = Math.max(clip, EXPLODING.largeNorm * noise);
  const norms = begun.map(({ gradNorm }) => gradNorm);
  const largestNorm = norms.reduce((most, norm) => Math.max(most, norm));
  const share = (limit: number) => norms.filter((norm) => norm > limit).length / norms.length;
  const faults = [...rollbacks.map((rollback) => rollback.fault), fault ?? ''];
  return {
    steps: begun.length,
    medianNorm: medianOf(norms),
    largestNorm,
    largestAt: begun[norms.indexOf(largestNorm)]!.step,
    clip,
    clippedShare: clip > 0 ? share(clip) : 0,
    largeNorm,
    largeShare: share(largeNorm),
    spikes: spikesIn(norms),
    normsBeforeRollbacks: rollbacks.map(({ largestNorm }) => largestNorm),
    fault: faults.find((text) => /gradient|weight|moment/.test(text)) ?? null,
  };
}

/** Counts the norms that exceed the median of those before them by the spike factor. */
function spikesIn(norms: readonly number[]): number {
  const { before, spike } = EXPLODING;
  let count = 0;
  let median = Number.POSITIVE_INFINITY;
  for (const [i, norm] of norms.entries()) {
    // Not computed at each step, since a median changes slowly.
    if (i >= before && i % (before >> 2) === 0) median = medianOf(norms.slice(i - before, i));
    if (norm > spike * median) count++;
  }
  return count;
}

export const exploding: Check<ExplodingEvidence> = {
  id: 'exploding-gradients',
  figures: ({ medianNorm, largestNorm, largestAt, clip, clippedShare, spikes }) =>
    `median gradient norm ${medianNorm.toPrecision(2)}, largest ${largestNorm.toPrecision(3)} (step ${grouped(largestAt)}); ` +
    (clip > 0 ? `${percent(clippedShare)} of the steps clipped at ${clip}` : 'not clipped') +
    (spikes > 0 ? `; ${amountOf(spikes, 'spike')}` : ''),
  diagnose(evidence) {
    const { clip, largeNorm, largeShare, spikes, normsBeforeRollbacks, medianNorm, fault } = evidence;
    const worst = normsBeforeRollbacks.reduce<number>((most, norm) => Math.max(most, norm ?? 0), 0);
    const remedy = clip > 0 ? 'try a quarter of the current --lr' : 'try --clip 1';
    if (fault !== null || worst > EXPLODING.spike * Math.max(medianNorm, largeNorm)) {
      const what =
        fault ?? `the gradient norm reached ${worst.toPrecision(3)} before the run was rolled back`;
      return { severity: 'serious', sentence: `Gradients exploded: ${what}.`, remedy };
    }
    if (largeShare > EXPLODING.largeShare) {
      const sentence = `Gradients are persistently large: ${percent(largeShare)} of the steps have a norm above ${largeNorm.toPrecision(2)}.`;
      return { severity: 'caution', sentence, remedy };
    }
    if (spikes < (clip > 0 ? EXPLODING.spikes : 1)) return undefined;
    const sentence = `Gradients explode occasionally: in ${grouped(spikes)} of ${amountOf(evidence.steps, 'step')} the norm is more than ${EXPLODING.spike} times the median of the steps before.`;
    return { severity: 'caution', sentence, remedy };
  },
};
