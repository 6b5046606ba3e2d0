/** The training thread: trains, writes the events to the run's log and posts them to the main thread. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { readCheckpoint } from '../checkpoint/checkpoint.js';
import { Ownership } from '../checkpoint/lock.js';
import { LOG_FILE } from '../checkpoint/run.js';
import { Abandon } from '../engine/abandon.js';
import { fileError, UserError } from '../errors.js';
import type { TrainEvent } from '../train/events.js';
import { openSession } from '../train/session.js';
import { train } from '../train/trainer.js';
import { Heartbeat } from './heartbeat.js';
import { openLog } from './log.js';
import type { WorkerData, WorkerMessage } from './messages.js';
import { Mailbox, Outbox } from './post.js';

const port = parentPort;
if (!port) throw new Error('worker/entry.js runs as a worker thread only');
const { job, live, commands, abandon, heartbeat } = workerData as WorkerData;
const post = (message: WorkerMessage) => port.postMessage(message);
const outbox = new Outbox((events) => post({ type: 'events', events }));

try {
  const { from: path } = job;
  const { step } = job.record.progress;
  const from = path === undefined ? undefined : { path, state: (await readCheckpoint(path)).state };
  const ownership = new Ownership(job.run, job.token);
  const origin = path === undefined ? undefined : { step, path };
  const log = openLog(join(job.run, LOG_FILE), origin, ownership);
  const session = openSession(job.run, job.record, {
    from,
    ownership,
    engine: job.engine,
    threads: job.threads ?? availableParallelism(),
    abandon: new Abandon(abandon),
  });
  const clock = new Heartbeat(heartbeat);
  const now = () => clock.now();
  // A user who sees the live sample also sees that the disk is full, and can make room.
  const announce = (events: readonly TrainEvent[]) => log.announce(events);
  const control = {
    commands: new Mailbox(commands, outbox),
    stopAt: job.stopAt,
    live,
    patient: live,
    announce,
    now,
  };
  for await (const event of train(session, control)) {
    const trouble = log.write(event);
    outbox.put(event);
    if (trouble) outbox.put(trouble);
  }
  log.close();
} catch (failure) {
  const error = fileError(failure, job.run, 'Check that the folder of the run is unchanged.', 'write');
  outbox.flush();
  if (!(error instanceof UserError)) throw error;
  post({ type: 'failure', message: error.message, hint: error.hint, exitCode: error.exitCode });
}
