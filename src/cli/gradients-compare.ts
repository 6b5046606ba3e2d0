import { availableParallelism } from 'node:os';
import { readRecord } from '../checkpoint/checkpoint.js';
import { listRuns, runOf } from '../checkpoint/run.js';
import { openEngine } from '../engine/engine.js';
import { withThreads } from '../engine/team.js';
import { ExitCode, UserError } from '../errors.js';
import { gradientsByLag, leastText } from '../insight/gradients.js';
import { MODEL_DEFAULTS, type ModelConfig } from '../model/config.js';
import type { Weights } from '../model/weights.js';
import { grouped } from '../numbers.js';
import { DEFAULT_CORPUS } from '../text/catalogue.js';
import { Dataset, prepareDataset } from '../text/dataset.js';
import { resolveCorpus } from '../text/sources.js';
import { type Split, splitCorpus } from '../text/split.js';
import { newWeights, trainBriefly } from '../train/brief.js';
import { defaultLearningRate } from '../train/schedule.js';
import { readModel } from './model.js';
import type { EngineFlags } from './options.js';
import { ProgressLine } from './progress-line.js';
import { withTemporaryFolder } from './temporary.js';
import { TRAINING_DEFAULTS } from './train-flags.js';

/** The norms of one network: of each layer for each lag from 0. */
export interface Measured {
  readonly name: string;
  readonly state: 'trained' | 'untrained';
  /** Mean training loss of late, in nats a character, where it was trained for this. */
  readonly loss?: number;
  readonly layers: readonly (readonly number[])[];
}

export interface CompareFlags extends EngineFlags {
  maxLag: number;
  places: number;
  steps?: number;
}

/** Those that are compared: the one that forgets, the one that begins to, and the one that begins to remember. */
const KINDS: readonly (readonly [name: string, kind: Pick<ModelConfig, 'cell' | 'forgetBias'>])[] = [
  ['RNN', { cell: 'rnn' }],
  ['LSTM, forget bias 0', { cell: 'lstm', forgetBias: 0 }],
  ['LSTM', { cell: 'lstm' }],
];

const DEFAULT_STEPS = 1500;

/** A text as ids with its two parts, and the size of the networks that learn it. */
interface Ground {
  /** What the text is called. */
  readonly text: string;
  readonly dataset: Dataset;
  readonly split: Split;
  readonly length: number;
  readonly size: Pick<ModelConfig, 'vocabulary' | 'embedding' | 'hidden' | 'layers'>;
}

/** What was compared, on which text. */
export interface Compared {
  readonly text: string;
  readonly networks: readonly Measured[];
  /** The files that were read. */
  readonly inputs: readonly string[];
}

/**
 * Trains networks of equal size, each from the same seed on the same text, and measures them before and after.
 * @param path a model whose size and text are taken; without it those of the newest run or, where there is none, the
 *   usual size and text
 * @throws UserError where the text is too short
 */
export async function compare(path: string | undefined, flags: CompareFlags): Promise<Compared> {
  if (path !== undefined || listRuns().length > 0) {
    const { path: file, value } = await readModel(path, readRecord);
    const { model, corpus, training } = value.record;
    const dataset = new Dataset(runOf(file), model.vocabulary);
    dataset.verify(corpus);
    const split = { ...training, trainLength: corpus.trainLength };
    return compareOn({ text: corpus.name, dataset, split, length: corpus.length, size: model }, flags);
  }
  return withTemporaryFolder(async (folder) => {
    const { sources } = await resolveCorpus([DEFAULT_CORPUS]);
    const decoding = { encoding: 'utf8', normalizeNewlines: false } as const;
    const { vocabulary, length } = await prepareDataset(sources, decoding, folder);
    const { split } = splitCorpus(length, TRAINING_DEFAULTS);
    const size = { ...MODEL_DEFAULTS, vocabulary: vocabulary.size };
    const dataset = new Dataset(folder, vocabulary.size);
    return compareOn({ text: DEFAULT_CORPUS, dataset, split, length, size }, flags);
  });
}

async function compareOn(ground: Ground, flags: CompareFlags): Promise<Compared> {
  const { text, dataset, split, length, size } = ground;
  const { maxLag, places, steps = DEFAULT_STEPS, engine: choice, threads = availableParallelism() } = flags;
  const kept = length - split.trainLength;
  if (kept < leastText(maxLag)) {
    throw new UserError(
      `${text} keeps ${grouped(kept)} characters for validation, and --max-lag ${maxLag} takes ${grouped(leastText(maxLag))}`,
      'Give a smaller --max-lag, or a run with more text for validation.',
      ExitCode.badData,
    );
  }
  const validation = dataset.read(split.trainLength, kept);
  const { embedding, hidden, layers, vocabulary } = size;
  const { clip, weightDecay, seed } = TRAINING_DEFAULTS;
  const training = { dataset, split, steps, lr: defaultLearningRate(hidden), clip, weightDecay, seed };
  const norms = (weights: Weights) =>
    gradientsByLag(weights, validation, { maxLag, places }).layers.map((layer) => [...layer]);
  const networks: Measured[] = [];
  const progress = new ProgressLine();
  for (const [index, [name, kind]] of KINDS.entries()) {
    const engine = withThreads(openEngine(choice, { quickly: true }), Math.min(threads, split.batchSize));
    const config = { ...kind, vocabulary, embedding, hidden, layers, dropout: 0 };
    const weights = newWeights(engine, config, seed);
    networks.push({ name, state: 'untrained', layers: norms(weights) });
    let loss = 0;
    let step = 0;
    for (loss of trainBriefly(weights, training)) {
      step++;
      await progress.show(
        `${index + 1}/${KINDS.length} ${name}: step ${step} of ${steps}, loss ${loss.toFixed(3)}`,
      );
    }
    networks.push({ name, state: 'trained', loss, layers: norms(weights) });
  }
  progress.end();
  dataset.close();
  return { text, networks, inputs: [dataset.path] };
}
