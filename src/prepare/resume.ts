import { basename, join } from 'node:path';
import { type Recorded, verifyCheckpoint } from '../checkpoint/checkpoint.js';
import { claimNewRun, claimRun } from '../checkpoint/claim.js';
import { type Damaged, readFirst, setAside } from '../checkpoint/fallback.js';
import { describeLength, type RunRecord, type TrainingOptions } from '../checkpoint/record.js';
import { listCheckpoints, resolveCheckpoint, resolveCheckpoints, runOf } from '../checkpoint/run.js';
import { withTemporaryFolder } from '../cli/output/temporary.js';
import { openEngine } from '../engine/engine.js';
import { fileError, UserError } from '../errors.js';
import { quoted } from '../format.js';
import { Dataset, prepareDataset } from '../text/dataset.js';
import { openLearned } from '../text/learned.js';
import { corpusKey, notedCorpus, shareFile } from '../text/reuse.js';
import { resolveCorpus } from '../text/sources.js';
import { splitCorpus } from '../text/split.js';
import { Vocabulary } from '../text/vocabulary.js';
import { shareDone } from '../train/schedule.js';
import { checkMemory } from './memory.js';
import {
  chosenLength,
  type FixedFlag,
  flagText,
  type PreparedTraining,
  shapeFlags,
  type TrainFlags,
} from './request.js';

/**
 * Goes on with a run: the newest, a run folder, or a checkpoint file. With --out it goes on in a new folder, and the
 * run it came from stays as it is.
 * @throws UserError where the run is missing, damaged, of another text or configuration, or complete
 */
export async function prepareResume(names: readonly string[], flags: TrainFlags): Promise<PreparedTraining> {
  const named = flags.resume === true ? undefined : flags.resume;
  const original = runOf(resolveCheckpoint(named, 'last').path);
  // A run that goes on in its own folder is taken before it is read: nobody else may be training it meanwhile.
  const claim = await (flags.out === undefined
    ? claimRun(original)
    : claimNewRun(flags.out, basename(original)));
  try {
    const found = await readFirst(resolveCheckpoints(named ?? original, 'last'), verifyCheckpoint);
    const { path: checkpoint, value, damaged } = found;
    const record = await resumedRecord(found, names, flags);
    const { model: config, codePoints, decoding, training, corpus } = record;
    const vocabulary = new Vocabulary(codePoints, decoding.encoding);
    const memory = checkMemory({ config, vocabulary, training, corpus }, flags);
    if (claim.path !== original) await copyText(original, record, claim.path);
    else for (const file of damaged) await setAside(file);
    const job = {
      run: claim.path,
      record,
      from: checkpoint,
      stopAt: flags.stopAt,
      engine: flags.engine,
      threads: flags.threads,
    };
    const notices = [
      ...damaged.map((file) => passedOver(file, basename(checkpoint), claim.path === original)),
      ...otherEngine(value.engine, flags),
      ...memory,
    ];
    return { job, notices, release: claim.release };
  } catch (error) {
    await claim.release();
    throw error;
  }
}

function passedOver({ path, message }: Damaged, checkpoint: string, isAside: boolean): string {
  const aside = isAside ? `; the damaged file is now ${basename(path)}.damaged` : '';
  return `${message}; the run goes on from the one before, ${checkpoint}${aside}`;
}

/** The record of a checkpoint with what the flags change, after everything that speaks against going on with it. */
async function resumedRecord(
  { path: checkpoint, value, damaged }: { path: string; value: Recorded; damaged: readonly Damaged[] },
  names: readonly string[],
  flags: TrainFlags,
): Promise<RunRecord> {
  const run = runOf(checkpoint);
  const { record } = value;
  const { step } = record.progress;
  if (record.corpus.length === 0) {
    throw new UserError(
      `${run} was imported, and has no text to go on with`,
      `Name one, in a new run: charlstm train TEXT --from ${quoted(run)}.`,
    );
  }
  refuseFrozen(flags, record, run);
  if (names.length > 0) await refuseOtherText(names, record, run);
  openLearned(run, record.model.vocabulary, record.corpus).close();
  const bad = new Set(damaged.map(({ path }) => path));
  const later = listCheckpoints(run).filter((file) => file.step > step && !bad.has(file.path));
  if (later.length > 0 && flags.out === undefined) {
    throw new UserError(
      `${run} has later checkpoints than ${basename(checkpoint)}, up to step ${later.at(-1)!.step}`,
      'Resume the run itself, or go on from here in a new folder with --out.',
    );
  }
  if (flags.stopAt !== undefined && flags.stopAt <= step) {
    throw new UserError(
      `--stop-at is ${flags.stopAt}, and the run is at step ${step} already`,
      'Give a later step.',
    );
  }
  const training: TrainingOptions = {
    ...record.training,
    length: chosenLength(flags) ?? record.training.length,
    lr: flags.lr ?? record.training.lr,
    clip: flags.clip ?? record.training.clip,
    weightDecay: flags.weightDecay ?? record.training.weightDecay,
    evalEvery: flags.evalEvery ?? record.training.evalEvery,
    keep: flags.keep ?? record.training.keep,
  };
  // Who chooses another rate begins a new attempt.
  const rollbacks = flags.lr === undefined ? record.progress.rollbacks : 0;
  const resumed = { ...record, training, progress: { ...record.progress, rollbacks } };
  refuseComplete(resumed, run);
  return resumed;
}

