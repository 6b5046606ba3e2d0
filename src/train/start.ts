import { describeModel } from '../model/config.js';
import type { StartEvent } from './events.js';
import type { Session } from './session.js';

/**
 * Returns the first event of a session.
 * @param totalSteps of the whole run; undefined if its length is in minutes
 */
export function startOf(session: Session, totalSteps: number | undefined): StartEvent {
  const { run, record, weights, batches, engine } = session;
  const { training } = record;
  return {
    type: 'start',
    run,
    corpus: record.corpus.name,
    model: describeModel(record.model),
    parameters: weights.table.count,
    engine: engine.name,
    threads: engine.threads,
    step: record.progress.step,
    stepsPerEpoch: batches.windowsPerEpoch,
    charactersPerStep: training.batchSize * training.sequenceLength,
    totalSteps,
    minutes: training.length.unit === 'minutes' ? training.length.amount : undefined,
    patience: training.patience,
    seconds: record.progress.seconds,
    lr: training.lr,
  };
}
