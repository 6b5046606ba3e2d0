import { UserError } from '../../errors.js';

/** For so long at most a key may have to wait. */
const SLICE_MS = 8;

/**
 * Works a few milliseconds at a time, between the events of the program.
 * @param told how far it has come, after each slice; what came of it; and why nothing does, where a user can
 * mend that
 * @returns what stops it
 */
export function inSlices<Step, Result>(
  work: Generator<Step, Result, void>,
  told: {
    onStep(last: Step): void;
    onEnd?(result: Result): void;
    onFailure?(error: UserError): void;
  },
): () => void {
  const go = () => {
    const pause = performance.now() + SLICE_MS;
    let last: Step | undefined;
    try {
      let step = work.next();
      for (; !step.done; step = work.next()) {
        last = step.value;
        if (performance.now() >= pause) break;
      }
      if (last !== undefined) told.onStep(last);
      if (step.done) told.onEnd?.(step.value);
      else next = setImmediate(go);
    } catch (error) {
      if (!(error instanceof UserError) || !told.onFailure) throw error;
      told.onFailure(error);
    }
  };
  let next = setImmediate(go);
  return () => {
    clearImmediate(next);
    work.return(undefined as never);
  };
}
