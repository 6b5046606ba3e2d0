/** Repeats up to this length are free: words and names recur in every text. */
const FREE = 4;
/** A cycle counts after this many repeated characters and once it has occurred three times. */
const LOOP_LENGTH = 100;
/** The longest cycle that is found. */
const LONGEST_CYCLE = 256;

/**
 * Tracks the repeats of a text. For every lag k, it counts how many of the last characters equal those k
 * before them; the character k back would continue a repeat of that length.
 */
export class Repetition {
  readonly #lags: number;
  /** The last `lags` ids, as a ring. */
  readonly #ring: Int32Array;
  readonly #runs: Int32Array;
  #count = 0;

  /** @param window how far back to look for repeats, in characters */
  constructor(readonly window: number) {
    this.#lags = Math.max(window, LONGEST_CYCLE);
    this.#ring = new Int32Array(this.#lags);
    this.#runs = new Int32Array(this.#lags + 1);
  }

  /** Returns a copy that continues the same text independently. */
  copy(): Repetition {
    const copy = new Repetition(this.window);
    copy.#ring.set(this.#ring);
    copy.#runs.set(this.#runs);
    copy.#count = this.#count;
    return copy;
  }

  take(id: number): void {
    const known = Math.min(this.#count, this.#lags);
    const lags = this.#lags;
    let at = this.#count % lags; // the place in the ring of the character `lag` back
    for (let lag = 1; lag <= known; lag++) {
      at = at === 0 ? lags - 1 : at - 1;
      this.#runs[lag] = this.#ring[at] === id ? this.#runs[lag]! + 1 : 0;
    }
    this.#ring[this.#count % lags] = id;
    this.#count++;
  }

  /**
   * Divides the probability of each character that would continue a repeat of m > 4 characters by penalty^(m
   * - 4). Penalising single tokens (Keskar et al. 2019, for words) would ban the letters of the alphabet.
   * @param scores (V), changed in place
   */
  penalise(scores: Float64Array, penalty: number): void {
    const byLength = Math.log(penalty);
    const reach = Math.min(this.window, this.#count);
    const longest = new Map<number, number>();
    for (let lag = 1; lag <= reach; lag++) {
      const run = this.#runs[lag]!;
      if (run <= FREE) continue;
      const id = this.#ring[(this.#count - lag) % this.#lags]!;
      if (run > (longest.get(id) ?? 0)) longest.set(id, run);
    }
    for (const [id, run] of longest) scores[id]! -= byLength * (run - FREE);
  }

  /** The length of the cycle that the text has fallen into, if any. */
  get cycle(): number | undefined {
    for (let lag = 1; lag <= LONGEST_CYCLE; lag++) {
      if (this.#runs[lag]! >= Math.max(LOOP_LENGTH, 2 * lag)) return lag;
    }
    return undefined;
  }
}

/**
 * Returns the length of the cycle that a text falls into, if any.
 * @param before has taken the prompt; not changed
 */
export function cycleIn(ids: Iterable<number>, before = new Repetition(1)): number | undefined {
  const repetition = before.copy();
  for (const id of ids) {
    repetition.take(id);
    const { cycle } = repetition;
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
