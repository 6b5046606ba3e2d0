import { claimNewRun } from '../checkpoint/claim.js';
import {
  NO_PROGRESS,
  type RunRecord,
  TRAINING_DEFAULTS,
  type TrainingLength,
  type TrainingOptions,
} from '../checkpoint/record.js';
import { orTakenBack } from '../cli/output/temporary.js';
import { ReadingProgress } from '../cli/train/reading.js';
import { UserError } from '../errors.js';
import { CELLS, gatesOf } from '../model/cells.js';
import { MODEL_DEFAULTS, type ModelConfig } from '../model/config.js';
import { windowsPerEpoch } from '../text/batches.js';
import { DEFAULT_CORPUS } from '../text/catalogue.js';
import type { LearnedText } from '../text/dataset.js';
import type { DecodeOptions } from '../text/decode.js';
import { resolveCorpus } from '../text/sources.js';
import { splitCorpus } from '../text/split.js';
import { defaultLearningRate, totalSteps } from '../train/schedule.js';
import { readCorpus } from './corpus.js';
import { checkMemory } from './memory.js';
import { chosenLength, type PreparedTraining, type TrainFlags } from './request.js';
import { characterNotices, readTrained, writeBeginning } from './trained.js';

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
  const progress = new ReadingProgress();
  const release = () => {
    progress.end();
    return claim.release();
  };
  try {
    const decoding = decodingOf(flags, trained?.record.decoding);
    const text = { sources: corpus.sources, options: decoding, known: trained?.record.codePoints ?? [] };
    const base = trained?.record.model ?? MODEL_DEFAULTS;
    const memory: string[] = [];
    const learned = await orTakenBack(release, () =>
      readCorpus(text, run, progress, (known) => {
        memory.push(...checkMemory(shapeOf(known, flags, base), flags));
      }),
    );
    const { vocabulary, hash } = learned;
    const { config, training: window, corpus: parts, notices } = shapeOf(learned, flags, base);
    const { trainLength } = parts;
    const seed = flags.seed ?? TRAINING_DEFAULTS.seed;
    const stepsPerEpoch = windowsPerEpoch({ ...window, trainLength });
    const amount = chosen ?? defaultLength(stepsPerEpoch);
    const total = totalSteps(amount, stepsPerEpoch);
    const training: TrainingOptions = {
      length: amount,
      lr: flags.lr ?? defaultLearningRate(config.hidden),
      clip: flags.clip ?? TRAINING_DEFAULTS.clip,
      weightDecay: flags.weightDecay ?? TRAINING_DEFAULTS.weightDecay,
      ...window,
      evalEvery: flags.evalEvery ?? defaultEvalEvery(parts.length - trainLength, window, total),
      keep: flags.keep ?? TRAINING_DEFAULTS.keep,
      seed,
    };
    const record: RunRecord = {
      model: config,
      codePoints: vocabulary.codePoints,
      decoding,
      training,
      corpus: { name: corpus.name, ...parts, hash },
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
        ...(trained ? characterNotices(trained, vocabulary.codePoints, learned.absent) : []),
        ...corpus.notices,
        ...notices,
        ...memory,
      ],
      release: claim.release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

/** What the flags make of a text: network, window and split. @param base the network where they say nothing */
function shapeOf(
  { vocabulary, length }: LearnedText,
  flags: TrainFlags,
  base: Omit<ModelConfig, 'vocabulary'>,
) {
  const { split, notices } = splitCorpus(length, {
    validation: flags.val ?? TRAINING_DEFAULTS.validation,
    batchSize: flags.batchSize ?? TRAINING_DEFAULTS.batchSize,
    sequenceLength: flags.seqLength ?? TRAINING_DEFAULTS.sequenceLength,
  });
  const { trainLength, ...training } = split;
  const cell = flags.cell ?? base.cell;
  const coupled = flags.coupled ?? base.coupled;
  if (flags.forgetBias !== undefined && !gatesOf({ cell }).some(({ keeps }) => keeps)) {
    throw new UserError(
      `--forget-bias is given with --cell ${cell}, which has no gate that keeps the memory`,
      'Leave --forget-bias out, or use another --cell.',
    );
  }
  const forgetBias = flags.forgetBias ?? base.forgetBias;
  if (coupled && !CELLS[cell].canBeCoupled) {
    throw new UserError(
      `--coupled is given with --cell ${cell}, which has no input and forget gates`,
      'Leave --coupled out, or use --cell lstm or --cell peephole.',
    );
  }
  const layers = flags.layers ?? base.layers;
  if (flags.residual && layers === 1) {
    throw new UserError(
      '--residual is given with --layers 1, and it joins layers above the first one',
      'Leave --residual out, or give more --layers.',
    );
  }
  const config: ModelConfig = {
    cell,
    vocabulary: vocabulary.size,
    embedding: flags.embedding ?? base.embedding,
    hidden: flags.hidden ?? base.hidden,
    layers,
    dropout: flags.dropout ?? base.dropout,
    ...(coupled && { coupled }),
    ...((flags.layerNorm ?? base.layerNorm) && { layerNorm: true }),
    ...((flags.residual ?? base.residual) && { residual: true }),
    ...(forgetBias !== undefined && forgetBias !== MODEL_DEFAULTS.forgetBias && { forgetBias }),
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

function decodingOf(flags: TrainFlags, trained: DecodeOptions | undefined): DecodeOptions {
  return {
    encoding: flags.encoding ?? trained?.encoding ?? 'utf8',
    normalizeNewlines: flags.normalizeNewlines ?? trained?.normalizeNewlines ?? false,
  };
}