/** Builds of the kernels agree to rounding: who wants the bits of the run without a stop must know. */
function otherEngine(written: string, flags: TrainFlags): string[] {
  const { name } = openEngine(flags.engine, { quickly: true });
  if (name === written.replace('relaxed256', 'relaxed')) return []; // both give the same bits
  const exact = written.startsWith('wasm')
    ? '; --engine wasm repeats the bits, if this Node has the same build'
    : '';
  return [`the run was trained by ${written} and goes on with ${name}, which agrees to rounding${exact}`];
}

async function copyText(from: string, { model }: RunRecord, to: string): Promise<void> {
  const dataset = new Dataset(from, model.vocabulary);
  dataset.close();
  const copy = join(to, basename(dataset.path));
  try {
    await shareFile(dataset.path, copy);
  } catch (error) {
    throw fileError(error, copy, 'Make room, or choose another place with --out.', 'write');
  }
}

function refuseComplete(record: RunRecord, run: string): void {
  const { training, progress, history } = record;
  const { unit, amount } = training.length;
  if (shareDone(record) < 1 || history.at(-1)?.step !== progress.step) return; // the last validation may be missing
  throw new UserError(
    `${run} has already had its ${describeLength(training.length)} (step ${progress.step})`,
    `Give it more, for example --${unit} ${unit === 'steps' ? progress.step + amount : 2 * amount}.`,
  );
}

/** What a checkpoint fixes may be repeated on the command line, but not changed. */
function refuseFrozen(
  flags: TrainFlags,
  { model, training, decoding, corpus }: RunRecord,
  run: string,
): void {
  // A short text may have shrunk what was asked for then, and shrinks it to the same now.
  const { split } = splitCorpus(corpus.length, {
    validation: flags.val ?? training.validation,
    batchSize: flags.batchSize ?? training.batchSize,
    sequenceLength: flags.seqLength ?? training.sequenceLength,
  });
  const same = (['validation', 'batchSize', 'sequenceLength'] as const).every(
    (key) => split[key] === training[key],
  );
  const unless = <T>(given: T) => (same ? undefined : given);
  const frozen: FixedFlag[] = [
    ...shapeFlags(flags, model),
    ['--dropout', flags.dropout, model.dropout],
    ['--batch-size', unless(flags.batchSize), training.batchSize],
    ['--seq-length', unless(flags.seqLength), training.sequenceLength],
    ['--val', unless(flags.val), training.validation],
    ['--seed', flags.seed, training.seed],
    ['--encoding', flags.encoding, decoding.encoding],
    ['--normalize-newlines', flags.normalizeNewlines, decoding.normalizeNewlines],
  ];
  for (const [flag, given, recorded] of frozen) {
    if (given === undefined || given === recorded) continue;
    throw new UserError(
      `${run} was begun with ${flagText(flag, recorded)}, which ${flagText(flag, given)} would change`,
      `Leave ${flag} out, or start a new run.`,
    );
  }
}

/** The text may be named again on resume, but it must be the same text. */
async function refuseOtherText(names: readonly string[], record: RunRecord, run: string): Promise<void> {
  const { sources } = await resolveCorpus(names);
  const key = corpusKey(sources, record.decoding);
  const noted = key === undefined ? undefined : notedCorpus(run, key, record.decoding);
  const known = record.codePoints;
  const { hash, vocabulary } =
    noted ??
    (await withTemporaryFolder((folder) => prepareDataset(sources, record.decoding, folder, { known })));
  if (hash === record.corpus.hash && String(vocabulary.codePoints) === String(record.codePoints)) return;
  throw new UserError(
    `${run} learns another text (${record.corpus.name}) than ${names.join(' ')}`,
    `Leave the text out to go on with the run, or leave --resume out to start a new one.`,
  );
}
