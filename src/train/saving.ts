import { existsSync } from 'node:fs';
import { LostRunError } from '../checkpoint/lock.js';
import { ExitCode, fileError, UserError } from '../errors.js';
import { MOMENTS } from '../model/optimizer.js';
import { grouped } from '../numbers.js';
import type { Controls } from './controls.js';
import type { TrainEvent } from './events.js';
import type { Session } from './session.js';

/** Seconds between two tries: 1, 2, 4 and so on, up to this many. */
const LONGEST_WAIT = 30;
/** How often to check that the folder of the run exists. */
const CHECK_EVERY_MS = 1000;

/**
 * Saves a checkpoint. If the disk refuses and training is patient, it reports why, waits, and tries again
 * until it succeeds: after a while, at once on a save command, and for the last time on a stop command.
 * @param save writes the checkpoint, whole or not at all, and returns its event
 * @returns whether it waited
 * @throws UserError with the exit code for disk errors if training is not patient or the last try fails
 */
export async function* persist(
  save: () => Promise<TrainEvent>,
  { session, controls, patient, step }: PersistOptions,
): AsyncGenerator<TrainEvent, boolean> {
  for (let wait = 1; ; wait = Math.min(LONGEST_WAIT, 2 * wait)) {
    controls.saveRequested = false;
    const failure = await save().catch((error: unknown) => diskError(error, session));
    if (!(failure instanceof UserError)) {
      yield failure;
      return wait > 1;
    }
    if (!patient || controls.stopRequested) throw failure;
    yield { type: 'trouble', step, message: failure.message, hint: failure.hint, seconds: wait };
    const end = performance.now() + 1000 * wait;
    while (!controls.saveRequested && !controls.stopRequested && performance.now() < end) {
      await controls.wait();
      yield* controls.carryOut(step);
    }
  }
}

interface PersistOptions {
  readonly session: Session;
  readonly controls: Controls;
  readonly patient: boolean;
  readonly step: number;
}

/** Returns the error to report and a remedy. @throws the error itself if the disk is not to blame */
function diskError(error: unknown, { run, weights, record, ownership }: Session): UserError {
  if (error instanceof LostRunError) throw error;
  if (!existsSync(run)) {
    return new UserError(
      `${run} is gone: it was removed or moved during training`,
      'Put it back; a new folder of that name would lack the text.',
      ExitCode.io,
    );
  }
  ownership?.verify(); // whoever takes over a run removes unfinished files, so writing them fails
  const failure = fileError(error, run, 'Check that it is writable.', 'write');
  if (!(failure instanceof UserError)) throw failure;
  const { training, model } = record;
  // Weights, their moments, and two states for each sequence; the rest is small.
  const floats =
    (1 + MOMENTS.length) * weights.table.count + 2 * model.layers * training.batchSize * model.hidden;
  const kilobytes = grouped(Math.ceil((4 * floats) / 1000) + 100);
  return new UserError(
    failure.message,
    `Make room for ${kilobytes} kB, or make the folder writable; older checkpoints are unchanged.`,
    ExitCode.io,
  );
}

/** Notices that the folder of a run is gone before a checkpoint needs it. */
export class FolderWatch {
  #checked = performance.now();

  constructor(readonly folder: string) {}

  get isGone(): boolean {
    const now = performance.now();
    if (now - this.#checked < CHECK_EVERY_MS) return false;
    this.#checked = now;
    return !existsSync(this.folder);
  }
}
