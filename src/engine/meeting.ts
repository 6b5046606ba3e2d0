/** How many times a thread checks a word before it sleeps: a few microseconds of spinning. */
const LOOKS = 4000;
/** A thread that takes longer than this to arrive has died. */
const LONGEST_MS = 60_000;

/** Indices of the shared words. */
const [CALLS, ENTRIES, ARRIVED, MEETINGS] = [0, 1, 2, 3];

/** A barrier where threads wait for each other, on words of shared memory. */
export class Meeting {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array<SharedArrayBuffer>;
  #calls = 0;

  constructor(
    readonly threads: number,
    buffer?: SharedArrayBuffer,
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
    this.#untilChanged(CALLS, this.#calls++, Number.POSITIVE_INFINITY);
    return Atomics.load(this.#words, ENTRIES);
  }

  /** Returns once all threads have arrived. */
  wait(): void {
    const meeting = Atomics.load(this.#words, MEETINGS);
    if (Atomics.add(this.#words, ARRIVED, 1) === this.threads - 1) {
      Atomics.store(this.#words, ARRIVED, 0);
      Atomics.add(this.#words, MEETINGS, 1);
      Atomics.notify(this.#words, MEETINGS);
    } else {
      this.#untilChanged(MEETINGS, meeting, LONGEST_MS);
    }
  }

  #untilChanged(place: number, from: number, patience: number): void {
    for (let i = 0; i < LOOKS; i++) if (Atomics.load(this.#words, place) !== from) return;
    while (Atomics.load(this.#words, place) === from) {
      if (Atomics.wait(this.#words, place, from, patience) === 'timed-out') {
        throw new Error('a thread of the engine no longer responds');
      }
    }
  }
}
