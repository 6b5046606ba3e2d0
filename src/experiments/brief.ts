import type { Engine } from '../engine/kernels.js';
import type { ModelConfig } from '../model/config.js';
import { initialise } from '../model/initialise.js';
import { Network } from '../model/network.js';
import { Optimizer } from '../model/optimizer.js';
import { Weights } from '../model/weights.js';
import { Batches } from '../text/batches.js';
import type { Dataset } from '../text/dataset.js';
import type { Windows } from '../text/split.js';
import { rateAt } from '../train/schedule.js';
import { trainStep } from '../train/step.js';

/** Options of a training without a run, a log or checkpoints. */
export interface BriefTraining {
  readonly dataset: Dataset;
  readonly split: Windows;
  readonly steps: number;
  readonly lr: number;
  readonly clip: number;
  readonly weightDecay: number;
  readonly seed: number;
}

/** Weight of the newest loss in the running mean. */
const SMOOTHING = 0.02;

/** Creates weights initialised as in a new run. */
export function newWeights(engine: Engine, config: ModelConfig, seed: number): Weights {
  const weights = new Weights(engine, config, { training: true });
  initialise(weights.table, weights.values, seed);
  weights.pack();
  return weights;
}

/**
 * Trains weights for some steps as a run would, to compare networks and not to keep them. A step whose
 * gradients are not finite is left out: neither they nor its states reach the next one.
 * @returns a generator that yields the smoothed loss after each step, in nats per character; it is not finite
 *   if the loss of the step was not
 */
export function* trainBriefly(weights: Weights, training: BriefTraining): Generator<number, void, void> {
  const { dataset, split, steps, lr, clip, weightDecay, seed } = training;
  const batches = new Batches(dataset, split, seed, weights.config.end);
  const shape = { rows: split.batchSize, steps: split.sequenceLength, training: true };
  const network = new Network(weights, shape);
  const optimizer = new Optimizer(weights);
  let smoothed = Number.NaN;
  for (let step = 0; step < steps; step++) {
    if (batches.startsEpoch(step)) network.resetState();
    const rate = lr * rateAt(step, step / steps, steps);
    const update = { ...batches.read(step), step, seed, lr: rate, clip, weightDecay };
    const { loss } = trainStep({ network, optimizer }, update)!;
    smoothed = Number.isFinite(smoothed) ? smoothed + SMOOTHING * (loss - smoothed) : loss;
    yield smoothed;
  }
}
