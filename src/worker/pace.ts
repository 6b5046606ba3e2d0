import { once } from 'node:events';
import { UserError } from '../errors.js';
import { startThread } from '../thread.js';
import type { Pace } from '../train/pace.js';
import type { Failure, TrainingJob } from './messages.js';

/** How fast a network learns, and on which engine. */
export interface MeasuredPace extends Pace {
  readonly engine: string;
  readonly threads: number;
}

/** A message of the thread that measures. */
export type PaceMessage = { readonly type: 'pace'; readonly pace: MeasuredPace } | Failure;

/**
 * Measures how fast the network of a job learns here. It does so in a thread of its own, as training does, so
 * that signals are heeded meanwhile. Nothing is written.
 * @throws UserError if the text of the run cannot be read, or there is not enough memory
 */
export async function paceOf(job: TrainingJob): Promise<MeasuredPace> {
  const worker = startThread(new URL('./pace-entry.js', import.meta.url), job);
  try {
    const [message] = (await once(worker, 'message')) as [PaceMessage];
    if (message.type === 'failure') throw new UserError(message.message, message.hint, message.exitCode);
    return message.pace;
  } finally {
    await worker.terminate();
  }
}
