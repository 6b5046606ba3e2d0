/** Looks at a place that another thread will change for some microseconds, before it sleeps until it is woken. */
const LOOKS = 4000;
/** A thread that does not come for so long has died. */
const LONGEST_MS = 60_000;

/** Places of the shared words. */
const [CALLS, ENTRIES, ARRIVED, MEETINGS] = [0, 1, 2, 3];

/** Where threads wait for each other: words that all of them share. */
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

  /** Wakes the others, who wait in `called`, to play so many entries. */
  call(entries: number): void {
    Atomics.store(this.#words, ENTRIES, entries);
    Atomics.add(this.#words, CALLS, 1);
    Atomics.notify(this.#words, CALLS);
  }

  /** Waits for the next call, however long that takes; returns how many entries there are to play. */
  called(): number {
    this.#untilChanged(CALLS, this.#calls++, Number.POSITIVE_INFINITY);
    return Atomics.load(this.#words, ENTRIES);
  }

  /** Returns when all threads have come here. */
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
        throw new Error('a thread of the engine does not answer any more');
      }
    }
  }
}
