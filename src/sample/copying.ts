import { endOfRun, type SuffixIndex } from '../text/suffix-index.js';

/**
 * Keeps a text from copying: no `limit` characters of it that end after its prompt stand in the corpus in that order.
 * Give it each character of prompt and text by `read`, and before each choice ask what it forbids. It forbids a
 * character if and only if that would complete such a run; it may be all of them.
 */
export class CopyGuard {
  readonly #index: SuffixIndex;
  /** The ids read last, the newest at the end. */
  readonly #context: Uint32Array;
  #missing: number;

  /** @param limit at least 2: a run of one character can hardly be avoided */
  constructor(index: SuffixIndex, limit: number) {
    this.#index = index;
    // A context as long as the corpus has no follower: a longer one is not needed.
    this.#context = new Uint32Array(Math.min(limit - 1, index.length));
    this.#missing = this.#context.length;
  }

  /** A guard that goes on from the same text. */
  copy(): CopyGuard {
    const copy = new CopyGuard(this.#index, this.#context.length + 1);
    copy.#context.set(this.#context);
    copy.#missing = this.#missing;
    return copy;
  }

  /** Takes the next character of the prompt or the text. */
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

/** A stretch of a text that the corpus has too. */
export interface Overlap {
  /** Where it begins in the text. */
  readonly start: number;
  readonly length: number;
  /** One of the places where it begins in the corpus. */
  readonly position: number;
}

export interface CopyReport {
  /** The longest first. None lies within another, though they may overlap in part. */
  readonly overlaps: readonly Overlap[];
  /** The share of the text's characters that lie in any of them. */
  readonly share: number;
}

/**
 * Finds what of a text stands in the corpus word for word: all stretches of at least `least` characters that cannot be
 * made longer in the text on either side and still be found. Takes a few microseconds a character, and more only where
 * many overlaps overlap each other: in all, time goes with the sum of their lengths.
 * @param ids a text; a character that the corpus does not have may be any number that is no id of the corpus
 * @param least at least 1
 */
export function copyReport(
  index: SuffixIndex,
  ids: ArrayLike<number>,
  { least = 20 }: { least?: number } = {},
): CopyReport {
  const overlaps: Overlap[] = [];
  let covered = 0;
  let end = 0; // of what is covered
  for (let start = 0; start < ids.length; ) {
    const { position, length } = index.longestMatch(ids, start);
    const stop = start + length;
    if (length >= least) {
      overlaps.push({ start, length, position });
      covered += stop - Math.max(start, end);
      end = stop;
    }
    if (stop >= ids.length) break;
    // A further one reaches beyond this one, to the character that ended it at least.
    start = endOfRun(start, stop + 1, (later) => !index.occurs(ids, later, stop + 1));
  }
  overlaps.sort((a, b) => b.length - a.length || a.start - b.start);
  return { overlaps, share: ids.length > 0 ? covered / ids.length : 0 };
}
