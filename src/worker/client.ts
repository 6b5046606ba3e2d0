import { MessageChannel, type Worker } from 'node:worker_threads';
import { Abandon } from '../engine/abandon.js';
import { UserError } from '../errors.js';
import { startThread } from '../thread.js';
import type { EndEvent, TrainCommand, TrainEvent } from '../train/events.js';
import { Heartbeat } from './heartbeat.js';
import type { TrainingJob, WorkerData, WorkerMessage } from './messages.js';

export interface Training {
  /** Sends a command, carried out after the step in progress; a stop abandons that step. */
  send(command: TrainCommand): void;
  /** Resolves to the last event once the thread has gone, with its memory; rejects with a UserError, or with the error that crashed the thread. */
  readonly finished: Promise<EndEvent>;
}

/** Shorter trainings do not need a thread that beats, which takes 10 MB. */
const BEATS_AFTER_MS = 1000;

/**
 * Trains in a thread of its own, so that this one stays free for the screen and the keys.
 * @param options.live whether the network writes a live sample while it learns
 * @param onEvents called at most about 30 times per second with the events since the last call
 */
export function startTraining(
  job: TrainingJob,
  { live }: { live: boolean },
  onEvents: (events: readonly TrainEvent[]) => void,
): Training {
  const abandon = new Abandon();
  const heartbeat = new Heartbeat();
  const { port1: commands, port2 } = new MessageChannel();
  const workerData: WorkerData = {
    job,
    live,
    commands: port2,
    abandon: abandon.buffer,
    heartbeat: heartbeat.buffer,
  };
  const worker = startThread(new URL('./entry.js', import.meta.url), workerData, [port2]);
  let beating: Worker | undefined;
  const starting = setTimeout(() => {
    beating = startThread(new URL('./heartbeat-entry.js', import.meta.url), heartbeat.buffer);
    beating.on('error', () => {}); // only suspensions are not noticed then
    beating.unref();
  }, BEATS_AFTER_MS);
  worker.once('exit', () => {
    clearTimeout(starting);
    commands.close();
    void beating?.terminate();
  });
  const finished = new Promise<EndEvent>((resolve, reject) => {
    let end: EndEvent | undefined;
    worker.on('message', (message: WorkerMessage) => {
      if (message.type === 'failure') {
        reject(new UserError(message.message, message.hint, message.exitCode));
        return;
      }
      onEvents(message.events);
      const last = message.events.at(-1);
      if (last?.type === 'end') end = last;
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      if (end) resolve(end);
      else reject(new Error(`the training thread ended unexpectedly (code ${code})`));
    });
  });
  const send = (command: TrainCommand) => {
    commands.postMessage(command); // first, so that it waits when the step is abandoned
    if (command.type === 'stop') abandon.ask();
  };
  return { send, finished };
}
