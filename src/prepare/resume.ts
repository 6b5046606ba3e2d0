import { basename, join } from 'node:path';
import { type Recorded, readRecord, verifyCheckpoint } from '../checkpoint/checkpoint.js';
import { type Claim, claimNewRun, claimRun } from '../checkpoint/claim.js';
import { type Damaged, readFirst, setAside } from '../checkpoint/fallback.js';
import { TRAIN_OPTIONS, type TrainingOptions } from '../checkpoint/options.js';
import { describeLength, type RunRecord, vocabularyOf } from '../checkpoint/record.js';
import { findCheckpoints, resolveCheckpoint, resolveCheckpoints, runOf } from '../checkpoint/run.js';
import { openEngine } from '../engine/engine.js';
import { WASM } from '../engine/kernels.js';
import { fileError, UserError, withHint } from '../errors.js';
import { quoted } from '../format.js';
import { amountOf } from '../numbers.js';
import { flagOf, type OptionRow, type OptionTable } from '../options.js';
import { arrangeWhole } from '../text/arrange.js';
import { Dataset } from '../text/dataset.js';
import { openLearned } from '../text/learned.js';
import { shareFile } from '../text/reuse.js';
import { type Shares, splitCorpus } from '../text/split.js';
import { endOf } from '../train/end.js';
import { type Ending, endingOf, shareDone } from '../train/schedule.js';
import { refuseOtherTexts } from './frozen-texts.js';
import { checkMemory } from './memory.js';
import { copyOrigin } from './origin.js';
import {
  type EndedRun,
  type PreparedRun,
  type PrepareHooks,
  refuseConflicts,
  type TrainingRequest,
} from './request.js';
import { changeNotices, commandFrom, namesIn, refuseOtherText } from './same-text.js';

/**
 * Prepares to continue a run: the newest, a run folder, or a checkpoint file. With `out` it continues in a
 * new folder, and the run it came from stays as it is.
 * @returns the run as it is, untouched, if it has had the length that is asked for
 * @throws UserError where the run is missing, damaged, or of another text or configuration
 */
export async function prepareResume(
  request: TrainingRequest,
  hooks: PrepareHooks,
): Promise<PreparedRun | EndedRun> {
  const { out, stopAt, engine, threads, isPlanned } = request;
  const named = request.resume === true ? undefined : request.resume;
  const last = resolveCheckpoint(named, 'last').path;
  const original = runOf(last);
  if (await hasEnded(last, request)) {
    const found = await readFirst(resolveCheckpoints(named ?? original, 'last'), verifyCheckpoint);
    const record = await resumedRecord(found, request, hooks);
    const ending = endingIn(record);
    if (ending) return endedRun(original, record, ending, hooks);
  }
  // A run that continues in its own folder is locked before it is read: nobody else may be training it
  // meanwhile.
  const claim = await (out === undefined ? claimRun(original) : claimNewRun(out, basename(original)));
  try {
    const found = await readFirst(resolveCheckpoints(named ?? original, 'last'), verifyCheckpoint);
    const { path: checkpoint, value, damaged } = found;
    const record = await resumedRecord(found, request, hooks);
    const ending = endingIn(record);
    if (ending) {
      await claim.release();
      return endedRun(original, record, ending, hooks);
    }
    const { model: config, training, corpus } = record;
    const vocabulary = vocabularyOf(record);
    const memory = checkMemory({ config, vocabulary, training, corpus }, request);
    if (claim.path !== original)
      await hooks.interruptible(claim.release, () => copyText(original, record, claim));
    else if (!isPlanned) for (const file of damaged) await setAside(file, claim.ownership.verify);
    return {
      job: {
        run: claim.path,
        token: claim.ownership.token,
        record,
        from: checkpoint,
        stopAt,
        engine,
        threads,
      },
      found: undefined,
      notices: [
        ...damaged.map((file) =>
          passedOver(file, basename(checkpoint), claim.path === original && !isPlanned),
        ),
        ...otherEngine(value.engine, request),
        ...(await changeNotices(original, record, hooks)),
        ...memory,
      ],
      release: claim.release,
    };
  } catch (error) {
    await claim.release();
    throw error;
  }
}

function passedOver({ path, message }: Damaged, checkpoint: string, isAside: boolean): string {
  const aside = isAside ? `; the damaged file is now ${basename(path)}.damaged` : '';
  return `${message}; the run continues from the one before, ${checkpoint}${aside}`;
}

