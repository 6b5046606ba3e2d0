import type { Ids } from '../text/ids.js';
import { inPieces, learnedFrom } from './baselines.js';

/** Characters of the passages that are looked for; shorter ones recur without being copied. */
const LENGTH = 32;
/** Characters from the start of one passage to that of the next. */
const STEP = 16;
/** Passages of fewer different characters are padding or rules, which recur anywhere. */
const LEAST_DIFFERENT = 8;
const BASE = 0x01000193;
/** What the oldest character of a passage is multiplied with when the next one enters: BASE^LENGTH. */
const OLDEST = Array.from({ length: LENGTH }, () => BASE).reduce((power, base) => Math.imul(power, base), 1);
/** Most hashes of a training text are of no passage that is looked for; a table of bits tells so sooner. */
const FILTER_BITS = 20;

/**
 * Measures how much of a text the baselines have learned: the share of its passages of 32 characters that
 * occur in the training text. Passages do not extend over the ends of texts. Compares hashes of 32 bits
 * (Karp & Rabin 1987), so a percent may be chance.
 * @param training of which the part up to `trainLength` is searched, its last 20 million characters if it is
 *   longer
 * @param end the id of the end of a text; undefined if there are no ends
 * @param rest awaited after each piece of work
 * @returns 0 to 1; undefined for a text without passages
 */
export async function learnedShare(
  training: Ids,
  trainLength: number,
  ids: Uint32Array,
  end: number | undefined,
  rest: () => Promise<void>,
): Promise<number | undefined> {
  const passages = new Map<number, number>();
  const filter = new Uint8Array(1 << FILTER_BITS);
  const place = (hash: number) => (hash ^ (hash >>> 12)) & ((1 << FILTER_BITS) - 1);
  let count = 0;
  new RollingHash(end).read(ids, (hash, to) => {
    if ((to - LENGTH) % STEP !== 0) return;
    if (new Set(ids.subarray(to - LENGTH, to)).size < LEAST_DIFFERENT) return;
    passages.set(hash, (passages.get(hash) ?? 0) + 1);
    filter[place(hash)] = 1;
    count++;
  });
  if (count === 0) return undefined;
  let found = 0;
  const text = new RollingHash(end);
  await inPieces(learnedFrom(trainLength), trainLength, rest, (from, to) => {
    text.read(training.read(from, to - from), (hash) => {
      if (filter[place(hash)] === 0) return;
      found += passages.get(hash) ?? 0;
      passages.delete(hash);
    });
  });
  return found / count;
}

/** Hashes each passage of a text that is read piece by piece. */
class RollingHash {
  /** The ids of the passage, of which the oldest is overwritten next. */
  readonly #ids = new Int32Array(LENGTH);
  #hash = 0;
  #length = 0;
  /** Ids since the last end of a text. */
  #since = 0;

  constructor(readonly end: number | undefined) {}

  /** @param visit receives the hash of each passage, and the number of ids read up to its end */
  read(ids: ArrayLike<number>, visit: (hash: number, end: number) => void): void {
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]! + 1; // so that the length matters, too
      const place = this.#length++ % LENGTH;
      this.#hash = (Math.imul(this.#hash, BASE) + id - Math.imul(this.#ids[place]!, OLDEST)) | 0;
      this.#ids[place] = id;
      this.#since = ids[i] === this.end ? 0 : this.#since + 1;
      if (this.#since >= LENGTH) visit(this.#hash, this.#length);
    }
  }
}
