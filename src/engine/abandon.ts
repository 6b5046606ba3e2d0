/** Places of the shared words. */
const [ASKED, ALLOWED] = [0, 1];

/**
 * Lets work of the kernels be given up half-way: any thread may ask for it at any time, and between kernels those that
 * work see it. Without it, who stops a training run would wait for the end of a step, which may take seconds.
 */
export class Abandon {
  readonly #words: Int32Array<SharedArrayBuffer>;

  constructor(readonly buffer = new SharedArrayBuffer(8)) {
    this.#words = new Int32Array(buffer);
  }

  /** Asks for whatever is attempted, now or later, to be given up. */
  ask(): void {
    Atomics.store(this.#words, ASKED, 1);
  }

  /** Whether kernels are passed over at this moment. */
  get isOn(): boolean {
    return Atomics.load(this.#words, ASKED) === 1 && Atomics.load(this.#words, ALLOWED) === 1;
  }

  /**
   * Does what may be given up.
   * @param work must have finished its kernels when it returns, and change nothing that matters where it is given up
   * @returns its result, or undefined where it was given up: what it wrote is then of no use
   */
  attempt<T>(work: () => T): T | undefined {
    Atomics.store(this.#words, ALLOWED, 1);
    try {
      const result = work();
      return this.isOn ? undefined : result;
    } finally {
      Atomics.store(this.#words, ALLOWED, 0);
    }
  }
}
