import { claimNewRun } from '../checkpoint/claim.js';
import type { RunRecord, TrainingLength, TrainingOptions } from '../checkpoint/record.js';
import { MODEL_DEFAULTS, type ModelConfig } from '../model/config.js';
import { Batches } from '../text/batches.js';
import { DEFAULT_CORPUS } from '../text/catalogue.js';
import { Dataset, type LearnedText } from '../text/dataset.js';
import type { DecodeOptions } from '../text/decode.js';
import { resolveCorpus } from '../text/sources.js';
import { splitCorpus } from '../text/split.js';
import { totalSteps } from '../train/schedule.js';
import { readCorpus } from './corpus.js';
import { checkMemory } from './memory.js';
import { ReadingProgress } from './reading.js';
import { orTakenBack } from './temporary.js';
import { chosenLength, type PreparedTraining, TRAINING_DEFAULTS, type TrainFlags } from './train-flags.js';

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

/**
 * Makes a new run: its folder, its text as ids, its configuration.
 * @throws UserError for everything that can be wrong with text, flags and folder; nothing is left behind then
 */
export async function prepareNewRun(names: readonly string[], flags: TrainFlags): Promise<PreparedTraining> {
  const chosen = chosenLength(flags);
  const corpus = await resolveCorpus(names.length > 0 ? names : [DEFAULT_CORPUS]);
  const claim = await claimNewRun(flags.out, corpus.name);
  const run = claim.path;
  const progress = new ReadingProgress();
  const release = () => {
    progress.end();
    return claim.release();
  };
  try {
    const decoding = decodingOf(flags);
    const text = { sources: corpus.sources, options: decoding };
    const memory: string[] = [];
    const { vocabulary, hash, length } = await orTakenBack(release, () =>
      readCorpus(text, run, progress, (learned) => {
        memory.push(...checkMemory(shapeOf(learned, flags), flags));
      }),
    );
    const { config, training: window, corpus: parts, notices } = shapeOf({ vocabulary, length }, flags);
    const { trainLength } = parts;
    const seed = flags.seed ?? TRAINING_DEFAULTS.seed;
    const dataset = new Dataset(run, vocabulary.size);
    const { windowsPerEpoch } = new Batches(dataset, { ...window, trainLength }, seed);
    dataset.close();
    const amount = chosen ?? defaultLength(windowsPerEpoch);
    const total = totalSteps(amount, windowsPerEpoch);
    const training: TrainingOptions = {
      length: amount,
      lr: flags.lr ?? defaultLearningRate(config.hidden),
      clip: flags.clip ?? TRAINING_DEFAULTS.clip,
      weightDecay: flags.weightDecay ?? TRAINING_DEFAULTS.weightDecay,
      ...window,
      evalEvery: flags.evalEvery ?? defaultEvalEvery(length - trainLength, window, total),
      keep: flags.keep ?? TRAINING_DEFAULTS.keep,
      seed,
    };
    const record: RunRecord = {
      model: config,
      codePoints: vocabulary.codePoints,
      decoding,
      training,
      corpus: { name: corpus.name, ...parts, hash },
      progress: { step: 0, seconds: 0, bestLoss: null, lossSum: 0, lossCount: 0 },
      history: [],
    };
    return {
      job: {
        run,
        record,
        from: undefined,
        stopAt: flags.stopAt,
        engine: flags.engine,
        threads: flags.threads,
      },
      notices: [...corpus.notices, ...notices, ...memory],
      release: claim.release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

/** What the flags make of a text: network, window and split. */
function shapeOf({ vocabulary, length }: LearnedText, flags: TrainFlags) {
  const { split, notices } = splitCorpus(length, {
    validation: flags.val ?? TRAINING_DEFAULTS.validation,
    batchSize: flags.batchSize ?? TRAINING_DEFAULTS.batchSize,
    sequenceLength: flags.seqLength ?? TRAINING_DEFAULTS.sequenceLength,
  });
  const { trainLength, ...training } = split;
  const config: ModelConfig = {
    cell: 'lstm',
    vocabulary: vocabulary.size,
    embedding: flags.embedding ?? MODEL_DEFAULTS.embedding,
    hidden: flags.hidden ?? MODEL_DEFAULTS.hidden,
    layers: flags.layers ?? MODEL_DEFAULTS.layers,
    dropout: flags.dropout ?? MODEL_DEFAULTS.dropout,
  };
  return { config, vocabulary, training, corpus: { length, trainLength }, notices };
}

/**
 * So often that validation takes about a twentieth of the time (a forward pass costs a third of a step), but not
 * more than 50 times in a run, and not less than 10 times unless it is very short.
 */
function defaultEvalEvery(
  validationLength: number,
  { batchSize, sequenceLength }: { batchSize: number; sequenceLength: number },
  total: number | undefined,
): number {
  const affordable = Math.ceil(
    (20 / 3) * (Math.min(validationLength, 200_000) / (batchSize * sequenceLength)),
  );
  if (total === undefined) return Math.max(100, affordable);
  return Math.max(
    Math.min(10, total),
    Math.min(Math.max(affordable, Math.ceil(total / 50)), Math.ceil(total / 10)),
  );
}

function decodingOf(flags: TrainFlags): DecodeOptions {
  return { encoding: flags.encoding ?? 'utf8', normalizeNewlines: flags.normalizeNewlines ?? false };
}
