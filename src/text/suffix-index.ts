import type { IdArray } from './vocabulary.js';

/** A substring of the corpus; a length of 0 means that there is none. */
export interface Match {
  readonly position: number;
  readonly length: number;
}

/**
 * Finds strings in a corpus with its suffix array (Manber & Myers, "Suffix arrays: a new method for on-line
 * string searches", SIAM J. Comput. 1993). Strings are ids; an id that is not in the corpus is never found.
 */
export class SuffixIndex {
  readonly #ids: IdArray;
  readonly #suffixes: Int32Array;

  /** @param suffixes the suffix array of the ids */
  constructor(ids: IdArray, suffixes: Int32Array) {
    this.#ids = ids;
    this.#suffixes = suffixes;
  }

  /** Characters in the corpus. */
  get length(): number {
    return this.#ids.length;
  }

  /** Calls `mark` with each character that follows the context anywhere in the corpus, in ascending order. */
  followers(context: ArrayLike<number>, mark: (id: number) => void): void {
    const depth = context.length;
    const { place: first, right } = this.#search(context, 0, depth);
    if (right < depth) return;
    const end = endOfRun(first, this.length, (place) => this.#beginsWith(place, context));
    // If the corpus ends with the context, nothing follows it there; that suffix is the first of the run.
    let place = first < end && this.#suffixes[first]! + depth === this.length ? first + 1 : first;
    while (place < end) {
      const id = this.#ids[this.#suffixes[place]! + depth]!;
      mark(id);
      place = endOfRun(place, end, (other) => this.#ids[this.#suffixes[other]! + depth] === id);
    }
  }

  /** Whether text[from .. to) occurs in the corpus. */
  occurs(text: ArrayLike<number>, from: number, to: number): boolean {
    return this.#search(text, from, to).right === to - from;
  }

  /** Finds the longest prefix of text[from ..] that occurs in the corpus, and one position where it does. */
  longestMatch(text: ArrayLike<number>, from: number): Match {
    const { place, left, right } = this.#search(text, from, text.length);
    if (left === 0 && right === 0) return { position: 0, length: 0 };
    return left > right
      ? { position: this.#suffixes[place - 1]!, length: left }
      : { position: this.#suffixes[place]!, length: right };
  }

  /**
   * Finds where text[from .. to) belongs among the sorted suffixes, before equal ones.
   * @returns the place, and how many characters the string shares with the suffixes before and at it
   */
  #search(text: ArrayLike<number>, from: number, to: number): { place: number; left: number; right: number } {
    const ids = this.#ids;
    const wanted = to - from;
    let low = 0;
    let high = ids.length;
    let left = 0;
    let right = 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const start = this.#suffixes[middle]!;
      const most = Math.min(wanted, ids.length - start);
      // All suffixes between two share at least the prefix that these two share.
      let common = Math.min(left, right);
      while (common < most && ids[start + common] === text[from + common]) common++;
      if (common === wanted || (common < most && ids[start + common]! > text[from + common]!)) {
        high = middle;
        right = common;
      } else {
        low = middle + 1;
        left = common;
      }
    }
    return { place: low, left, right };
  }

  #beginsWith(place: number, context: ArrayLike<number>): boolean {
    const start = this.#suffixes[place]!;
    for (let i = 0; i < context.length; i++) if (this.#ids[start + i] !== context[i]) return false;
    return true;
  }
}

/**
 * Finds the first place after `from` where a condition that holds at `from` no longer holds, or else `to`.
 * Searches in steps that double and then between the last two, so that short runs cost less than long ones.
 */
export function endOfRun(from: number, to: number, holds: (place: number) => boolean): number {
  let low = from;
  let step = 1;
  for (; low + step < to && holds(low + step); step *= 2) low += step;
  let high = Math.min(low + step, to);
  low++;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return high;
}
