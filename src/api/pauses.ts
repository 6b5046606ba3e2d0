/** Milliseconds of work between two pauses: short enough for timers, long enough to cost nothing. */
const WORK_MS = 5;

/** Decides when long work yields to the event loop, so that timers, signals and sockets are served. */
export class Pauses {
  #last = performance.now();

  get isDue(): boolean {
    return performance.now() - this.#last >= WORK_MS;
  }

  async pause(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#last = performance.now();
  }
}
