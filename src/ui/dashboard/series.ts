import type { TrainEvent } from '../../train/events.js';

/**
 * The training loss of a whole run in bounded memory, and of its last steps in full. Losses are in nats per
 * character.
 */
export interface LossSeries {
  readonly buckets: readonly Bucket[];
  /** Steps per bucket. */
  readonly perBucket: number;
  /** Steps in the last bucket so far. */
  readonly filled: number;
  /** The last steps, one bucket per step. */
  readonly recent: readonly Bucket[];
}

/** Consecutive steps. */
export interface Bucket {
  /** The number of the last step. */
  readonly step: number;
  readonly low: number;
  readonly high: number;
  /** The smoothed loss at the last step. */
  readonly smooth: number;
}

const MOST_BUCKETS = 1024;
const MOST_RECENT = 400;
/** The smoothed loss is a running mean over about this many steps; fewer at first, when it falls fast. */
const SMOOTHED_OVER = { first: 4, later: 40, from: 400 };

/** A single figure for the training loss is the mean over the last tenth of all steps, at most this many. */
const MOST_AVERAGED = 100;

export const NO_LOSSES: LossSeries = { buckets: [], perBucket: 1, filled: 0, recent: [] };

/** Returns a series that starts from the history in a checkpoint. */
export function seriesFrom(history: readonly { step: number; training: number }[]): LossSeries {
  const thinned = history.slice(-MOST_BUCKETS / 2);
  const buckets = thinned.map(({ step, training }) => {
    return { step, low: training, high: training, smooth: training };
  });
  const perBucket = buckets.length > 1 ? buckets[1]!.step - buckets[0]!.step : 1;
  return { ...NO_LOSSES, buckets, perBucket, filled: perBucket };
}

/** Adds steps, halving the buckets when there are too many. */
export function addLosses(
  series: LossSeries,
  steps: readonly { readonly step: number; readonly loss: number }[],
): LossSeries {
  let { perBucket, filled } = series;
  let buckets = [...series.buckets];
  const recent = [...series.recent];
  for (const { step, loss } of steps) {
    const before = recent.at(-1)?.smooth ?? buckets.at(-1)?.smooth ?? loss;
    const weight = 1 / smoothedOver(step);
    const one = { step, low: loss, high: loss, smooth: before + weight * (loss - before) };
    recent.push(one);
    if (filled < perBucket && buckets.length > 0) {
      buckets.push(merged(buckets.pop()!, one));
      filled++;
    } else {
      buckets.push(one);
      filled = 1;
    }
    if (buckets.length > MOST_BUCKETS) {
      buckets = halved(buckets);
      filled += perBucket;
      perBucket *= 2;
    }
  }
  return { buckets, perBucket, filled, recent: recent.slice(-MOST_RECENT) };
}

/** Adds all steps of a batch of events at once. After a rollback, only the steps that still count remain. */
export function lossesAfter(losses: LossSeries, events: readonly TrainEvent[]): LossSeries {
  const stepsIn = (some: readonly TrainEvent[]) => some.filter((event) => event.type === 'step');
  const back = events.findLast((event) => event.type === 'rollback');
  if (!back) return addLosses(losses, stepsIn(events));
  const at = events.indexOf(back);
  const before = addLosses(losses, stepsIn(events.slice(0, at)));
  return addLosses(rewound(before, back.step), stepsIn(events.slice(at)));
}

/**
 * Returns the training loss as one figure: the mean over the last tenth of the run's steps, at most a hundred
 * and at most those of this session.
 * @returns undefined before the first step of the session
 */
export function recentLoss({
  recent,
}: LossSeries): { readonly loss: number; readonly steps: number } | undefined {
  const last = recent.at(-1);
  if (!last) return undefined;
  const averaged = recent.slice(-Math.min(MOST_AVERAGED, Math.ceil(last.step / 10)));
  const sum = averaged.reduce((total, { low }) => total + low, 0);
  return { loss: sum / averaged.length, steps: averaged.length };
}

/** Returns the series up to a step that the run has rolled back to. */
export function rewound(series: LossSeries, step: number): LossSeries {
  const until = (buckets: readonly Bucket[]) => buckets.filter((bucket) => bucket.step <= step);
  // The bucket that contains the step is dropped as a whole, so the last one left is full.
  const { buckets, perBucket, recent } = series;
  return { buckets: until(buckets), perBucket, filled: perBucket, recent: until(recent) };
}

function smoothedOver(step: number): number {
  const { first, later, from } = SMOOTHED_OVER;
  return first + (later - first) * Math.min(1, step / from);
}

function merged(a: Bucket, b: Bucket): Bucket {
  return { step: b.step, low: Math.min(a.low, b.low), high: Math.max(a.high, b.high), smooth: b.smooth };
}

/** Merges pairs of neighbours; of an odd number, the first stays alone. */
function halved(buckets: readonly Bucket[]): Bucket[] {
  const odd = buckets.length % 2;
  const pairs = Array.from({ length: (buckets.length - odd) / 2 }, (_, i) =>
    merged(buckets[2 * i + odd]!, buckets[2 * i + odd + 1]!),
  );
  return [...buckets.slice(0, odd), ...pairs];
}
