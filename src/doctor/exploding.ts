import type { TrainingOptions } from '../checkpoint/record.js';
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
  /** The step of the largest one. */
  readonly largestAt: number;
  /** The limit of --clip; 0 for none. */
  readonly clip: number;
  readonly clippedShare: number;
  /** Above this a norm is large, and the share of the steps where it was. */
  readonly largeNorm: number;
  readonly largeShare: number;
  readonly spikes: number;
  /** Of the last steps before each roll-back. */
  readonly normsBeforeRollbacks: readonly (number | null)[];
  /** What ended the run or sent it back, if it was a gradient or a weight. */
  readonly fault: string | null;
}

/** Weights find their scale first: the norms of these steps, as many as a warm-up has, say nothing. */
const BEGINNING = 100;

/** What the log tells of the gradient norms, which it has from before clipping, and of numbers that were wrong. */
export function explodingEvidence(
  { steps, rollbacks, end }: RunLog,
  training: TrainingOptions,
): ExplodingEvidence | Missing {
  if (steps.length < EARLY_STEPS && rollbacks.length === 0 && end?.fault === undefined) {
    return { missing: `the log has ${amountOf(steps.length, 'step')}, and ${EARLY_STEPS} are needed` };
  }
  const { clip, batchSize, sequenceLength } = training;
  const begun = steps.slice(Math.min(BEGINNING, steps.length >> 3));
  const noise = Math.sqrt(Math.max(1, EXPLODING.batch / (batchSize * sequenceLength)));
  const largeNorm = Math.max(clip, EXPLODING.largeNorm * noise);
  const largest = begun.reduce((most, one) => (one.gradNorm > most.gradNorm ? one : most));
  const share = (limit: number) => begun.filter(({ gradNorm }) => gradNorm > limit).length / begun.length;
  const faults = [...rollbacks.map(({ fault }) => fault), end?.fault ?? ''];
  return {
    steps: begun.length,
    medianNorm: medianOf(begun.map(({ gradNorm }) => gradNorm)),
    largestNorm: largest.gradNorm,
    largestAt: largest.step,
    clip,
    clippedShare: clip > 0 ? share(clip) : 0,
    largeNorm,
    largeShare: share(largeNorm),
    spikes: spikesIn(begun.map(({ gradNorm }) => gradNorm)),
    normsBeforeRollbacks: rollbacks.map(({ largestNorm }) => largestNorm),
    fault: faults.find((fault) => /gradient|weight|moment/.test(fault)) ?? null,
  };
}

/** How many norms are so many times the median of those before them. */
function spikesIn(norms: readonly number[]): number {
  const { before, spike } = EXPLODING;
  let count = 0;
  let median = Number.POSITIVE_INFINITY;
  for (const [i, norm] of norms.entries()) {
    // Renewed now and then: a median changes slowly.
    if (i >= before && i % (before >> 2) === 0) median = medianOf(norms.slice(i - before, i));
    if (norm > spike * median) count++;
  }
  return count;
}

export const exploding: Check<ExplodingEvidence> = {
  id: 'exploding-gradients',
  figures: ({ medianNorm, largestNorm, largestAt, clip, clippedShare, spikes }) =>
    `gradient norm ${medianNorm.toPrecision(2)} in the middle, ${largestNorm.toPrecision(3)} at most (step ${grouped(largestAt)}); ` +
    (clip > 0 ? `${percent(clippedShare)} of the steps clipped at ${clip}` : 'not clipped') +
    (spikes > 0 ? `; ${amountOf(spikes, 'spike')}` : ''),
  diagnose(evidence) {
    const { clip, largeNorm, largeShare, spikes, normsBeforeRollbacks, medianNorm, fault } = evidence;
    const worst = normsBeforeRollbacks.reduce<number>((most, norm) => Math.max(most, norm ?? 0), 0);
    const remedy = clip > 0 ? 'try --lr at a quarter of what it was' : 'try --clip 1';
    if (fault !== null || worst > EXPLODING.spike * Math.max(medianNorm, largeNorm)) {
      const what = fault ?? `the gradient norm reached ${worst.toPrecision(3)} before the run went back`;
      return { severity: 'serious', sentence: `Gradients exploded: ${what}.`, remedy };
    }
    if (largeShare > EXPLODING.largeShare) {
      const sentence = `Gradients are large all the time: ${percent(largeShare)} of the steps have a norm above ${largeNorm.toPrecision(2)}.`;
      return { severity: 'caution', sentence, remedy };
    }
    if (spikes < (clip > 0 ? EXPLODING.spikes : 1)) return undefined;
    const sentence = `Gradients explode now and then: in ${grouped(spikes)} of ${amountOf(evidence.steps, 'step')} the norm is more than ${EXPLODING.spike} times that of those before.`;
    return { severity: 'caution', sentence, remedy };
  },
};
