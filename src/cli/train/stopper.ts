import type { Training } from '../../worker/client.js';
import { output } from '../output/console.js';
import { SIGNAL_NAMES, SIGNALS, type Signal } from '../output/endings.js';

/**
 * The first signal asks training to stop and save, the second ends the process. Where nobody reads standard output any
 * more, training is stopped as well.
 */
export class Stopper {
  readonly #endUnread = output.onUnread;
  /** What is stopped, once it has begun. */
  training: Training | undefined;
  #stopped = false;
  #signal: Signal | undefined;

  /** @param announce tells the user that a signal was heard, for the first time or again */
  constructor(readonly announce: (again: boolean) => void) {
    for (const name of SIGNAL_NAMES) process.on(name, this.#onSignal);
    output.onUnread = () => this.#stop();
  }

  /** What is to be stopped from now on. */
  listen(training: Training): void {
    this.training = training;
    if (this.#stopped) training.send({ type: 'stop' });
  }

  dispose(): void {
    for (const name of SIGNAL_NAMES) process.off(name, this.#onSignal);
    output.onUnread = this.#endUnread;
  }

  stop(signal: Signal): void {
    const again = this.#signal !== undefined;
    this.announce(again);
    if (again) process.exit(SIGNALS[signal]);
    this.#signal = signal;
    this.#stop();
  }

  /** 0 unless a signal ended the training. */
  get exitCode(): number {
    return this.#signal === undefined ? 0 : SIGNALS[this.#signal];
  }

  #stop(): void {
    this.#stopped = true;
    this.training?.send({ type: 'stop' });
  }

  readonly #onSignal = (signal: NodeJS.Signals) => this.stop(signal as Signal);
}
