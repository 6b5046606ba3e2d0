import type { RunRecord } from '../checkpoint/record.js';
import { bestOf, findCheckpoints } from '../checkpoint/run.js';
import type { EndEvent, EndReason } from './events.js';

/**
 * Returns the last event of a run. Its loss is that of the checkpoint it names, which need not be the lowest
 * of the whole history: a run that continues in a new folder leaves earlier checkpoints behind.
 * @param coming path of a checkpoint that is about to be put in place
 */
export function endOf(
  run: string,
  reason: EndReason,
  { step, history }: Pick<RunRecord['progress'], 'step'> & Pick<RunRecord, 'history'>,
  coming?: string,
): EndEvent {
  const best = bestOf(findCheckpoints(run, coming));
  // A very long history lacks some entries; file names have four decimals.
  const measured = history.find((point) => point.step === best?.step && best.validation !== undefined);
  const bestLoss = measured?.validation ?? best?.validation ?? null;
  return { type: 'end', reason, step, bestLoss, path: best?.path ?? null };
}
