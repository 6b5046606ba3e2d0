/** Milliseconds between two beats. */
export const BEAT_MS = 250;
/** A beat that is late on a busy machine counts in full up to this many nanoseconds. */
const LONGEST = 1_000_000_000n;

/** Indices of the shared words, in nanoseconds. */
const [LAST, MISSED] = [0, 1];

/**
 * A clock that stands still while the process is suspended, whether by Ctrl-Z, a debugger, a paused container
 * or a closed lid. One thread does nothing but beat, so that a long silence cannot mean that it was at work;
 * only of a silence is it known how long the process did not run. Any thread may read the time.
 */
export class Heartbeat {
  readonly #words: BigInt64Array<SharedArrayBuffer>;
  #latest = 0n;

  /** @param time nanoseconds of a clock that all threads share, and that no one can set */
  constructor(
    readonly buffer = new SharedArrayBuffer(16),
    readonly time = () => process.hrtime.bigint(),
  ) {
    this.#words = new BigInt64Array(buffer);
  }

  /** Must be called regularly, by one thread. */
  beat(): void {
    const now = this.time();
    Atomics.add(this.#words, MISSED, this.#silence(now));
    Atomics.store(this.#words, LAST, now);
  }

  /** Returns milliseconds since some time in the past; before the first beat, suspensions are not noticed. */
  now(): number {
    const now = this.time();
    const silence = this.#silence(now);
    const awake = now - silence - Atomics.load(this.#words, MISSED);
    // In the middle of a beat, the same silence may have been subtracted twice.
    if (awake > this.#latest) this.#latest = awake;
    return Number(this.#latest) / 1e6;
  }

  /** Returns the part of the time since the last beat in which the process did not run. */
  #silence(now: bigint): bigint {
    const last = Atomics.load(this.#words, LAST);
    const since = last === 0n ? 0n : now - last;
    return since > LONGEST ? since - LONGEST : 0n;
  }
}
