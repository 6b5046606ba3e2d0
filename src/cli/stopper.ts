import { ExitCode } from '../errors.js';
import type { Training } from '../worker/client.js';

/** What the process exits with after each signal. Node ignores SIGPIPE: main.ts sends it when stdout is closed. */
const SIGNALS = {
  SIGINT: ExitCode.interrupted,
  SIGTERM: ExitCode.terminated,
  SIGHUP: 129,
  SIGPIPE: 0,
} as const;

type Signal = keyof typeof SIGNALS;

const NAMES = Object.keys(SIGNALS) as Signal[];

/** The first signal asks training to stop and save, the second ends the process. */
export class Stopper {
  #training: Training | undefined;
  #received: Signal | undefined;

  /** @param announce tells the user that it was heard, for the first time or again */
  constructor(readonly announce: (again: boolean) => void) {}

  listen(training: Training): void {
    this.#training = training;
    for (const name of NAMES) process.on(name, this.#onSignal);
    if (this.#received) training.send({ type: 'stop' });
  }

  dispose(): void {
    for (const name of NAMES) process.off(name, this.#onSignal);
  }

  stop(signal: Signal): void {
    const again = this.#received !== undefined;
    if (!again || signal !== 'SIGPIPE') this.announce(again);
    if (again && signal !== 'SIGPIPE') process.exit(SIGNALS[signal]);
    this.#received ??= signal;
    this.#training?.send({ type: 'stop' });
  }

  /** 0 unless a signal ended the training. */
  get exitCode(): number {
    return this.#received === undefined ? 0 : SIGNALS[this.#received];
  }

  readonly #onSignal = (signal: NodeJS.Signals) => this.stop(NAMES.find((name) => name === signal)!);
}
