import { availableParallelism } from 'node:os';
import { readRecord } from '../../checkpoint/checkpoint.js';
import { TRAINING_DEFAULTS } from '../../checkpoint/record.js';
import { listRuns, runOf } from '../../checkpoint/run.js';
import { openEngine } from '../../engine/engine.js';
import { withThreads } from '../../engine/team.js';
import { ExitCode, UserError } from '../../errors.js';
import { newWeights, trainBriefly } from '../../experiments/brief.js';
import { comparedKinds } from '../../experiments/kinds.js';
import { harmlessLine } from '../../format.js';
import { gradientsByLag, leastText } from '../../insight/gradients.js';
import { MODEL_DEFAULTS, type ModelConfig } from '../../model/config.js';
import type { Weights } from '../../model/weights.js';
import { amountOf, grouped } from '../../numbers.js';
import { DEFAULT_CORPUS } from '../../text/catalogue.js';
import { Dataset, prepareDataset } from '../../text/dataset.js';
import { openLearned } from '../../text/learned.js';
import { resolveCorpus } from '../../text/sources.js';
import { type Split, splitCorpus } from '../../text/split.js';
import { defaultLearningRate } from '../../train/schedule.js';
import { readModel } from '../input/model.js';
import type { EngineFlags } from '../options.js';
import { type ProgressLine, withProgress } from '../output/stderr.js';
import { withTemporaryFolder } from '../output/temporary.js';
import { LONGEST_TEXT } from './text.js';

/** The norms of one network: of each layer for each lag from 0. */
export interface Measured {
  readonly name: string;
  /** The checkpoint, where there is one. */
  readonly model?: string;
  readonly state: 'trained' | 'untrained';
  /** Mean training loss of late, in nats a character, where it was trained for this. */
  readonly loss?: number;
  /** Places of the text that were averaged over. */
  readonly places: number;
  readonly layers: readonly (readonly number[])[];
}

export interface CompareFlags extends EngineFlags {
  maxLag: number;
  places: number;
  steps?: number;
}

export const COMPARED_STEPS = 1500;

/** A text as ids with its two parts, and the size of the networks that learn it. */
interface Ground {
  /** What the text is called. */
  readonly text: string;
  readonly dataset: Dataset;
  readonly split: Split;
  readonly length: number;
  readonly size: Pick<ModelConfig, 'vocabulary' | 'embedding' | 'hidden' | 'layers'>;
  /** The files that were read. */
  readonly inputs: readonly string[];
}

/** What was measured, on which text. */
export interface Compared {
  /** What is printed first. */
  readonly heading: string;
  readonly text: string;
  readonly networks: readonly Measured[];
  /** The files that were read. */
  readonly inputs: readonly string[];
}

/**
 * Trains networks of equal size, each from the same seed on the same text, and measures them before and after.
 * @param path a model whose size and text are taken; without it those of the newest run or, where there is none, the
 *   usual size and text
 * @throws UserError where there is no text, or too little of it
 */
export async function compare(path: string | undefined, flags: CompareFlags): Promise<Compared> {
  const ground = await groundOf(path);
  if (ground) return compareOn(ground, flags);
  return withTemporaryFolder(async (folder) => {
    const { sources } = await resolveCorpus([DEFAULT_CORPUS]);
    const decoding = { encoding: 'utf8', normalizeNewlines: false } as const;
    const { vocabulary, length } = await prepareDataset(sources, decoding, folder);
    const { split } = splitCorpus(length, TRAINING_DEFAULTS);
    const size = { ...MODEL_DEFAULTS, vocabulary: vocabulary.size };
    const dataset = new Dataset(folder, vocabulary.size);
    return compareOn({ text: DEFAULT_CORPUS, dataset, split, length, size, inputs: [] }, flags);
  });
}

/** The text of a run and the size of its network; undefined where no run is named and the newest has none. */
async function groundOf(path: string | undefined): Promise<Ground | undefined> {
  if (path === undefined && listRuns().length === 0) return undefined;
  const { path: file, value } = await readModel(path, readRecord);
  const { model, corpus, training } = value.record;
  if (corpus.length === 0) {
    if (path === undefined) return undefined;
    throw new UserError(
      `${runOf(file)} was imported, and has no text to train on`,
      'Name a run that was trained.',
      ExitCode.noInput,
    );
  }
  const dataset = openLearned(runOf(file), model.vocabulary, corpus);
  const split = { ...training, trainLength: corpus.trainLength };
  const inputs = [file, dataset.path];
  return { text: corpus.name, dataset, split, length: corpus.length, size: model, inputs };
}

async function compareOn(ground: Ground, flags: CompareFlags): Promise<Compared> {
  const { text, size, inputs } = ground;
  try {
    const networks = await withProgress((progress) => trainAndMeasure(ground, flags, progress));
    const { layers, hidden, embedding } = size;
    const steps = amountOf(flags.steps ?? COMPARED_STEPS, 'step');
    const heading = `networks of ${layers} x ${hidden}, embedding ${embedding}, trained on ${text} for ${steps}; ${amountOf(networks[0]!.places, 'place')} of its validation text`;
    return { heading: harmlessLine(heading), text, networks, inputs };
  } finally {
    ground.dataset.close();
  }
}

async function trainAndMeasure(
  { text, dataset, split, length, size }: Ground,
  { maxLag, places, steps = COMPARED_STEPS, engine: choice, threads = availableParallelism() }: CompareFlags,
  progress: ProgressLine,
): Promise<Measured[]> {
  const kept = length - split.trainLength;
  if (kept < leastText(maxLag)) {
    throw new UserError(
      `${text} keeps ${amountOf(kept, 'character')} for validation, and --max-lag ${maxLag} takes ${grouped(leastText(maxLag))}`,
      'Give a smaller --max-lag, or a run with more text for validation.',
      ExitCode.badData,
    );
  }
  const validation = dataset.read(split.trainLength, Math.min(LONGEST_TEXT, kept));
  const { embedding, hidden, layers, vocabulary } = size;
  const { clip, weightDecay, seed } = TRAINING_DEFAULTS;
  const training = { dataset, split, steps, lr: defaultLearningRate(hidden), clip, weightDecay, seed };
  const measure = (weights: Weights) => normsOf(weights, validation, { maxLag, places });
  const networks: Measured[] = [];
  const kinds = comparedKinds();
  for (const [index, [name, kind]] of kinds.entries()) {
    const engine = withThreads(openEngine(choice, { quickly: true }), Math.min(threads, split.batchSize));
    const config = { ...kind, vocabulary, embedding, hidden, layers, dropout: 0 };
    const weights = newWeights(engine, config, seed);
    networks.push({ name, state: 'untrained', ...measure(weights) });
    let loss = 0;
    let step = 0;
    for (loss of trainBriefly(weights, training)) {
      step++;
      await progress.show(
        `${index + 1}/${kinds.length} ${name}: step ${step} of ${steps}, loss ${loss.toFixed(3)}`,
      );
    }
    networks.push({ name, state: 'trained', loss, ...measure(weights) });
  }
  return networks;
}

/** The norms in the form of `--json`. */
export function normsOf(
  weights: Weights,
  ids: ArrayLike<number>,
  asked: { maxLag: number; places: number },
): Pick<Measured, 'places' | 'layers'> {
  const { places, layers } = gradientsByLag(weights, ids, asked);
  return { places, layers: layers.map((layer) => [...layer]) };
}
