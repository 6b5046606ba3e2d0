import { availableParallelism } from 'node:os';
import { TRAINING_DEFAULTS } from '../checkpoint/options.js';
import { type EngineChoice, openEngine } from '../engine/engine.js';
import { withThreads } from '../engine/team.js';
import { gradientsByLag, type LagGradients } from '../insight/gradients.js';
import type { ModelConfig } from '../model/config.js';
import type { Weights } from '../model/weights.js';
import type { Dataset } from '../text/dataset.js';
import type { Windows } from '../text/split.js';
import { defaultLearningRate } from '../train/schedule.js';
import { newWeights, trainBriefly } from './brief.js';
import { comparedKinds } from './kinds.js';

/** How many steps each network is trained for by default. */
export const COMPARED_STEPS = 1500;

/** The gradient norms of one network, by layer and lag. */
export interface NetworkGradients extends LagGradients {
  readonly name: string;
  /** Path of its checkpoint, if it has one. */
  readonly model?: string;
  readonly state: 'trained' | 'untrained';
  /** Smoothed training loss in nats per character, if it was trained for the comparison. */
  readonly loss?: number;
}

/** The text and the size of the networks to compare. */
export interface GradientComparison {
  readonly dataset: Dataset;
  readonly split: Windows;
  /** The ids to measure on: at least `leastText(maxLag)` of them. */
  readonly validation: ArrayLike<number>;
  readonly size: Pick<ModelConfig, 'vocabulary' | 'end' | 'embedding' | 'hidden' | 'layers'>;
  readonly steps: number;
  readonly maxLag: number;
  readonly places: number;
  readonly engine?: EngineChoice | undefined;
  readonly threads?: number | undefined;
}

/** One step of the training of one of the networks. */
interface ComparisonProgress {
  readonly name: string;
  /** Position of the network among those compared, from 1, and their number. */
  readonly network: number;
  readonly networks: number;
  readonly step: number;
  readonly loss: number;
}

/**
 * Trains a plain RNN and two LSTMs of equal size from the same seed on the same text, and measures their
 * gradients before and after.
 */
export async function compareGradients(
  { dataset, split, validation, size, steps, maxLag, places, ...given }: GradientComparison,
  onStep: (progress: ComparisonProgress) => Promise<void>,
): Promise<NetworkGradients[]> {
  const { embedding, hidden, layers, vocabulary, end } = size;
  const { clip, weightDecay, seed } = TRAINING_DEFAULTS;
  const { engine: choice, threads = availableParallelism() } = given;
  const training = { dataset, split, steps, lr: defaultLearningRate(hidden), clip, weightDecay, seed };
  const measure = (weights: Weights) => gradientsByLag(weights, validation, { maxLag, places });
  const results: NetworkGradients[] = [];
  const kinds = comparedKinds();
  for (const [index, [name, kind]] of kinds.entries()) {
    const engine = withThreads(openEngine(choice), Math.min(threads, split.batchSize));
    const symbols = { vocabulary, ...(end !== undefined && { end }) };
    const config = { ...kind, ...symbols, embedding, hidden, layers, dropout: 0 };
    const weights = newWeights(engine, config, seed);
    results.push({ name, state: 'untrained', ...measure(weights) });
    let loss = 0;
    let step = 0;
    for (loss of trainBriefly(weights, training)) {
      await onStep({ name, network: index + 1, networks: kinds.length, step: ++step, loss });
    }
    results.push({ name, state: 'trained', loss, ...measure(weights) });
  }
  return results;
}
