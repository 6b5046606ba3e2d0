import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readRecord } from '../checkpoint/checkpoint.js';
import { claimNewRun, claimRun } from '../checkpoint/claim.js';
import type { RunRecord, TrainingLength, TrainingOptions } from '../checkpoint/record.js';
import { listCheckpoints, resolveCheckpoint, runOf } from '../checkpoint/run.js';
import { ExitCode, UserError } from '../errors.js';
import { MODEL_DEFAULTS, type ModelConfig } from '../model/config.js';
import { Batches } from '../text/batches.js';
import { DEFAULT_CORPUS } from '../text/catalogue.js';
import { Dataset, prepareDataset } from '../text/dataset.js';
import type { DecodeOptions, Encoding } from '../text/decode.js';
import { resolveCorpus } from '../text/sources.js';
import { splitCorpus } from '../text/split.js';
import { totalSteps } from '../train/schedule.js';
import type { TrainingJob } from '../worker/messages.js';
import { announced } from './reading.js';

/** What was given on the command line; what was not is undefined. */
export interface TrainFlags {
  readonly resume?: string | true;
  readonly out?: string;
  readonly embedding?: number;
  readonly layers?: number;
  readonly hidden?: number;
  readonly dropout?: number;
  readonly epochs?: number;
  readonly steps?: number;
  readonly minutes?: number;
  readonly lr?: number;
  readonly clip?: number;
  readonly weightDecay?: number;
  readonly batchSize?: number;
  readonly seqLength?: number;
  readonly val?: number;
  readonly evalEvery?: number;
  readonly keep?: number;
  readonly seed?: number;
  readonly encoding?: Encoding;
  readonly normalizeNewlines?: boolean;
  readonly stopAt?: number;
}

export const TRAINING_DEFAULTS = {
  epochs: 10,
  clip: 1,
  weightDecay: 0.01,
  batchSize: 32,
  sequenceLength: 64,
  validation: 0.1,
  keep: 0,
  seed: 1,
} as const;

/** Larger layers want smaller steps: 5e-3 up to 256 units, then falling with the square root of the width. */
function defaultLearningRate(hidden: number): number {
  return Number((5e-3 * Math.min(1, Math.sqrt(256 / hidden))).toPrecision(2));
}

/** Few batches teach nothing, however often the text fits into them, and many take all night. */
const DEFAULT_STEPS = { least: 1_000, most: 20_000 };

function defaultLength(stepsPerEpoch: number): TrainingLength {
  const { least, most } = DEFAULT_STEPS;
  const steps = Math.min(most, Math.max(least, TRAINING_DEFAULTS.epochs * stepsPerEpoch));
  return { unit: 'epochs', amount: Number((steps / stepsPerEpoch).toPrecision(3)) };
}

/** A run that is ready to be trained, and its lock. */
export interface PreparedTraining {
  readonly job: TrainingJob;
  readonly notices: readonly string[];
  /** Gives the run back; one that came to nothing is deleted. */
  release(): Promise<void>;
}

/**
 * Makes a new run: its folder, its text as ids, its configuration.
 * @throws UserError for everything that can be wrong with text, flags and folder; nothing is left behind then
 */
export async function prepareNewRun(names: readonly string[], flags: TrainFlags): Promise<PreparedTraining> {
  const chosen = chosenLength(flags);
  const corpus = await resolveCorpus(names.length > 0 ? names : [DEFAULT_CORPUS]);
  const claim = await claimNewRun(flags.out, corpus.name);
  const run = claim.path;
  try {
    const decoding = decodingOf(flags);
    const {
      vocabulary,
      hash,
      length: characters,
    } = await prepareDataset(announced(corpus.sources), decoding, run);
    const { split, notices } = splitCorpus(characters, {
      validation: flags.val ?? TRAINING_DEFAULTS.validation,
      batchSize: flags.batchSize ?? TRAINING_DEFAULTS.batchSize,
      sequenceLength: flags.seqLength ?? TRAINING_DEFAULTS.sequenceLength,
    });
    const { trainLength, ...window } = split;
    const model: ModelConfig = {
      cell: 'lstm',
      vocabulary: vocabulary.size,
      embedding: flags.embedding ?? MODEL_DEFAULTS.embedding,
      hidden: flags.hidden ?? MODEL_DEFAULTS.hidden,
      layers: flags.layers ?? MODEL_DEFAULTS.layers,
      dropout: flags.dropout ?? MODEL_DEFAULTS.dropout,
    };
    const seed = flags.seed ?? TRAINING_DEFAULTS.seed;
    const dataset = new Dataset(run, vocabulary.size);
    const { windowsPerEpoch } = new Batches(dataset, split, seed);
    dataset.close();
    const length = chosen ?? defaultLength(windowsPerEpoch);
    const total = totalSteps(length, windowsPerEpoch);
    const training: TrainingOptions = {
      length,
      lr: flags.lr ?? defaultLearningRate(model.hidden),
      clip: flags.clip ?? TRAINING_DEFAULTS.clip,
      weightDecay: flags.weightDecay ?? TRAINING_DEFAULTS.weightDecay,
      ...window,
      evalEvery: flags.evalEvery ?? defaultEvalEvery(characters - trainLength, window, total),
      keep: flags.keep ?? TRAINING_DEFAULTS.keep,
      seed,
    };
    const record: RunRecord = {
      model,
      codePoints: vocabulary.codePoints,
      decoding,
      training,
      corpus: { name: corpus.name, length: characters, trainLength, hash },
      progress: { step: 0, seconds: 0, bestLoss: null, lossSum: 0, lossCount: 0 },
      history: [],
    };
    return {
      job: { run, record, from: undefined, stopAt: flags.stopAt },
      notices: [...corpus.notices, ...notices],
      release: claim.release,
    };
  } catch (error) {
    await claim.release();
    throw error;
  }
}

