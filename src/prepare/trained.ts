import { createHash } from 'node:crypto';
import { type Checkpoint, freshState, readCheckpoint, writeCheckpoint } from '../checkpoint/checkpoint.js';
import type { Origin, RunRecord } from '../checkpoint/record.js';
import { checkpointPath, resolveCheckpoint } from '../checkpoint/run.js';
import { UserError } from '../errors.js';
import { extended } from '../model/extend.js';
import { grouped } from '../numbers.js';
import { nameCharacter, Vocabulary } from '../text/vocabulary.js';
import { type FixedFlag, flagText, shapeFlags, type TrainFlags } from './request.js';

/** The checkpoint whose weights a new run begins with. */
export interface Trained extends Checkpoint {
  readonly origin: Origin;
}

/** So many characters are named in a notice. */
const MOST_NAMED = 10;

/**
 * Reads what `--from` names: a checkpoint file, or a run, of which the best is taken.
 * @throws UserError where it is none, or where flags or a missing text do not go with it
 */
export async function readTrained(
  model: string,
  names: readonly string[],
  flags: TrainFlags,
): Promise<Trained> {
  const { path } = resolveCheckpoint(model, 'best');
  if (names.length === 0) {
    throw new UserError(
      `--from ${model} begins a new run, and no text is named`,
      'Name the text to learn, or go on with the same text by --resume.',
    );
  }
  const checkpoint = await readCheckpoint(path);
  const { record, state } = checkpoint;
  refuseConflicts(flags, record, path);
  const hash = createHash('sha256').update(state.values).digest('hex');
  const origin = { path, step: record.progress.step, corpus: record.corpus.name, hash };
  return { ...checkpoint, origin };
}

function refuseConflicts(flags: TrainFlags, { model, decoding }: RunRecord, path: string): void {
  const isBytes = (encoding: string) => encoding === 'bytes';
  const isSameKind = flags.encoding !== undefined && isBytes(flags.encoding) === isBytes(decoding.encoding);
  const fixed: FixedFlag[] = [
    ...shapeFlags(flags, model),
    ['--encoding', isSameKind ? undefined : flags.encoding, decoding.encoding],
  ];
  for (const [flag, given, recorded] of fixed) {
    if (given === undefined || given === recorded) continue;
    throw new UserError(
      `${path} was trained with ${flagText(flag, recorded)}, and ${flagText(flag, given)} does not go with its weights`,
      `Leave ${flag} out, or leave --from out to train a network of that shape from nothing.`,
    );
  }
}

/** What becomes of the characters: which the network did not know, and which of its own the text does not have. */
export function characterNotices(
  { record, origin }: Trained,
  codePoints: readonly number[],
  absent: readonly number[],
): string[] {
  const old = new Vocabulary(record.codePoints, record.decoding.encoding);
  const added = codePoints.filter((codePoint) => old.idOf(codePoint) === undefined);
  const list = (some: readonly number[], name: (codePoint: number) => string) => {
    const more = some.length > MOST_NAMED ? ` and ${grouped(some.length - MOST_NAMED)} more` : '';
    return `${some.slice(0, MOST_NAMED).map(name).join(', ')}${more}`;
  };
  const notices = [`weights from ${origin.path} (${origin.corpus}, step ${grouped(origin.step)})`];
  if (added.length > 0) {
    notices.push(
      `characters added, which they do not know yet: ${list(added, (codePoint) => old.nameUnknown([codePoint]))}`,
    );
  }
  if (absent.length > 0) {
    notices.push(`characters kept, though the text does not have them: ${list(absent, nameCharacter)}`);
  }
  return notices;
}

/**
 * Writes the first checkpoint of a run that begins with trained weights: then it can be gone on from, and back to, as
 * from any other, whatever becomes of the checkpoint that they came from. Moments and states are those of a new run.
 * @returns its path
 */
export async function writeBeginning(
  run: string,
  record: RunRecord,
  { record: before, state, engine }: Trained,
): Promise<string> {
  const { training, codePoints } = record;
  const old = new Vocabulary(before.codePoints, before.decoding.encoding);
  const ids = codePoints.map((codePoint) => old.idOf(codePoint));
  const values = extended(state.values, before.model, ids, training.seed);
  const path = checkpointPath(run, 0, undefined);
  await writeCheckpoint(path, { record, engine, state: freshState(values, record) });
  return path;
}
