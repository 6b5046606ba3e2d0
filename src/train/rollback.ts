import { basename } from 'node:path';
import { type Checkpoint, readCheckpoint } from '../checkpoint/checkpoint.js';
import { isDamage, setAside } from '../checkpoint/fallback.js';
import { listCheckpoints, runOf } from '../checkpoint/run.js';
import type { TroubleEvent } from './events.js';
import type { Session } from './session.js';

/** What a run rolls back to. */
interface Intact {
  /** Undefined for the weights drawn from the seed. */
  readonly path: string | undefined;
  readonly checkpoint: Checkpoint | undefined;
  /** One for each damaged checkpoint that was passed over. */
  readonly troubles: readonly TroubleEvent[];
}

/**
 * Reads the last intact checkpoint of a run: one of its own, or else of the run that it continues in another
 * folder. Damaged ones of its own are set aside. A run that started from the seed can always start again.
 * @param lastGood path of the last one that was good when it was written; undefined if there is none
 * @param step the last step of the run, which no checkpoint may exceed
 * @throws UserError if none is intact
 */
export async function lastIntact(
  { run, from, record, ownership }: Session,
  lastGood: string | undefined,
  step: number,
): Promise<Intact> {
  const own = lastGood === undefined || runOf(lastGood) !== run ? [] : upTo(run, step);
  const earlier = from === undefined || runOf(from) === run ? [] : upTo(runOf(from), record.progress.step);
  const troubles: TroubleEvent[] = [];
  let failure: unknown;
  for (const path of [...own, ...earlier]) {
    try {
      return { path, checkpoint: await readCheckpoint(path), troubles };
    } catch (error) {
      if (!isDamage(error)) throw error;
      failure = error;
      const { message } = error;
      const isOwn = own.includes(path);
      if (isOwn) await setAside({ path, message }, () => ownership?.verify());
      const aside = isOwn ? `; the damaged file is now ${basename(path)}.damaged` : '';
      const hint = `The run goes back to the checkpoint before it${aside}.`;
      troubles.push({ type: 'trouble', step, message, hint, seconds: null });
    }
  }
  if (from !== undefined && failure !== undefined) throw failure;
  return { path: undefined, checkpoint: undefined, troubles };
}

/** The paths of the checkpoints of a run up to a step, from last to first. */
function upTo(run: string, step: number): string[] {
  const files = listCheckpoints(run).filter((file) => file.step <= step);
  return files.map(({ path }) => path).reverse();
}
