import type { Dataset } from '../text/dataset.js';
import { inPieces, learnedFrom } from './baselines.js';

/** Characters of the passages that are looked for; shorter ones recur without being copied. */
const LENGTH = 32;
/** Characters from the start of one passage to that of the next. */
const STEP = 16;
const BASE = 0x01000193;
/** What the oldest character of a passage is multiplied with when the next one enters: BASE^LENGTH. */
const OLDEST = Array.from({ length: LENGTH }, () => BASE).reduce((power, base) => Math.imul(power, base), 1);

/**
 * Measures how much of a text the baselines have learned: the share of its passages of 32 characters that
 * occur in the training text. Compares hashes of 32 bits (Karp & Rabin 1987), so a percent may be chance.
 * @param dataset the training text, up to `trainLength`
 * @param rest awaited after each piece of work
 * @returns 0 to 1; 0 for a text that is shorter than a passage
 */
export async function learnedShare(
  dataset: Dataset,
  trainLength: number,
  ids: Uint32Array,
  rest: () => Promise<void>,
): Promise<number> {
  const passages = new Map<number, number>();
  let count = 0;
  new RollingHash().read(ids, (hash, end) => {
    if ((end - LENGTH) % STEP !== 0) return;
    passages.set(hash, (passages.get(hash) ?? 0) + 1);
    count++;
  });
  let found = 0;
  const training = new RollingHash();
  await inPieces(learnedFrom(trainLength), trainLength, rest, (from, to) => {
    training.read(dataset.read(from, to - from), (hash) => {
      found += passages.get(hash) ?? 0;
      passages.delete(hash);
    });
  });
  return count === 0 ? 0 : found / count;
}

/** Hashes each passage of a text that is read piece by piece. */
class RollingHash {
  /** The ids of the passage, of which the oldest is overwritten next. */
  readonly #ids = new Int32Array(LENGTH);
  #hash = 0;
  #length = 0;

  /** @param visit receives the hash of each passage, and the number of ids read up to its end */
  read(ids: ArrayLike<number>, visit: (hash: number, end: number) => void): void {
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]! + 1; // so that the length matters, too
      const place = this.#length++ % LENGTH;
      this.#hash = (Math.imul(this.#hash, BASE) + id - Math.imul(this.#ids[place]!, OLDEST)) | 0;
      this.#ids[place] = id;
      if (this.#length >= LENGTH) visit(this.#hash, this.#length);
    }
  }
}
