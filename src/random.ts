/**
 * Counter-based random numbers: number n of a stream is a pure function of (seed, stream, n). So the whole
 * state is one number, and streams for different purposes never disturb each other.
 */

/** One stream per purpose, so that sampling cannot change what training draws. */
export const Stream = {
  initialisation: 1,
  dropout: 2,
  sampling: 3,
  windows: 4,
  evaluation: 5,
  live: 6,
  leadIn: 7,
  texts: 8,
} as const;

export type Stream = (typeof Stream)[keyof typeof Stream];

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const ROUNDS = 13;

/**
 * Computes Threefry-2x32 with 13 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC
 * 2011), the fewest that pass BigCrush. kernels/dropout.c has the same function.
 * @returns two random 32-bit words for a 64-bit key and a 64-bit counter
 */
export function threefry(key0: number, key1: number, counter0: number, counter1: number): [number, number] {
  const key = [key0, key1, 0x1bd11bda ^ key0 ^ key1] as const;
  let x0 = (counter0 + key0) | 0;
  let x1 = (counter1 + key1) | 0;
  for (let round = 0; round < ROUNDS; round++) {
    const by = ROTATIONS[round % 8]!;
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << by) | (x1 >>> (32 - by))) ^ x0;
    if (round % 4 === 3) {
      const s = (round + 1) / 4;
      x0 = (x0 + key[s % 3]!) | 0;
      x1 = (x1 + key[(s + 1) % 3]! + s) | 0;
    }
  }
  return [x0 >>> 0, x1 >>> 0];
}

/** A stream of random numbers. `position` counts the draws made; a checkpoint can set it. */
export class Random {
  /** @param seed an integer in [0, 2^32) */
  constructor(
    readonly seed: number,
    readonly stream: Stream,
    public position = 0,
  ) {}

  /** Draws the next number, uniform in [0, 1) with 53 random bits. */
  uniform(): number {
    const [high, low] = threefry(
      this.seed,
      this.stream,
      this.position >>> 0,
      Math.floor(this.position / 2 ** 32),
    );
    this.position++;
    return ((high >>> 5) * 2 ** 26 + (low >>> 6)) / 2 ** 53;
  }

  /** Draws a whole number, uniform in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.uniform() * limit);
  }
}
