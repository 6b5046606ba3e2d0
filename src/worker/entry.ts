/** The training thread: runs the trainer, writes its events to the run's log and posts them to the main thread. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { readCheckpoint } from '../checkpoint/checkpoint.js';
import { LOG_FILE } from '../checkpoint/run.js';
import { fileError, UserError } from '../errors.js';
import type { TrainCommand, TrainEvent } from '../train/events.js';
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
  const log = openLog(join(job.run, LOG_FILE));
  for await (const event of train(openSession(job.run, job.record, state), nextCommand, job.stopAt)) {
    log.write(event);
    post({ type: 'event', event });
  }
  log.close();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  post({ type: 'failure', message: error.message, hint: error.hint, exitCode: error.exitCode });
}

/** The run's log, an event a line; what was logged before stays. */
function openLog(path: string) {
  const guard = <T>(action: () => T): T => {
    try {
      return action();
    } catch (error) {
      throw fileError(
        error,
        path,
        'Make room on the disk or mend its permissions; then go on with --resume.',
        'write',
      );
    }
  };
  const file = guard(() => openSync(path, 'a'));
  return {
    write: (event: TrainEvent) => guard(() => writeSync(file, `${JSON.stringify(event)}\n`)),
    close: () => closeSync(file),
  };
}
