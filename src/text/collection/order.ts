import { Random, Stream } from '../../random.js';
import type { Dataset } from '../dataset.js';
import { type Ids, inMemory } from '../ids.js';

/** Most blocks of texts that are put in order; of more texts, neighbours share a block. */
const MOST_BLOCKS = 1 << 20;
/** Training parts of at most this many ids are kept in memory: a window may have hundreds of texts. */
const MOST_KEPT = 1 << 25;
/** Ids that are read at once to find the texts. */
const PIECE = 1 << 20;

/**
 * The training texts of a collection, one after the other in an order that is drawn anew for each epoch: a
 * text of its own, as long as the training part. Memory does not depend on the number of texts.
 */
export class ShuffledTexts implements Ids {
  /** Where each block of texts begins in the dataset, and where the last one ends. */
  readonly #starts: Float64Array;
  /** The blocks in the order of the epoch, and where each of them begins in the shuffled text. */
  readonly #order: Uint32Array;
  readonly #places: Float64Array;
  /** The training part, as it was written. */
  readonly #texts: Pick<Dataset, 'read'>;
  #epoch = -1;

  /**
   * @param length ids of the training part
   * @param end the id with which each text begins
   */
  constructor(
    dataset: Dataset,
    length: number,
    readonly end: number,
    readonly seed: number,
  ) {
    this.#texts = length <= MOST_KEPT ? inMemory(dataset.read(0, length)) : dataset;
    this.#starts = blocksIn(this.#texts, length, end);
    const count = this.#starts.length - 1;
    this.#order = new Uint32Array(count);
    this.#places = new Float64Array(count + 1);
  }

  /** Puts the texts in the order of an epoch (Fisher and Yates 1938, in the version of Durstenfeld 1964). */
  shuffle(epoch: number): void {
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    const order = this.#order;
    const random = new Random(this.seed, Stream.texts, epoch * 2 ** 21);
    for (let i = 0; i < order.length; i++) order[i] = i;
    for (let i = order.length - 1; i > 0; i--) {
      const other = random.below(i + 1);
      [order[i], order[other]] = [order[other]!, order[i]!];
    }
    let place = 0;
    order.forEach((block, i) => {
      this.#places[i] = place;
      place += this.#starts[block + 1]! - this.#starts[block]!;
    });
    this.#places[order.length] = place;
  }

  /** Reads ids of the shuffled text; after the last one comes an end. */
  read(position: number, count: number): Uint32Array {
    const ids = new Uint32Array(count).fill(this.end);
    let index = this.#blockAt(position);
    for (let at = 0; at < count && index < this.#order.length; index++) {
      const start = this.#starts[this.#order[index]!]! - this.#places[index]! + position;
      const stop = Math.min(count, this.#places[index + 1]! - position);
      ids.set(this.#texts.read(start + at, stop - at), at);
      at = stop;
    }
    return ids;
  }

  /** Finds the block that holds a position, by bisection. */
  #blockAt(position: number): number {
    let [low, high] = [0, this.#order.length];
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.#places[middle]! <= position) low = middle;
      else high = middle;
    }
    return low;
  }
}

/** Finds where texts begin; if there are too many, where blocks of about equally many begin. */
function blocksIn(texts: Pick<Dataset, 'read'>, length: number, end: number): Float64Array {
  let starts: number[] = [];
  let [step, count] = [1, 0];
  for (let from = 0; from < length; from += PIECE) {
    const ids = texts.read(from, Math.min(PIECE, length - from));
    for (let at = ids.indexOf(end); at >= 0; at = ids.indexOf(end, at + 1)) {
      if (count++ % step === 0) starts.push(from + at);
      if (starts.length <= MOST_BLOCKS) continue;
      starts = starts.filter((_, i) => i % 2 === 0);
      step *= 2;
    }
  }
  return Float64Array.from([...starts, length]);
}