/** The record of a checkpoint with the changes of the request, once nothing speaks against continuing it. */
async function resumedRecord(
  { path: checkpoint, value, damaged }: { path: string; value: Recorded; damaged: readonly Damaged[] },
  request: TrainingRequest,
  hooks: PrepareHooks,
): Promise<RunRecord> {
  const run = runOf(checkpoint);
  const { record } = value;
  const { step } = record.progress;
  const { stopAt } = request;
  if (record.corpus.length === 0) {
    throw new UserError(
      `${run} was imported, and has no text to continue with`,
      `Name one, in a new run: charlstm train TEXT --from ${quoted(run)}.`,
    );
  }
  refuseFrozen(request, record, run);
  refuseOtherTexts(request.texts, record, run);
  const model = typeof request.resume === 'string' ? request.resume : run;
  await withHint(
    () =>
      `The text of the run is missing or damaged; its weights can learn it in a new run: ${commandFrom(model, namesIn(request.text))}.`,
    async () => openLearned(run, record.model.vocabulary, record.corpus).close(),
  );
  await refuseOtherText(request.text, record, run, hooks);
  const bad = new Set(damaged.map(({ path }) => path));
  const later = findCheckpoints(run).filter((file) => file.step > step && !bad.has(file.path));
  if (later.length > 0 && request.out === undefined) {
    throw new UserError(
      `${run} has later checkpoints than ${basename(checkpoint)}, up to step ${later.at(-1)!.step}`,
      'Resume the run itself, or continue from this checkpoint in a new folder with --out.',
    );
  }
  if (stopAt !== undefined && stopAt <= step) {
    throw new UserError(
      `--stop-at is ${stopAt}, and the run is at step ${step} already`,
      'Give a later step.',
    );
  }
  return changed(record, request);
}

/** Returns the record of a run with the changes that a request may make. */
function changed(record: RunRecord, request: TrainingRequest): RunRecord {
  const changes = Object.entries(request.training).filter(([name]) => !FROZEN[name]);
  const { length } = record.training;
  const asked = request.length ?? length;
  const isNewLength = asked.unit !== length.unit || asked.amount !== length.amount;
  const training: TrainingOptions = {
    ...record.training,
    ...(isNewLength && { patience: 0 }), // as for a new run with a length of its own
    ...Object.fromEntries(changes),
    length: asked,
  };
  // A new learning rate is a new attempt.
  const rollbacks = request.training.lr === undefined ? record.progress.rollbacks : 0;
  return { ...record, training, progress: { ...record.progress, rollbacks } };
}

/** Warns if another build of the kernels continues the run: builds agree up to rounding, not bit for bit. */
function otherEngine(written: string, { engine }: TrainingRequest): string[] {
  const { name } = openEngine(engine);
  if (name === written) return [];
  const exact = written === WASM ? `; --engine ${WASM} repeats the bits` : '';
  return [
    `the run was trained by ${written} and continues with ${name}, which agrees up to rounding${exact}`,
  ];
}

async function copyText(
  from: string,
  { model }: RunRecord,
  { path: to, ownership: { verify } }: Claim,
): Promise<void> {
  const dataset = new Dataset(from, model.vocabulary);
  dataset.close();
  const copy = join(to, basename(dataset.path));
  try {
    verify();
    await shareFile(dataset.path, copy);
    await copyOrigin(from, to, verify);
  } catch (error) {
    throw fileError(error, copy, 'Make room, or choose another place with --out.', 'write');
  }
}

/** Whether the header of a checkpoint says that its run has ended. It may be damaged nevertheless. */
async function hasEnded(checkpoint: string, request: TrainingRequest): Promise<boolean> {
  try {
    const { record } = await readRecord(checkpoint);
    return endingIn(changed(record, request)) !== undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return false;
  }
}

/** Why a run that is recorded like this is over; undefined if it is not. */
function endingIn(record: RunRecord): Ending | undefined {
  const { corpus, progress, history } = record;
  const isValidated = history.at(-1)?.step === progress.step; // a stop may have abandoned the last validation
  return corpus.length > 0 && isValidated ? endingOf(shareDone(record), record) : undefined;
}

async function endedRun(
  run: string,
  record: RunRecord,
  ending: Ending,
  hooks: PrepareHooks,
): Promise<EndedRun> {
  const { training, progress, history } = record;
  const { step } = progress;
  const why =
    ending === 'finished'
      ? `has already had its ${describeLength(training.length)} (step ${step})`
      : `has ended at step ${step}, after ${amountOf(training.patience, 'validation')} without a new best` +
        ' (--patience 0 continues it)';
  const notices = [`${run} ${why}: nothing is changed`, ...(await changeNotices(run, record, hooks))];
  return { run, end: endOf(run, ending, { step, history }), notices };
}

/** The options that cannot change once a run has started. */
const FROZEN: OptionTable = Object.fromEntries(
  Object.entries<OptionRow>(TRAIN_OPTIONS).filter(([, option]) => option.frozen),
);

/** Options that a run has frozen may be repeated, but not changed. */
function refuseFrozen(request: TrainingRequest, record: RunRecord, run: string): void {
  const { training, corpus } = record;
  // A short text may have made the batch smaller than it was asked to be, and makes it just as small now.
  const asked = { ...training, ...request.training };
  const isSplit = asked.validation === training.validation && asked.test === training.test;
  const arrange = (shares: Shares) => (isSplit ? corpus : arrangeWhole([corpus.length], shares));
  const { split } = splitCorpus(arrange, asked);
  const { batchSize, sequenceLength, validation, ...others } = request.training;
  const isSame = SPLIT.every((name) => split[name] === training[name]);
  const window = isSame ? {} : { batchSize, sequenceLength, validation };
  const given = { ...request.network, ...others, ...window, ...request.decoding };
  refuseConflicts(FROZEN, given, record, (option, recorded, changed) => {
    return new UserError(
      `${run} was started with ${recorded}, which ${changed} would change`,
      `Leave ${flagOf(option)} out, or start a new run.`,
    );
  });
}

const SPLIT = ['validation', 'batchSize', 'sequenceLength'] as const;
