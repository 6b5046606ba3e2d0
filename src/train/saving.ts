import { existsSync } from 'node:fs';
import { ExitCode, fileError, UserError } from '../errors.js';
import { MOMENTS } from '../model/optimizer.js';
import { grouped } from '../numbers.js';
import type { Controls } from './controls.js';
import type { TrainEvent } from './events.js';
import type { Session } from './session.js';

/** Between two tries pass 1, 2, 4 ... seconds, at most so many. */
const LONGEST_WAIT = 30;
/** The folder of the run is looked for so often. */
const LOOK_EVERY_MS = 1000;

/**
 * Saves a checkpoint. Where the disk refuses and somebody watches, training stands still, says why, and tries again
 * until it works: by itself after a while, at once when a save is asked for, and for the last time when a stop is.
 * @param save writes the checkpoint whole or not at all, and tells of it
 * @returns whether it waited
 * @throws UserError, with the exit code for disk trouble, where nobody watches or the last try fails
 */
export async function* persist(
  save: () => Promise<TrainEvent>,
  { session, controls, patient, step }: PersistOptions,
): AsyncGenerator<TrainEvent, boolean> {
  for (let wait = 1; ; wait = Math.min(LONGEST_WAIT, 2 * wait)) {
    controls.saves = false;
    const failure = await save().catch((error: unknown) => refused(error, session));
    if (!(failure instanceof UserError)) {
      yield failure;
      return wait > 1;
    }
    if (!patient || controls.stops) throw failure;
    yield { type: 'trouble', step, message: failure.message, hint: failure.hint, seconds: wait };
    const end = performance.now() + 1000 * wait;
    while (!controls.saves && !controls.stops && performance.now() < end) {
      await controls.wait();
      yield* controls.take(step);
    }
  }
}

interface PersistOptions {
  readonly session: Session;
  readonly controls: Controls;
  readonly patient: boolean;
  readonly step: number;
}

/** What the disk refused, with what can be done; what is no fault of the disk is thrown on. */
function refused(error: unknown, { run, weights, record }: Session): UserError {
  if (!existsSync(run)) {
    return new UserError(
      `${run} is gone: it was removed or moved while it was trained`,
      'Put it back; a new folder of that name would lack the text.',
      ExitCode.io,
    );
  }
  const failure = fileError(error, run, 'Check that it may be written.', 'write');
  if (!(failure instanceof UserError)) throw failure;
  const { training, model } = record;
  // Weights, their moments, and two states for each sequence; the rest is small.
  const floats =
    (1 + MOMENTS.length) * weights.table.count + 2 * model.layers * training.batchSize * model.hidden;
  const kilobytes = grouped(Math.ceil((4 * floats) / 1000) + 100);
  return new UserError(
    failure.message,
    `Make room for ${kilobytes} kB, or make the folder writable; older checkpoints are as they were.`,
    ExitCode.io,
  );
}

/** Sees that the folder of a run is gone before a checkpoint needs it. */
export class FolderWatch {
  #looked = performance.now();

  constructor(readonly folder: string) {}

  get isGone(): boolean {
    const now = performance.now();
    if (now - this.#looked < LOOK_EVERY_MS) return false;
    this.#looked = now;
    return !existsSync(this.folder);
  }
}
