/** The training thread: runs the trainer, writes its events to the run's log and posts them to the main thread. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { readCheckpoint } from '../checkpoint/checkpoint.js';
import { LOG_FILE } from '../checkpoint/run.js';
import { UserError } from '../errors.js';
import { openSession } from '../train/session.js';
import { train } from '../train/trainer.js';
import { openLog } from './log.js';
import type { WorkerData, WorkerMessage } from './messages.js';
import { Mailbox, Outbox } from './post.js';

const port = parentPort;
if (!port) throw new Error('worker/entry.js runs as a worker thread only');
const { job, live } = workerData as WorkerData;
const post = (message: WorkerMessage) => port.postMessage(message);

try {
  const { from: path } = job;
  const from = path === undefined ? undefined : { path, state: (await readCheckpoint(path)).state };
  const log = openLog(join(job.run, LOG_FILE));
  const outbox = new Outbox((events) => post({ type: 'events', events }));
  const commands = new Mailbox(port, outbox);
  const session = openSession(job.run, job.record, {
    from,
    engine: job.engine,
    threads: job.threads ?? availableParallelism(),
  });
  for await (const event of train(session, { commands, stopAt: job.stopAt, live })) {
    log.write(event);
    outbox.put(event);
  }
  log.close();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  post({ type: 'failure', message: error.message, hint: error.hint, exitCode: error.exitCode });
}
