import { UserError } from '../../errors.js';

/** The longest time that a key may have to wait. */
const SLICE_MS = 8;

/**
 * Runs a generator a few milliseconds at a time, between the events of the program.
 * @param on receives the last step of each slice, the result, and any UserError
 * @returns a function that stops the work
 */
export function inSlices<Step, Result>(
  work: Generator<Step, Result, void>,
  on: {
    onStep(last: Step): void;
    onEnd?(result: Result): void;
    onFailure?(error: UserError): void;
  },
): () => void {
  const run = () => {
    const pause = performance.now() + SLICE_MS;
    let last: Step | undefined;
    try {
      let step = work.next();
      for (; !step.done; step = work.next()) {
        last = step.value;
        if (performance.now() >= pause) break;
      }
      if (last !== undefined) on.onStep(last);
      if (step.done) on.onEnd?.(step.value);
      else next = setImmediate(run);
    } catch (error) {
      if (!(error instanceof UserError) || !on.onFailure) throw error;
      on.onFailure(error);
    }
  };
  let next = setImmediate(run);
  return () => {
    clearImmediate(next);
    work.return(undefined as never);
  };
}
