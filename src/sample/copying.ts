import { endOfRun, type SuffixIndex } from '../text/suffix-index.js';

/**
 * Keeps a text from copying: no run of `limit` characters that ends after the prompt occurs in the corpus.
 * Pass each character of the prompt and the text to `read`, and call `forbid` before each choice. It forbids
 * exactly the characters that would complete such a run, which may be all of them.
 */
export class CopyGuard {
  readonly #index: SuffixIndex;
  /** The most recent ids, the newest last. */
  readonly #context: Uint32Array;
  #missing: number;

  /** @param limit at least 2: runs of one character can hardly be avoided */
  constructor(index: SuffixIndex, limit: number) {
    this.#index = index;
    // A context as long as the corpus has no follower, so a longer one is not needed.
    this.#context = new Uint32Array(Math.min(limit - 1, index.length));
    this.#missing = this.#context.length;
  }

  /** Returns a guard that continues the same text independently. */
  copy(): CopyGuard {
    const copy = new CopyGuard(this.#index, this.#context.length + 1);
    copy.#context.set(this.#context);
    copy.#missing = this.#missing;
    return copy;
  }

  /** Adds the next character of the prompt or the text. */
  read(id: number): void {
    this.#context.copyWithin(0, 1);
    this.#context[this.#context.length - 1] = id;
    if (this.#missing > 0) this.#missing--;
  }

  /** Calls `mark` with each id that must not come next. */
  forbid(mark: (id: number) => void): void {
    if (this.#missing === 0) this.#index.followers(this.#context, mark);
  }
}

/** A passage of a text that also occurs in the corpus. */
export interface Overlap {
  /** Index of its first id in the text. */
  readonly start: number;
  readonly length: number;
  /** Index of its first id in the corpus, at one of its occurrences. */
  readonly position: number;
}

export interface CopyReport {
  /** The longest first. None contains another, but they may overlap. */
  readonly overlaps: readonly Overlap[];
  /** The share of the text's characters that lie in any overlap, from 0 to 1. */
  readonly share: number;
}

/**
 * Finds the passages of a text that occur verbatim in the corpus: all of at least `least` characters that
 * cannot be extended on either side. Takes a few microseconds per character; only many overlaps that overlap
 * each other take more, in proportion to the sum of their lengths.
 * @param ids the text; characters that the corpus does not have may be any number that is not one of its ids
 * @param options.least shortest overlap to report, in characters; at least 1
 */
export function copyReport(
  index: SuffixIndex,
  ids: ArrayLike<number>,
  { least = 20 }: { least?: number } = {},
): CopyReport {
  const overlaps: Overlap[] = [];
  let covered = 0;
  let end = 0; // of the last overlap
  for (let start = 0; start < ids.length; ) {
    const { position, length } = index.longestMatch(ids, start);
    const stop = start + length;
    if (length >= least) {
      overlaps.push({ start, length, position });
      covered += stop - Math.max(start, end);
      end = stop;
    }
    if (stop >= ids.length) break;
    // The next overlap must include the character that ended this one.
    start = endOfRun(start, stop + 1, (later) => !index.occurs(ids, later, stop + 1));
  }
  overlaps.sort((a, b) => b.length - a.length || a.start - b.start);
  return { overlaps, share: ids.length > 0 ? covered / ids.length : 0 };
}
