import type { TrainEvent } from './events.js';
import { Run, type TrainControl } from './run.js';
import type { Session } from './session.js';

/**
 * Trains, and yields what happens as it happens.
 *
 * Each step learns from one window of the text. Every `evalEvery` steps the network is validated, writes a
 * sample, and is saved; none of these can change what the next step does, since they have states and random
 * streams of their own. Commands are carried out between two steps; a stop may abandon the step or the
 * validation in progress.
 *
 * A step whose numbers are wrong is not applied: the run rolls back to its last good checkpoint, once, and
 * then ends.
 */
export async function* train(
  session: Session,
  control?: TrainControl,
): AsyncGenerator<TrainEvent, void, void> {
  const run = new Run(session, control);
  let fault: string | undefined;
  yield run.startEvent();
  while (fault !== undefined || run.ending === undefined) {
    if (fault !== undefined) {
      if (!run.canRollBack) return yield run.endEvent('diverged', fault);
      yield* run.rollBack(fault);
    }
    fault = yield* run.learn();
    if (fault !== undefined) continue;

    const validates = run.owesValidation;
    yield* run.takeCommands();
    const loss = validates ? yield* run.validate() : undefined;
    if (validates || run.mayBeSaved) fault = run.faultOf(loss);
    if (fault !== undefined) continue;
    if (loss !== undefined) {
      yield* run.record(loss);
      yield run.sample();
      yield* run.save();
      run.clock.skip();
    }
    if (run.ending) break;

    yield* run.pause();
    if (run.isStopping) {
      if (!run.isSaved) yield* run.save();
      return yield run.endEvent('stopped');
    }
  }
  yield run.endEvent(run.ending ?? 'finished');
}
