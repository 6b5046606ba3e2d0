/** The training thread: runs the trainer, writes its events to the run's log and posts them to the main thread. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { readCheckpoint } from '../checkpoint/checkpoint.js';
import { LOG_FILE } from '../checkpoint/run.js';
import { fileError, UserError } from '../errors.js';
import type { TrainCommand } from '../train/events.js';
import { openSession } from '../train/session.js';
import { train } from '../train/trainer.js';
import type { TrainingJob, WorkerMessage } from './messages.js';

const port = parentPort;
if (!port) throw new Error('worker/entry.js runs as a worker thread only');
const job = workerData as TrainingJob;
const post = (message: WorkerMessage) => port.postMessage(message);

/** Training never yields to the event loop, so commands are fetched, not delivered. */
const nextCommand = () => receiveMessageOnPort(port)?.message as TrainCommand | undefined;

try {
  const state = job.from === undefined ? undefined : (await readCheckpoint(job.from)).state;
  const path = join(job.run, LOG_FILE);
  const log = openSync(path, 'a');
  for await (const event of train(openSession(job.run, job.record, state), nextCommand, job.stopAt)) {
    try {
      writeSync(log, `${JSON.stringify(event)}\n`);
    } catch (error) {
      throw fileError(error, path, 'Make room on the disk; then go on with --resume.');
    }
    post({ type: 'event', event });
  }
  closeSync(log);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  post({ type: 'failure', message: error.message, hint: error.hint, exitCode: error.exitCode });
}
