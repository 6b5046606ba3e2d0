/** Repeats up to this length are free: words and names recur in every text. */
const FREE = 4;
/** A cycle counts after this many repeated characters and once it has occurred three times. */
const LOOP_LENGTH = 100;
/** The longest cycle that is found. */
const LONGEST_CYCLE = 256;

/** Number of chains; ids that share one are told apart when it is followed. */
const CHAINS = 256;

/**
 * Tracks the repeats of a text. For every lag k, it counts how many of the last characters equal those k
 * before them; the character k back would continue a repeat of that length. All counts but those of the lags
 * at which the last character occurred are 0, so only its earlier occurrences are visited.
 */
export class Repetition {
  readonly #lags: number;
  /** Positions in the text are kept as doubles, since a text may be endless. */
  readonly #mask: number;
  /** The last ids, as a ring of at least `lags`. */
  readonly #ring: Int32Array;
  /** For each place in the ring, the position of the last character before it in the same chain, or -1. */
  readonly #before: Float64Array;
  /** The position of the last character of each chain, or -1. */
  readonly #chains: Float64Array;
  /** For each lag, the length of the last repeat and the length of the text at its end. */
  readonly #runs: Int32Array;
  readonly #ends: Float64Array;
  #count = 0;
  #cycle: number | undefined;

  /** @param window how far back to look for repeats, in characters */
  constructor(readonly window: number) {
    this.#lags = Math.max(window, LONGEST_CYCLE);
    const ring = 2 ** Math.ceil(Math.log2(this.#lags));
    this.#mask = ring - 1;
    this.#ring = new Int32Array(ring);
    this.#before = new Float64Array(ring);
    this.#chains = new Float64Array(CHAINS).fill(-1);
    this.#runs = new Int32Array(this.#lags + 1);
    this.#ends = new Float64Array(this.#lags + 1);
  }

  /** Returns a copy that continues the same text independently. */
  copy(): Repetition {
    const copy = new Repetition(this.window);
    copy.#ring.set(this.#ring);
    copy.#before.set(this.#before);
    copy.#chains.set(this.#chains);
    copy.#runs.set(this.#runs);
    copy.#ends.set(this.#ends);
    copy.#count = this.#count;
    copy.#cycle = this.#cycle;
    return copy;
  }

  take(id: number): void {
    const now = this.#count++;
    const chain = id % CHAINS;
    this.#cycle = undefined;
    let at = this.#chains[chain]!;
    for (; at >= 0 && now - at <= this.#lags; at = this.#before[at & this.#mask]!) {
      if (this.#ring[at & this.#mask] !== id) continue;
      const lag = now - at;
      const run = this.#runLength(lag, now) + 1;
      this.#runs[lag] = run;
      this.#ends[lag] = now + 1;
      if (lag <= LONGEST_CYCLE && run >= Math.max(LOOP_LENGTH, 2 * lag)) this.#cycle ??= lag;
    }
    this.#ring[now & this.#mask] = id;
    this.#before[now & this.#mask] = this.#chains[chain]!;
    this.#chains[chain] = now;
  }

  /** The length of the repeat at a lag that ends where the text had a length. */
  #runLength(lag: number, length: number): number {
    return this.#ends[lag] === length ? this.#runs[lag]! : 0;
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
      const run = this.#runLength(lag, this.#count);
      if (run <= FREE) continue;
      const id = this.#ring[(this.#count - lag) & this.#mask]!;
      if (run > (longest.get(id) ?? 0)) longest.set(id, run);
    }
    for (const [id, run] of longest) scores[id]! -= byLength * (run - FREE);
  }

  /** The length of the cycle that the text has fallen into, if any. */
  get cycle(): number | undefined {
    return this.#cycle;
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
