import type { Engine } from '../engine/kernels.js';
import type { ModelConfig } from '../model/config.js';
import { initialise } from '../model/initialise.js';
import { Network } from '../model/network.js';
import { Optimizer } from '../model/optimizer.js';
import { Weights } from '../model/weights.js';
import { Random, Stream } from '../random.js';
import type { Batch } from '../text/batches.js';
import { trainStep } from '../train/step.js';

/** The ids: symbols to remember, then fillers, then the cue at which the symbol is named. */
const SYMBOLS = 8;
const FILLERS = 8;
const CUE = SYMBOLS + FILLERS;
const EMBEDDING = 16;
const ROWS = 32;
/** Batches to measure the accuracy on. */
const TESTS = 16;
const WARM_UP = 50;

/** Accuracy of guessing. */
export const CHANCE = 1 / SYMBOLS;

/** A kind of network, and the tasks to give it. */
export interface CopyTask {
  readonly config: Pick<
    ModelConfig,
    'cell' | 'hidden' | 'layers' | 'coupled' | 'layerNorm' | 'residual' | 'forgetBias'
  >;
  /** Fillers between the symbol and the cue, for each task. */
  readonly lags: readonly number[];
  readonly steps: number;
  readonly lr: number;
  readonly seed: number;
  /** Whether to train on all lags up to the tested one, drawn with uniform logarithms. */
  readonly mixed: boolean;
}

/**
 * Runs the copy-memory task (after Hochreiter & Schmidhuber 1997): the network reads a symbol, then `lag`
 * random fillers, then a cue at which it must name the symbol. Only that answer has a loss, so all that can
 * be learned has to come back over that many steps. For each lag, a network is trained from scratch in the
 * same memory.
 * @returns a generator that yields the accuracy for each lag, measured on fresh sequences after training
 */
export function* copyAccuracies(engine: Engine, task: CopyTask): Generator<number, void, void> {
  const config = { ...task.config, vocabulary: CUE + 1, embedding: EMBEDDING, dropout: 0 };
  const weights = new Weights(engine, config, { training: true });
  const steps = Math.max(...task.lags) + 2;
  const network = new Network(weights, { rows: ROWS, steps, training: true });
  const optimizer = new Optimizer(weights);
  for (const lag of task.lags) {
    initialise(weights.table, weights.values, task.seed);
    weights.pack();
    optimizer.reset();
    yield accuracy(network, optimizer, lag, task);
  }
}

/** Trains the network on one lag and tests it. A step whose gradients are not finite is left out. */
function accuracy(
  network: Network,
  optimizer: Optimizer,
  lag: number,
  { steps, lr, seed, mixed }: CopyTask,
): number {
  const random = new Random(seed, Stream.sampling);
  const beforeBackward = () => network.onlyLastLoss();
  for (let step = 0; step < steps; step++) {
    const drawn = mixed ? Math.round(Math.exp(random.uniform() * Math.log(lag))) : lag;
    const rate = lr * Math.min(1, (step + 1) / WARM_UP);
    const input = { ...sequences(drawn, random), step, seed, lr: rate, clip: 1, weightDecay: 0 };
    network.resetState();
    trainStep({ network, optimizer }, input, { beforeBackward });
  }
  let right = 0;
  for (let test = 0; test < TESTS; test++) {
    const { inputs, targets } = sequences(lag, random);
    network.resetState();
    network.forward(inputs);
    right += rightAnswers(network, targets.subarray(-ROWS));
  }
  return right / (TESTS * ROWS);
}

/** Draws a batch of sequences, time-major. Only the targets of the last step count: the symbols to name. */
function sequences(lag: number, random: Random): Batch {
  const inputs = Uint32Array.from({ length: (lag + 2) * ROWS }, () => SYMBOLS + random.below(FILLERS));
  const symbols = Uint32Array.from({ length: ROWS }, () => random.below(SYMBOLS));
  inputs.set(symbols);
  inputs.fill(CUE, (lag + 1) * ROWS);
  const targets = new Uint32Array(inputs.length);
  targets.set(symbols, inputs.length - ROWS);
  return { inputs, targets };
}

/** Counts the sequences whose symbol the network ranks first. @param answers the symbols, (rows) */
function rightAnswers(network: Network, answers: Uint32Array): number {
  const { vocabulary } = network.weights.config;
  const last = network.logits.subarray(-ROWS * vocabulary);
  return answers.filter((answer, row) => {
    const scores = last.subarray(row * vocabulary, row * vocabulary + SYMBOLS);
    return scores.every((score, symbol) => symbol === answer || score < scores[answer]!);
  }).length;
}
