/** Texts that agree in this many characters count as equal when they are divided among the parts of a corpus. */
export const TELLING = 4096;

const PRIMES = [0x01000193, 0x85ebca6b] as const;

/** Hashes a text, read piece by piece, with 53 bits (FNV-1a, and a second one with another multiplier). */
export class TextHash {
  #first: number;
  #second: number;

  constructor(readonly seed = 0) {
    this.#first = this.#second = 0;
    this.restart();
  }

  restart(): void {
    this.#first = 0x811c9dc5 ^ this.seed;
    this.#second = 0x9747b28c ^ this.seed;
  }

  read(points: ArrayLike<number>, from = 0, to = points.length): void {
    let [first, second] = [this.#first, this.#second];
    for (let i = from; i < to; i++) {
      const point = points[i]!;
      first = Math.imul(first ^ point, PRIMES[0]);
      second = Math.imul(second ^ point, PRIMES[1]);
      second ^= second >>> 15;
    }
    [this.#first, this.#second] = [first, second];
  }

  /** Returns a whole number below 2^53. */
  get value(): number {
    return (mixed(this.#first) >>> 11) * 2 ** 32 + mixed(this.#second ^ this.#first);
  }
}

/** Lets every bit affect all others (the finaliser of MurmurHash3). */
function mixed(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** A set of hashes, in a fifth of the memory of a Set. */
export class HashSet {
  #size = 0;
  #slots = new Float64Array(1 << 12);

  get size(): number {
    return this.#size;
  }

  has(hash: number): boolean {
    return this.#slots[this.#slot(hash)] !== 0;
  }

  /** Adds a hash. @returns whether it was new */
  add(hash: number): boolean {
    const slot = this.#slot(hash);
    if (this.#slots[slot] !== 0) return false;
    this.#slots[slot] = hash + 1; // 0 is an empty slot
    if (2 * ++this.#size > this.#slots.length) this.#grow();
    return true;
  }

  #slot(hash: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash % this.#slots.length;
    while (this.#slots[slot] !== 0 && this.#slots[slot] !== hash + 1) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Float64Array(2 * old.length);
    for (const entry of old) if (entry !== 0) this.#slots[this.#slot(entry - 1)] = entry;
  }
}
