import type { Training } from '../../worker/client.js';
import { output } from '../output/console.js';
import { SIGNAL_NAMES, SIGNALS, type Signal } from '../output/endings.js';

/**
 * Stops training on signals: the first one asks it to stop and save, the second ends the process. Training
 * also stops when nobody reads standard output any more.
 */
export class Stopper {
  readonly #endUnread = output.onUnread;
  /** The training to stop, once it has started. */
  training: Training | undefined;
  #stopped = false;
  #signal: Signal | undefined;

  /** @param announce tells the user that a signal was received, for the first time or again */
  constructor(readonly announce: (again: boolean) => void) {
    for (const name of SIGNAL_NAMES) process.on(name, this.#onSignal);
    output.onUnread = () => this.#stop();
  }

  /** Sets the training to stop, and stops it if a signal came earlier. */
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

  /** The exit code of the process: 0 unless a signal stopped the training. */
  get exitCode(): number {
    return this.#signal === undefined ? 0 : SIGNALS[this.#signal];
  }

  #stop(): void {
    this.#stopped = true;
    this.training?.send({ type: 'stop' });
  }

  readonly #onSignal = (signal: NodeJS.Signals) => this.stop(signal as Signal);
}
