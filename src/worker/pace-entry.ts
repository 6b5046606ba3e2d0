/** The thread that measures how fast a network learns, for a run that is only planned. */
import { availableParallelism } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { NO_PROGRESS } from '../checkpoint/record.js';
import { UserError } from '../errors.js';
import { measurePace } from '../train/pace.js';
import { openSession } from '../train/session.js';
import type { TrainingJob } from './messages.js';
import type { PaceMessage } from './pace.js';

const { run, record, engine: choice, threads = availableParallelism() } = workerData as TrainingJob;
const post = (message: PaceMessage) => parentPort!.postMessage(message);

try {
  // Steps take the same time with initial weights, which need not be read.
  const beginning = { ...record, progress: NO_PROGRESS, history: [] };
  const session = openSession(run, beginning, { engine: choice, threads });
  const { engine } = session;
  const pace = { ...measurePace(session), engine: engine.name, threads: engine.threads };
  post({ type: 'pace', pace });
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  post({ type: 'failure', message: error.message, hint: error.hint, exitCode: error.exitCode });
}
