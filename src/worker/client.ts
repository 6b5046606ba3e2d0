import { Worker } from 'node:worker_threads';
import { UserError } from '../errors.js';
import type { EndEvent, TrainCommand, TrainEvent } from '../train/events.js';
import type { TrainingJob, WorkerMessage } from './messages.js';

export interface Training {
  /** Asks for something to be done after the step under way. */
  send(command: TrainCommand): void;
  /** Resolves to the last event; rejects with a UserError, or with whatever crashed the thread. */
  readonly finished: Promise<EndEvent>;
}

/** Trains in a thread of its own, so that this one stays free for the screen and the keys. */
export function startTraining(job: TrainingJob, onEvent: (event: TrainEvent) => void): Training {
  const worker = new Worker(new URL('./entry.js', import.meta.url), { workerData: job });
  const finished = new Promise<EndEvent>((resolve, reject) => {
    worker.on('message', (message: WorkerMessage) => {
      if (message.type === 'failure') {
        reject(new UserError(message.message, message.hint, message.exitCode));
        return;
      }
      onEvent(message.event);
      if (message.event.type === 'end') resolve(message.event);
    });
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`the training thread ended without a word (code ${code})`)));
  });
  return { send: (command) => worker.postMessage(command), finished };
}
