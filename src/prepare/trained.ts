import { createHash } from 'node:crypto';
import { type Checkpoint, freshState, readCheckpoint, writeCheckpoint } from '../checkpoint/checkpoint.js';
import type { Claim } from '../checkpoint/claim.js';
import { DECODING, NETWORK } from '../checkpoint/options.js';
import { type Origin, type RunRecord, vocabularyOf } from '../checkpoint/record.js';
import { checkpointPath, resolveCheckpoint } from '../checkpoint/run.js';
import { UserError } from '../errors.js';
import { extended } from '../model/extend.js';
import { grouped } from '../numbers.js';
import { flagOf, type OptionRow, type OptionTable } from '../options.js';
import type { LearnedText } from '../text/learn.js';
import { nameCharacter, type Vocabulary } from '../text/vocabulary.js';
import { refuseConflicts, type TrainingRequest } from './request.js';

/** The checkpoint whose weights a new run starts from. */
export interface Trained extends Checkpoint {
  readonly origin: Origin;
}

/** How many characters a notice names. */
const MOST_NAMED = 10;

/** The options that the weights of a checkpoint fix. */
const SHAPE: OptionTable = Object.fromEntries(
  Object.entries<OptionRow>(NETWORK).filter(([, option]) => option.frozen === 'shape'),
);

/**
 * Reads the checkpoint of `--from`: a file, or the best one of a run.
 * @throws UserError where it is not a checkpoint, or where options do not go with its weights
 */
export async function readTrained(model: string, request: TrainingRequest): Promise<Trained> {
  const { path } = resolveCheckpoint(model, 'best');
  const checkpoint = await readCheckpoint(path);
  const { record, state } = checkpoint;
  refuseOtherShape(request, record, path);
  const hash = createHash('sha256').update(state.values).digest('hex');
  const origin = { path, step: record.progress.step, corpus: record.corpus.name, hash };
  return { ...checkpoint, origin };
}

function refuseOtherShape({ network, decoding }: TrainingRequest, record: RunRecord, path: string): void {
  // Characters are code points in all encodings but one.
  const isBytes = (encoding: string | undefined) => encoding === 'bytes';
  const isSameKind = isBytes(decoding.encoding) === isBytes(record.decoding.encoding);
  const given = isSameKind ? network : { ...network, encoding: decoding.encoding };
  const rows = { ...SHAPE, encoding: DECODING.encoding };
  refuseConflicts(rows, given, record, (option, recorded, changed) => {
    return new UserError(
      `${path} was trained with ${recorded}, and ${changed} does not go with its weights`,
      `Leave ${flagOf(option)} out, or leave --from out to train a network of that shape from scratch.`,
    );
  });
}

/**
 * Returns notices: where the weights come from, which characters and other symbols are new, and which of the
 * old ones the text lacks.
 */
export function symbolNotices(
  { record, origin }: Trained,
  { vocabulary, tally }: Pick<LearnedText, 'vocabulary' | 'tally'>,
): string[] {
  const old = vocabularyOf(record);
  const absent = vocabulary.codePoints.filter((_, i) => tally.counts[i] === 0);
  const added = vocabulary.codePoints.filter((codePoint) => old.idOf(codePoint) === undefined);
  const list = <T>(some: readonly T[], name: (one: T) => string) => {
    const more = some.length > MOST_NAMED ? ` and ${grouped(some.length - MOST_NAMED)} more` : '';
    return `${some.slice(0, MOST_NAMED).map(name).join(', ')}${more}`;
  };
  const notices = [`weights from ${origin.path} (${origin.corpus}, step ${grouped(origin.step)})`];
  if (added.length > 0) {
    notices.push(
      `characters added, which the weights do not know yet: ${list(added, (codePoint) => old.nameUnknown([codePoint]))}`,
    );
  }
  if (absent.length > 0) {
    notices.push(`characters kept, though the text lacks them: ${list(absent, nameCharacter)}`);
  }
  if (old.end === undefined && vocabulary.end !== undefined) {
    notices.push('the weights learned one whole text, and do not know yet where texts begin and end');
  }
  if (old.end !== undefined && vocabulary.end === undefined) {
    notices.push('the weights learned many texts; in this whole text they will forget where texts end');
  }
  const [before, now] = [old, vocabulary].map(({ labels }) =>
    labels.flatMap(({ column, values }) => values.map(({ value }) => ({ column, value }))),
  );
  const missing = (labels: typeof now, from: Vocabulary) =>
    labels!.filter(({ column, value }) => from.labelId(column, value) === undefined);
  const name = ({ column, value }: { column: string; value: string }) => `${column}=${value}`;
  const [newLabels, lost] = [missing(now, old), missing(before, vocabulary)];
  if (newLabels.length > 0) {
    notices.push(`labels added, which the weights do not know yet: ${list(newLabels, name)}`);
  }
  if (lost.length > 0)
    notices.push(`labels left out, in columns that this run does not read: ${list(lost, name)}`);
  return notices;
}

/**
 * Writes the first checkpoint of a run that starts from trained weights. Like any other it can be resumed
 * from and rolled back to, whatever happens to the checkpoint that the weights came from. Moments and states
 * are those of a new run.
 * @returns its path
 */
export async function writeBeginning(
  { path: run, ownership }: Pick<Claim, 'path' | 'ownership'>,
  record: RunRecord,
  { record: before, state, engine }: Trained,
): Promise<string> {
  const ids = vocabularyOf(record).idsIn(vocabularyOf(before));
  const values = extended(state.values, before.model, ids, record.training.seed);
  const path = checkpointPath(run, 0, undefined);
  const beginning = { record, engine, state: freshState(values, record) };
  await writeCheckpoint(path, beginning, ownership.verify);
  return path;
}
