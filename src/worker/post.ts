import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { Commands } from '../train/controls.js';
import type { TrainCommand, TrainEvent } from '../train/events.js';

/** Events are sent in batches at least this far apart: a tiny network emits thousands per second. */
const LEAST_MS = 1000 / 30;

/** Events on their way to the main thread. */
export class Outbox {
  #waiting: TrainEvent[] = [];
  #sent = Number.NEGATIVE_INFINITY;

  constructor(readonly send: (events: readonly TrainEvent[]) => void) {}

  put(event: TrainEvent): void {
    this.#waiting.push(event);
    if (event.type === 'end' || performance.now() - this.#sent >= LEAST_MS) this.flush();
  }

  flush(): void {
    if (this.#waiting.length === 0) return;
    this.send(this.#waiting);
    this.#waiting = [];
    this.#sent = performance.now();
  }
}

/** Commands from the main thread, polled because training does not yield to the event loop. */
export class Mailbox implements Commands {
  constructor(
    readonly port: MessagePort,
    readonly outbox: Outbox,
  ) {}

  next(): TrainCommand | undefined {
    return receiveMessageOnPort(this.port)?.message as TrainCommand | undefined;
  }

  async wait(ms: number): Promise<void> {
    this.outbox.flush();
    await new Promise((resolve) => setTimeout(resolve, ms));
  }
}
