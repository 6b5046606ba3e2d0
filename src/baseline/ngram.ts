import type { Ids } from '../text/ids.js';

/**
 * Counts n-grams for an interpolated model (Witten & Bell 1991). The estimate of each order is mixed with the
 * one of the order below, whose weight is the number of different continuations of the context,
 *
 *     p(c | context) = (count(context c) + types(context) p(c | shorter context)) / (count(context) + types(context)),
 *
 * down to the uniform distribution. Only contexts that occur in the text to score are counted, so memory
 * depends on that text alone, however long the training text is.
 *
 * Contexts are the nodes of a trie, read backwards: the parent of "abc" is "bc", and the root is empty.
 *
 * In a collection, no context reaches over the end of a text: the end is the first symbol of a context. Labels
 * are part of contexts, but are neither learned nor scored.
 */
export class Ngrams {
  readonly #children = new PairTable();
  readonly #counts = new PairTable();
  /** For each node, its count and its number of different continuations. */
  readonly #totals: number[] = [0];
  readonly #types: number[] = [0];

  /** The symbols that can be predicted: all but labels. */
  readonly #outcomes: number;

  /**
   * @param order the characters of the longest n-gram
   * @param end the id of the end of a text, after which labels follow; undefined if there are none
   */
  constructor(
    readonly vocabulary: number,
    readonly order: number,
    readonly end?: number,
  ) {
    this.#outcomes = end === undefined ? vocabulary : end + 1;
  }

  /** Prepares to score the text from `start` to `end`. */
  prepare(text: Ids, start: number, end: number): void {
    const { ids, from } = this.#read(text, start, end);
    for (let at = from; at < ids.length; at++) {
      let node = 0;
      for (let k = 1, previous: number | undefined; k < this.order && at >= k; k++) {
        if (k > 1 && previous === this.end) break;
        previous = ids[at - k]!;
        let child = this.#children.get(node, previous);
        if (child === 0) {
          child = this.#totals.push(0) - 1;
          this.#types.push(0);
          this.#children.add(node, previous, child);
        }
        node = child;
      }
    }
  }

  /** Learns the text from `start` to `end`. */
  learn(text: Ids, start: number, end: number): void {
    const { ids, from } = this.#read(text, start, end);
    for (let at = from; at < ids.length; at++) {
      const id = ids[at]!;
      if (id >= this.#outcomes) continue;
      let node = 0;
      for (let k = 1; ; k++) {
        this.#totals[node]!++;
        if (this.#counts.add(node, id, 1) === 1) this.#types[node]!++;
        if (k >= this.order || at < k) break;
        if (k > 1 && ids[at - k + 1] === this.end) break;
        node = this.#children.get(node, ids[at - k]!);
        if (node === 0) break;
      }
    }
  }

  /**
   * Scores the text from `start` to `end`, which must have been prepared. Labels cost nothing.
   * @returns the sum of the losses in nats for each order, starting with 1
   */
  losses(text: Ids, start: number, end: number): number[] {
    const sums = new Array<number>(this.order).fill(0);
    this.#score(text, start, end, (_, order, loss) => {
      sums[order - 1]! += loss;
    });
    return sums;
  }

  /**
   * Scores the text from `start` to `end` with the longest n-grams.
   * @returns the loss of each character in nats
   */
  lossesAt(text: Ids, start: number, end: number): Float64Array {
    const losses = new Float64Array(end - start);
    // The longest order is reported last and stays.
    this.#score(text, start, end, (at, _, loss) => {
      losses[at] = loss;
    });
    return losses;
  }

  /** Reports the loss of each character, counted from `start`, for each order from 1. */
  #score(
    text: Ids,
    start: number,
    end: number,
    report: (at: number, order: number, loss: number) => void,
  ): void {
    const { ids, from } = this.#read(text, start, end);
    for (let at = from; at < ids.length; at++) {
      const id = ids[at]!;
      if (id >= this.#outcomes) continue;
      let p = 1 / this.#outcomes;
      let node = 0;
      let isBeginning = false;
      for (let k = 1; k <= this.order; k++) {
        // At the start of a text there is no longer context.
        isBeginning ||= at < k - 1 || (k > 2 && ids[at - k + 2] === this.end);
        if (!isBeginning) {
          if (k > 1) node = this.#children.get(node, ids[at - k + 1]!);
          const types = this.#types[node]!;
          // An unseen context contributes nothing, and neither does a longer one.
          if (types > 0) p = (this.#counts.get(node, id) + types * p) / (this.#totals[node]! + types);
        }
        report(at - from, k, -Math.log(p));
      }
    }
  }

  /** Reads part of a text with the contexts of its first characters; the part itself starts at `from`. */
  #read(text: Ids, start: number, end: number): { ids: ArrayLike<number>; from: number } {
    const from = Math.min(this.order - 1, start);
    return { ids: text.read(start - from, end - start + from), from };
  }
}

/** Counts of pairs of integers, 0 if absent, in an open hash table: a fifth of the memory of a Map. */
class PairTable {
  #size = 0;
  #first = new Int32Array(1 << 12).fill(-1);
  #second = new Int32Array(1 << 12);
  #values = new Uint32Array(1 << 12);

  get(first: number, second: number): number {
    const slot = this.#slot(first, second);
    return this.#first[slot] === first ? this.#values[slot]! : 0;
  }

  /** Adds to the count of a pair and returns the sum. */
  add(first: number, second: number, value: number): number {
    let slot = this.#slot(first, second);
    if (this.#first[slot] !== first) {
      if (2 * ++this.#size > this.#first.length) {
        this.#grow();
        slot = this.#slot(first, second);
      }
      this.#first[slot] = first;
      this.#second[slot] = second;
    }
    this.#values[slot]! += value;
    return this.#values[slot]!;
  }

  /** Finds the slot where a pair is or would be stored. */
  #slot(first: number, second: number): number {
    const mask = this.#first.length - 1;
    let hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second + 1, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
    let slot = (hash ^ (hash >>> 13)) & mask;
    while (this.#first[slot] !== -1 && (this.#first[slot] !== first || this.#second[slot] !== second)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #grow(): void {
    const [first, second, values] = [this.#first, this.#second, this.#values];
    this.#first = new Int32Array(2 * first.length).fill(-1);
    this.#second = new Int32Array(2 * first.length);
    this.#values = new Uint32Array(2 * first.length);
    for (let i = 0; i < first.length; i++) {
      if (first[i] === -1) continue;
      const slot = this.#slot(first[i]!, second[i]!);
      this.#first[slot] = first[i]!;
      this.#second[slot] = second[i]!;
      this.#values[slot] = values[i]!;
    }
  }
}
