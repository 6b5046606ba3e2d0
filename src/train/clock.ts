import type { RunRecord } from '../checkpoint/record.js';

/** Measures the time spent training, over all sessions of a run, and the speed of its steps. */
export class Clock {
  readonly #before: number;
  readonly #charactersPerStep: number;
  readonly #start = performance.now();
  #paused = 0;
  #last = performance.now();
  #smoothed: number | undefined;

  constructor({ progress, training }: RunRecord) {
    this.#before = progress.seconds;
    this.#charactersPerStep = training.batchSize * training.sequenceLength;
  }

  get seconds(): number {
    return this.#before + (performance.now() - this.#start - this.#paused) / 1000;
  }

  /** Marks the end of a step and returns characters per second, smoothed over some 20 steps. */
  tick(): number {
    const now = performance.now();
    const speed = (1000 * this.#charactersPerStep) / Math.max(1e-3, now - this.#last);
    this.#last = now;
    // Averages the time per character, so that a slow step counts for as long as it took.
    this.#smoothed = this.#smoothed === undefined ? speed : 1 / (0.95 / this.#smoothed + 0.05 / speed);
    return Math.round(this.#smoothed);
  }

  /** Excludes the time since the last step from the speed. */
  skip(): void {
    this.#last = performance.now();
  }

  /** Excludes it from the training time as well. */
  pause(): void {
    const now = performance.now();
    this.#paused += now - this.#last;
    this.#last = now;
  }
}
