import { Random, Stream } from '../random.js';
import { ShuffledTexts } from './collection/order.js';
import type { Dataset } from './dataset.js';
import type { Ids } from './ids.js';
import type { Windows } from './split.js';

/** One window of B sequences, time-major: index t*B + b is step t of sequence b. */
export interface Batch {
  readonly inputs: Uint32Array;
  /** The id that follows each input. */
  readonly targets: Uint32Array;
}

/** Reads the `steps` characters from each of `starts`, and the character that follows each, time-major. */
export function readWindow(dataset: Ids, starts: readonly number[], steps: number): Batch {
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

/** Parts of a text that are read in parallel, as the rows of a batch. */
interface Parts {
  readonly starts: readonly number[];
  /** Characters per part, and how many to read before each as a warm-up (by default none). */
  readonly length: number;
  readonly warmUp?: number;
  /** Maximum characters per window. */
  readonly steps: number;
}

/**
 * Reads parts of a text in consecutive windows. No window spans the starts of the parts.
 * @returns a generator of windows with their offset `at` from the starts, which is negative in the warm-up
 */
export function* windowsAlong(
  dataset: Dataset,
  { starts, length, warmUp = 0, steps }: Parts,
): Generator<Batch & { readonly at: number }, void, void> {
  for (let at = -warmUp; at < length; ) {
    const count = Math.min(steps, (at < 0 ? 0 : length) - at);
    const positions = starts.map((start) => start + at);
    yield { at, ...readWindow(dataset, positions, count) };
    at += count;
  }
}

/** Returns the steps per epoch: the whole windows in each stream. */
export function windowsPerEpoch(split: Windows): number {
  return Math.floor(streamLength(split) / split.sequenceLength);
}

function streamLength({ trainLength, batchSize }: Omit<Windows, 'sequenceLength'>): number {
  return Math.floor((trainLength - 1) / batchSize);
}

/**
 * The training text as B contiguous streams, each read in consecutive windows of T characters, so that the
 * state can be carried over. A step's window is a function of its number, so a resumed run needs no cursor.
 *
 * Streams end with a whole window. The start of the streams shifts from epoch to epoch so that the leftover
 * characters are used as well. Only fewer than B characters at the very end of the text never are.
 *
 * The texts of a collection are shuffled anew for each epoch, and what is read is the shuffled text. Where a
 * stream begins within a text, another one ends with the first part of it.
 */
export class Batches {
  readonly windowsPerEpoch: number;
  readonly #streamLength: number;
  readonly #shuffled: ShuffledTexts | undefined;

  /** @param end the id with which each text of a collection begins; undefined for one text */
  constructor(
    readonly dataset: Dataset,
    readonly split: Windows,
    readonly seed: number,
    end?: number,
  ) {
    this.#shuffled = end === undefined ? undefined : new ShuffledTexts(dataset, split.trainLength, end, seed);
    this.#streamLength = streamLength(split);
    this.windowsPerEpoch = windowsPerEpoch(split);
  }

  /** Whether all streams restart at this step (from 0), which makes the carried state meaningless. */
  startsEpoch(step: number): boolean {
    return step % this.windowsPerEpoch === 0;
  }

  /** Reads the window of a training step, counted from 0. */
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
    this.#shuffled?.shuffle(epoch);
    return readWindow(this.#shuffled ?? this.dataset, starts, sequenceLength);
  }
}
