import { claimNewRun } from '../checkpoint/claim.js';
import {
  NO_PROGRESS,
  type RunRecord,
  type TrainingLength,
  type TrainingOptions,
} from '../checkpoint/record.js';
import { MODEL_DEFAULTS, type ModelConfig } from '../model/config.js';
import { Batches } from '../text/batches.js';
import { DEFAULT_CORPUS } from '../text/catalogue.js';
import { Dataset, prepareDataset } from '../text/dataset.js';
import type { DecodeOptions } from '../text/decode.js';
import { resolveCorpus } from '../text/sources.js';
import { splitCorpus } from '../text/split.js';
import { totalSteps } from '../train/schedule.js';
import { announced } from './reading.js';
import { chosenLength, type PreparedTraining, TRAINING_DEFAULTS, type TrainFlags } from './train-flags.js';
import { characterNotices, readTrained, writeBeginning } from './train-from.js';

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
 * Makes a new run: its folder, its text as ids, its configuration, and with --from the weights it begins with.
 * @throws UserError for everything that can be wrong with text, flags and folder; nothing is left behind then
 */
export async function prepareNewRun(names: readonly string[], flags: TrainFlags): Promise<PreparedTraining> {
  const chosen = chosenLength(flags);
  const trained = flags.from === undefined ? undefined : await readTrained(flags.from, names, flags);
  const corpus = await resolveCorpus(names.length > 0 ? names : [DEFAULT_CORPUS]);
  const claim = await claimNewRun(flags.out, corpus.name);
  const run = claim.path;
  try {
    const decoding = decodingOf(flags, trained?.record.decoding);
    const {
      vocabulary,
      absent,
      hash,
      length: characters,
    } = await prepareDataset(announced(corpus.sources), decoding, run, trained?.record.codePoints);
    const { split, notices } = splitCorpus(characters, {
      validation: flags.val ?? TRAINING_DEFAULTS.validation,
      batchSize: flags.batchSize ?? TRAINING_DEFAULTS.batchSize,
      sequenceLength: flags.seqLength ?? TRAINING_DEFAULTS.sequenceLength,
    });
    const { trainLength, ...window } = split;
    const base = trained?.record.model ?? MODEL_DEFAULTS;
    const model: ModelConfig = {
      cell: 'lstm',
      vocabulary: vocabulary.size,
      embedding: flags.embedding ?? base.embedding,
      hidden: flags.hidden ?? base.hidden,
      layers: flags.layers ?? base.layers,
      dropout: flags.dropout ?? base.dropout,
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
      progress: NO_PROGRESS,
      history: [],
      ...(trained && { from: trained.origin }),
    };
    return {
      job: {
        run,
        record,
        from: trained && (await writeBeginning(run, record, trained)),
        stopAt: flags.stopAt,
        engine: flags.engine,
        threads: flags.threads,
      },
      notices: [
        ...(trained ? characterNotices(trained, vocabulary.codePoints, absent) : []),
        ...corpus.notices,
        ...notices,
      ],
      release: claim.release,
    };
  } catch (error) {
    await claim.release();
    throw error;
  }
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

function decodingOf(flags: TrainFlags, trained: DecodeOptions | undefined): DecodeOptions {
  return {
    encoding: flags.encoding ?? trained?.encoding ?? 'utf8',
    normalizeNewlines: flags.normalizeNewlines ?? trained?.normalizeNewlines ?? false,
  };
}
