import type { RunRecord } from '../checkpoint/record.js';

/** Returns milliseconds of a clock that stands still while the process is suspended. */
export type Now = () => number;

/** The system's clock, which continues during a suspension. */
export const systemClock: Now = () => performance.now();

/** Measures the time spent training, over all sessions of a run, and the speed of its steps. */
export class Clock {
  readonly #before: number;
  readonly #charactersPerStep: number;
  readonly #start: number;
  #paused = 0;
  #last: number;
  #smoothed: number | undefined;

  constructor(
    { progress, training }: RunRecord,
    readonly now: Now,
  ) {
    this.#before = progress.seconds;
    this.#charactersPerStep = training.batchSize * training.sequenceLength;
    this.#start = now();
    this.#last = this.#start;
  }

  get seconds(): number {
    return this.#before + (this.now() - this.#start - this.#paused) / 1000;
  }

  /** Marks the end of a step and returns characters per second, smoothed over some 20 steps. */
  tick(): number {
    const now = this.now();
    const speed = (1000 * this.#charactersPerStep) / Math.max(1e-3, now - this.#last);
    this.#last = now;
    // Averages the time per character, so that a slow step counts for as long as it took.
    this.#smoothed = this.#smoothed === undefined ? speed : 1 / (0.95 / this.#smoothed + 0.05 / speed);
    return Math.round(this.#smoothed);
  }

  /** Excludes the time since the last step from the speed. */
  skip(): void {
    this.#last = this.now();
  }

  /** Excludes it from the training time as well. */
  pause(): void {
    const now = this.now();
    this.#paused += now - this.#last;
    this.#last = now;
  }
}
