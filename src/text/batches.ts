import { Random, Stream } from '../random.js';
import type { Dataset } from './dataset.js';
import type { Split } from './split.js';

/** One window of B sequences, time-major: place t*B + b is step t of sequence b. */
export interface Batch {
  readonly inputs: Uint32Array;
  /** What comes after each input. */
  readonly targets: Uint32Array;
}

/** Copies windows of `steps` characters from `starts` on, and what follows each character, time-major. */
export function readWindow(dataset: Dataset, starts: readonly number[], steps: number): Batch {
  const rows = starts.length;
  const inputs = new Uint32Array(rows * steps);
  const targets = new Uint32Array(rows * steps);
  starts.forEach((start, row) => {
    const ids = dataset.read(start, steps + 1);
    for (let t = 0; t < steps; t++) {
      inputs[t * rows + row] = ids[t]!;
      targets[t * rows + row] = ids[t + 1]!;
    }
  });
  return { inputs, targets };
}

/** Which characters are read side by side, and how. */
interface Parts {
  readonly starts: readonly number[];
  /** Characters of each part, and of what is read before it; none where nothing is said. */
  readonly length: number;
  readonly warmUp?: number;
  /** Characters of a window at most. */
  readonly steps: number;
}

/**
 * Parts of a text in windows that follow one another, side by side. No window lies on both sides of the starts.
 * @returns a generator of windows, and how far after the starts each begins: less than 0 in the warm-up
 */
export function* windowsAlong(
  dataset: Dataset,
  { starts, length, warmUp = 0, steps }: Parts,
): Generator<Batch & { readonly at: number }, void, void> {
  for (let at = -warmUp; at < length; ) {
    const count = Math.min(steps, (at < 0 ? 0 : length) - at);
    const places = starts.map((start) => start + at);
    yield { at, ...readWindow(dataset, places, count) };
    at += count;
  }
}

/** Steps of an epoch: whole windows in each of the streams. */
export function windowsPerEpoch({
  trainLength,
  batchSize,
  sequenceLength,
}: Omit<Split, 'validation'>): number {
  return Math.floor(streamLength({ trainLength, batchSize }) / sequenceLength);
}

function streamLength({ trainLength, batchSize }: Pick<Split, 'trainLength' | 'batchSize'>): number {
  return Math.floor((trainLength - 1) / batchSize);
}

/**
 * The training text as B contiguous streams, each read in windows of T that follow one another, so that the state
 * can be carried. What a step reads is a function of its number, so a resumed run needs no cursor of its own.
 *
 * Streams end on a whole window. So that the few characters that are left over get their turn, the streams start
 * a little later or earlier in each epoch; only fewer than B at the very end of the text never do.
 */
export class Batches {
  readonly windowsPerEpoch: number;
  readonly #streamLength: number;

  constructor(
    readonly dataset: Dataset,
    readonly split: Split,
    readonly seed: number,
  ) {
    this.#streamLength = streamLength(split);
    this.windowsPerEpoch = windowsPerEpoch(split);
  }

  /** Whether all streams start anew with this step (from 0), so that the carried state means nothing. */
  startsEpoch(step: number): boolean {
    return step % this.windowsPerEpoch === 0;
  }

  /** The window of training step `step`, from 0. */
  read(step: number): Batch {
    const { batchSize, sequenceLength } = this.split;
    const epoch = Math.floor(step / this.windowsPerEpoch);
    const window = step % this.windowsPerEpoch;
    const leftOver = this.#streamLength - this.windowsPerEpoch * sequenceLength;
    const shift = new Random(this.seed, Stream.windows, epoch).below(leftOver + 1);
    const starts = Array.from(
      { length: batchSize },
      (_, row) => row * this.#streamLength + shift + window * sequenceLength,
    );
    return readWindow(this.dataset, starts, sequenceLength);
  }
}
