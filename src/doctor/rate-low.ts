import type { TrainingLength } from '../checkpoint/options.js';
import type { HistoryPoint, RunRecord } from '../checkpoint/record.js';
import { percent, rate } from '../format.js';
import { defaultLearningRate } from '../train/schedule.js';
import type { Check, Missing } from './check.js';
import type { Baselines } from './measure.js';
import { RATE_TOO_LOW } from './thresholds.js';

export interface RateLowEvidence {
  /** The peak rate, the default peak for a network of this width, and the planned length of the run. */
  readonly peak: number;
  readonly usual: number;
  readonly unit: TrainingLength['unit'];
  readonly amount: number;
  /** How far the recurrent matrices moved, relative to their initial norm; null if unknown. */
  readonly moved: number | null;
  /** Nats by which the loss fell in the last third of learning (steps times rate) and in the third before. */
  readonly lastFall: number | null;
  readonly fallBefore: number | null;
  readonly loss: number;
  readonly unigram: number | null;
  readonly bigram: number | null;
  readonly trigram: number | null;
}

/**
 * @param done share of the run's length that is over
 * @param moved see `movementOf`
 */
export function rateLowEvidence(
  { model, training, history }: RunRecord,
  done: number,
  baselines: Baselines | undefined,
  moved: number | null,
): RateLowEvidence | Missing {
  const last = history.at(-1);
  if (!last) return { missing: 'nothing has been validated yet' };
  if (done < RATE_TOO_LOW.done)
    return {
      missing: `the run is at ${percent(done)} of its length, and this can only be judged at its end`,
    };
  const falls = thirdsOf(history);
  return {
    peak: training.lr,
    usual: defaultLearningRate(model.hidden),
    ...training.length,
    moved,
    lastFall: falls?.last ?? null,
    fallBefore: falls?.before ?? null,
    loss: last.validation ?? last.training,
    unigram: baselines?.unigram ?? null,
    bigram: baselines?.bigram ?? null,
    trigram: baselines?.trigram ?? null,
  };
}

/** Fewer points cannot be divided into thirds. */
const LEAST_POINTS = 6;

/**
 * Returns how far the loss fell in the second and in the last third of all learning. Learning is measured in
 * steps times rate: while weights hardly move, the loss falls linearly with it, whatever the schedule.
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
      moved !== null && `weights moved by ${moved.toFixed(2)} times their initial norm`,
      lastFall !== null &&
        fallBefore !== null &&
        `the loss fell by ${lastFall.toFixed(3)} in the last third of all learning, by ${fallBefore.toFixed(3)} in the third before`,
      bigram !== null && `loss ${loss.toFixed(3)}, bigrams ${bigram.toFixed(3)}`,
    ]
      .filter(Boolean)
      .join('; '),
  diagnose({ peak, usual, unit, amount, moved, lastFall, fallBefore, loss, unigram, bigram, trigram }) {
    // If only frequencies can be learned, weights need not move far.
    const hasMore =
      (unigram !== null && loss > RATE_TOO_LOW.behind * unigram) || (lastFall ?? 0) > RATE_TOO_LOW.leastFall;
    const isAhead = bigram !== null && loss < bigram;
    // Without n-grams, there is no telling whether weights had to move further.
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
      ? `the weights moved by ${percent(moved)} of their initial norm${isStraight ? ', and the loss is still falling in a straight line' : ''}`
      : isStraight
        ? `the loss is still falling in a straight line at the end, by ${lastFall!.toFixed(2)} nats in the last third of all learning`
        : `at the end the loss is ${loss.toFixed(2)} nats, while bigrams reach ${bigram!.toFixed(2)}`;
    const faster = peak < usual / 2 ? Math.min(usual, 10 * peak) : undefined;
    return {
      severity: hasMoved ? 'caution' : 'serious',
      sentence: `The learning rate was too low, or the run too short: ${reason}.`,
      remedy: `${faster === undefined ? '' : `start a new run with --lr ${rate(faster)}, or `}continue with --resume and --${unit} ${2 * amount}`,
    };
  },
};