/**
 * So often that validation takes about a twentieth of the time (a forward pass costs a third of a step), but not
 * more than 50 times in a run, and not less than 10 times.
 */
function defaultEvalEvery(
  validationLength: number,
  { batchSize, sequenceLength }: { batchSize: number; sequenceLength: number },
  total: number | undefined,
): number {
  const affordable = Math.ceil(
    (20 / 3) * (Math.min(validationLength, 200_000) / (batchSize * sequenceLength)),
  );
  if (total === undefined) return Math.max(20, affordable);
  return Math.min(Math.max(affordable, Math.ceil(total / 50)), Math.ceil(total / 10));
}

function decodingOf(flags: TrainFlags): DecodeOptions {
  return { encoding: flags.encoding ?? 'utf8', normalizeNewlines: flags.normalizeNewlines ?? false };
}

function chosenLength(flags: TrainFlags): TrainingLength | undefined {
  const given = (['epochs', 'steps', 'minutes'] as const).filter((unit) => flags[unit] !== undefined);
  if (given.length > 1) {
    throw new UserError(
      `the length is given as --${given.join(' and as --')}`,
      'Give one of --epochs, --steps and --minutes.',
    );
  }
  const unit = given[0];
  return unit && { unit, amount: flags[unit]! };
}

/**
 * Goes on with a run: the newest, a run folder, or a checkpoint file. With --out it goes on in a new folder, and the
 * run it came from stays as it is.
 * @throws UserError where the run is missing, damaged, of another text or configuration, or complete
 */
export async function prepareResume(names: readonly string[], flags: TrainFlags): Promise<PreparedTraining> {
  const checkpoint = resolveCheckpoint(flags.resume === true ? undefined : flags.resume, 'last').path;
  const { record } = await readRecord(checkpoint);
  const original = runOf(checkpoint);
  refuseFrozen(flags, record, original);
  if (names.length > 0) await refuseOtherText(names, record, original);
  const dataset = new Dataset(original, record.model.vocabulary);
  if (dataset.length !== record.corpus.length || dataset.hash() !== record.corpus.hash) {
    throw new UserError(
      `${dataset.path} is not the text the run began with`,
      'Train it anew in a new run.',
      ExitCode.badData,
    );
  }
  const later = listCheckpoints(original).filter((file) => file.step > record.progress.step);
  if (later.length > 0 && flags.out === undefined) {
    throw new UserError(
      `${original} has later checkpoints than ${basename(checkpoint)}, up to step ${later.at(-1)!.step}`,
      'Resume the run itself, or go on from here in a new folder with --out.',
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
  refuseComplete(
    new Batches(dataset, { ...training, trainLength: record.corpus.trainLength }, training.seed),
    {
      ...record,
      training,
    },
    original,
  );
  dataset.close();
  const claim = await (flags.out === undefined
    ? claimRun(original)
    : claimNewRun(flags.out, record.corpus.name));
  const run = claim.path;
  if (run !== original) await copyFile(dataset.path, join(run, basename(dataset.path)));
  const job = { run, record: { ...record, training }, from: checkpoint, stopAt: flags.stopAt };
  return { job, notices: [], release: claim.release };
}

function refuseComplete(batches: Batches, { training, progress }: RunRecord, run: string): void {
  const { unit, amount } = training.length;
  const total = totalSteps(training.length, batches.windowsPerEpoch);
  const complete = total === undefined ? progress.seconds / 60 >= amount : progress.step >= total;
  if (!complete) return;
  throw new UserError(
    `${run} has already had its ${amount} ${unit} (step ${progress.step})`,
    `Give it more, for example --${unit} ${unit === 'steps' ? progress.step + amount : 2 * amount}.`,
  );
}

/** What a checkpoint fixes may be repeated on the command line, but not changed. */
function refuseFrozen(flags: TrainFlags, { model, training, decoding }: RunRecord, run: string): void {
  const frozen: [flag: string, given: unknown, recorded: unknown][] = [
    ['--embedding', flags.embedding, model.embedding],
    ['--layers', flags.layers, model.layers],
    ['--hidden', flags.hidden, model.hidden],
    ['--dropout', flags.dropout, model.dropout],
    ['--batch-size', flags.batchSize, training.batchSize],
    ['--seq-length', flags.seqLength, training.sequenceLength],
    ['--val', flags.val, training.validation],
    ['--seed', flags.seed, training.seed],
    ['--encoding', flags.encoding, decoding.encoding],
    ['--normalize-newlines', flags.normalizeNewlines, decoding.normalizeNewlines],
  ];
  for (const [flag, given, recorded] of frozen) {
    if (given === undefined || given === recorded) continue;
    throw new UserError(
      `${run} was begun with ${flag} ${recorded}, which ${flag} ${given} would change`,
      `Leave ${flag} out, or start a new run.`,
    );
  }
}

/** The text may be named again on resume, but it must be the same text. */
async function refuseOtherText(names: readonly string[], record: RunRecord, run: string): Promise<void> {
  const corpus = await resolveCorpus(names);
  const folder = await mkdtemp(join(run, 'compare-'));
  try {
    const { hash, vocabulary } = await prepareDataset(corpus.sources, record.decoding, folder);
    const same = hash === record.corpus.hash && String(vocabulary.codePoints) === String(record.codePoints);
    if (same) return;
    throw new UserError(
      `${run} learns another text (${record.corpus.name}) than ${names.join(' ')}`,
      `Leave the text out to go on with the run, or leave --resume out to start a new one.`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
