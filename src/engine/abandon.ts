/** Indices of the shared words. */
const [ASKED, ALLOWED] = [0, 1];

/**
 * Lets kernel work be given up half-way: any thread may request it at any time, and the working threads check
 * between kernels. Otherwise, stopping a training run could take seconds, until the current step ends.
 */
export class Abandon {
  readonly #words: Int32Array<SharedArrayBuffer>;

  constructor(readonly buffer = new SharedArrayBuffer(8)) {
    this.#words = new Int32Array(buffer);
  }

  /** Requests that the current attempt and all later ones be given up. */
  ask(): void {
    Atomics.store(this.#words, ASKED, 1);
  }

  /** Whether kernels are being skipped at the moment. */
  get isOn(): boolean {
    return Atomics.load(this.#words, ASKED) === 1 && Atomics.load(this.#words, ALLOWED) === 1;
  }

  /**
   * Runs work that may be given up.
   * @param work must have finished its kernels when it returns, and must leave nothing that matters
   *   half-changed
   * @returns its result, or undefined if it was given up; whatever it wrote is then useless
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
