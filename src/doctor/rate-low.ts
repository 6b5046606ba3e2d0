import type { HistoryPoint, RunRecord, TrainingLength } from '../checkpoint/record.js';
import { percent, rate } from '../format.js';
import { defaultLearningRate } from '../train/schedule.js';
import type { Baselines } from './baseline.js';
import type { Check, Missing } from './check.js';
import { RATE_TOO_LOW } from './thresholds.js';

export interface RateLowEvidence {
  /** The rate's peak, that of a network of this width by default, and how long the run was to be. */
  readonly peak: number;
  readonly usual: number;
  readonly unit: TrainingLength['unit'];
  readonly amount: number;
  /** How far the matrices moved, as a share of their initial norm; null where that is not known. */
  readonly moved: number | null;
  /** What the last third of all learning (steps times rate) lowered the loss by, and the third before it, in nats. */
  readonly lastFall: number | null;
  readonly fallBefore: number | null;
  readonly loss: number;
  readonly unigram: number | null;
  readonly bigram: number | null;
  readonly trigram: number | null;
}

/** @param done which share of the run is over */
export function rateLowEvidence(
  { model, training, history }: RunRecord,
  done: number,
  baselines: Baselines | undefined,
  moved: number | undefined,
): RateLowEvidence | Missing {
  const last = history.at(-1);
  if (!last) return { missing: 'nothing was validated yet' };
  if (done < RATE_TOO_LOW.done)
    return { missing: `the run is at ${percent(done)} of its length, and this is seen at its end` };
  const falls = thirdsOf(history);
  return {
    peak: training.lr,
    usual: defaultLearningRate(model.hidden),
    ...training.length,
    moved: moved ?? null,
    lastFall: falls?.last ?? null,
    fallBefore: falls?.before ?? null,
    loss: last.validation ?? last.training,
    unigram: baselines?.unigram ?? null,
    bigram: baselines?.bigram ?? null,
    trigram: baselines?.trigram ?? null,
  };
}

/** Fewer validations than this do not tell thirds apart. */
const LEAST_POINTS = 6;

/**
 * How much the loss fell in the second and in the last third of all learning. That is counted in steps times rate: where
 * weights hardly move, the loss falls in a straight line with it, whatever the schedule.
 */
function thirdsOf(history: readonly HistoryPoint[]): { before: number; last: number } | undefined {
  if (history.length < LEAST_POINTS) return undefined;
  const learning: number[] = [];
  const lossOf = ({ validation, training }: HistoryPoint) => validation ?? training;
  for (const [i, { step, lr }] of history.entries()) {
    const before = history[i - 1];
    learning.push((learning.at(-1) ?? 0) + (step - (before?.step ?? 0)) * ((lr + (before?.lr ?? 0)) / 2));
  }
  const total = learning.at(-1)!;
  const at = (share: number) => {
    const next = Math.max(
      1,
      learning.findIndex((sum) => sum >= share * total),
    );
    const [from, to] = [learning[next - 1]!, learning[next]!];
    const weight = Math.max(0, (share * total - from) / (to - from));
    return (1 - weight) * lossOf(history[next - 1]!) + weight * lossOf(history[next]!);
  };
  return { before: at(1 / 3) - at(2 / 3), last: at(2 / 3) - lossOf(history.at(-1)!) };
}

export const rateTooLow: Check<RateLowEvidence> = {
  id: 'learning-rate-too-low',
  figures: ({ moved, lastFall, fallBefore, loss, bigram }) =>
    [
      moved !== null && `weights went ${moved.toFixed(2)} times as far as what they began with`,
      lastFall !== null &&
        fallBefore !== null &&
        `the loss fell by ${lastFall.toFixed(3)} in the last third of all learning, ${fallBefore.toFixed(3)} in the one before`,
      bigram !== null && `loss ${loss.toFixed(3)}, of bigrams ${bigram.toFixed(3)}`,
    ]
      .filter(Boolean)
      .join('; '),
  diagnose({ peak, usual, unit, amount, moved, lastFall, fallBefore, loss, unigram, bigram, trigram }) {
    // Where there is nothing to learn but frequencies, weights need not go far.
    const hasMore =
      (unigram !== null && loss > RATE_TOO_LOW.behind * unigram) || (lastFall ?? 0) > RATE_TOO_LOW.leastFall;
    const isAhead = bigram !== null && loss < bigram;
    // Without n-grams, nobody knows whether weights had to go further.
    const hasMoved = moved === null || bigram === null || moved >= RATE_TOO_LOW.moved || isAhead || !hasMore;
    const isNear = (moved ?? 0) < RATE_TOO_LOW.far;
    const isStraight =
      lastFall !== null &&
      fallBefore !== null &&
      lastFall > RATE_TOO_LOW.fall &&
      lastFall > RATE_TOO_LOW.straight * fallBefore &&
      isNear &&
      (trigram === null || loss > trigram);
    const isBehind = bigram !== null && hasMore && isNear && loss > RATE_TOO_LOW.behindBigrams * bigram;
    if (hasMoved && !isStraight && !isBehind) return undefined;
    const reason = !hasMoved
      ? `the weights changed by ${percent(moved)} of what they began with${isStraight ? ', and the loss still falls in a straight line' : ''}`
      : isStraight
        ? `the loss still falls in a straight line at the end, by ${lastFall!.toFixed(2)} nats in the last third of all learning`
        : `at its end the loss is ${loss.toFixed(2)} nats, and that of bigrams ${bigram!.toFixed(2)}`;
    const faster = peak < usual / 2 ? Math.min(usual, 10 * peak) : undefined;
    return {
      severity: hasMoved ? 'caution' : 'serious',
      sentence: `The learning rate was too low, or the run too short: ${reason}.`,
      remedy: `${faster === undefined ? '' : `begin anew with --lr ${rate(faster)}, or `}go on with --resume and --${unit} ${2 * amount}`,
    };
  },
};
