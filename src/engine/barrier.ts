/** How many times a thread checks a word before it sleeps: a few microseconds of spinning. */
const SPINS = 4000;
/**
 * Threads wait in slices. While the process is suspended all its threads stand still, but the system's clock
 * goes on: of any suspension, only one slice elapses.
 */
const SLICE_MS = 1000;
/** A thread that has not arrived after this many slices has died. */
const MOST_SLICES = 60;

/** Indices of the shared words. */
const [CALLS, ENTRIES, ARRIVED, GENERATION] = [0, 1, 2, 3];

/** A barrier where threads wait for each other, on words of shared memory. */
export class Barrier {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array<SharedArrayBuffer>;
  #calls = 0;

  constructor(
    readonly threads: number,
    buffer?: SharedArrayBuffer,
    readonly sliceMs = SLICE_MS,
  ) {
    this.buffer = buffer ?? new SharedArrayBuffer(64);
    this.#words = new Int32Array(this.buffer);
  }

  /** Wakes the other threads, which wait in `called`, to play this number of entries. */
  call(entries: number): void {
    Atomics.store(this.#words, ENTRIES, entries);
    Atomics.add(this.#words, CALLS, 1);
    Atomics.notify(this.#words, CALLS);
  }

  /** Waits for the next call, however long it takes. Returns the number of entries to play. */
  called(): number {
    this.#untilChanged(CALLS, this.#calls++);
    return Atomics.load(this.#words, ENTRIES);
  }

  /** Returns once all threads have arrived. @throws Error if one does not, for 60 slices of a second */
  wait(): void {
    const generation = Atomics.load(this.#words, GENERATION);
    if (Atomics.add(this.#words, ARRIVED, 1) === this.threads - 1) {
      Atomics.store(this.#words, ARRIVED, 0);
      Atomics.add(this.#words, GENERATION, 1);
      Atomics.notify(this.#words, GENERATION);
    } else {
      this.#untilChanged(GENERATION, generation, MOST_SLICES);
    }
  }

  #untilChanged(index: number, from: number, slices = Number.POSITIVE_INFINITY): void {
    for (let i = 0; i < SPINS; i++) if (Atomics.load(this.#words, index) !== from) return;
    for (let elapsed = 0; Atomics.load(this.#words, index) === from; ) {
      if (elapsed >= slices) throw new Error('a thread of the engine no longer responds');
      if (Atomics.wait(this.#words, index, from, this.sliceMs) === 'timed-out') elapsed++;
    }
  }
}
