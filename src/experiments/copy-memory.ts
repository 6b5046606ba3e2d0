import type { Engine } from '../engine/kernels.js';
import type { ModelConfig } from '../model/config.js';
import { initialise } from '../model/initialise.js';
import { Network } from '../model/network.js';
import { Optimizer } from '../model/optimizer.js';
import { Weights } from '../model/weights.js';
import { Random, Stream } from '../random.js';

/** Characters that are to be remembered, then those that are to be read over, then the one that asks. */
const SYMBOLS = 8;
const FILLERS = 8;
const CUE = SYMBOLS + FILLERS;
const EMBEDDING = 16;
const ROWS = 32;
/** Batches that the accuracy is measured on. */
const TESTS = 16;
const WARM_UP = 50;

/** What is guessed right by chance. */
export const CHANCE = 1 / SYMBOLS;

/** One kind of network, and some tasks. */
export interface CopyTask {
  readonly config: Pick<
    ModelConfig,
    'cell' | 'hidden' | 'layers' | 'coupled' | 'layerNorm' | 'residual' | 'forgetBias'
  >;
  /** Characters that are read over, in each task. */
  readonly lags: readonly number[];
  readonly steps: number;
  readonly lr: number;
  readonly seed: number;
  /** Train on all lags up to that of the task, drawn so that their logarithms are alike, instead of on it alone. */
  readonly mixed: boolean;
}

/**
 * The copy-memory task (after Hochreiter & Schmidhuber 1997): a character is shown, then `lag` others at random, then
 * a sign at which the first one is to be named. Only that answer has a loss, so all that can be learned has to come
 * back over so many steps. For each lag a network is trained from nothing, in the same memory.
 * @returns a generator that yields for each lag the share of right answers, measured on fresh sequences after training
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

/** Trains the network on one lag, and asks it. A step whose gradients are not finite is left out. */
function accuracy(
  network: Network,
  optimizer: Optimizer,
  lag: number,
  { steps, lr, seed, mixed }: CopyTask,
): number {
  const random = new Random(seed, Stream.sampling);
  for (let step = 1; step <= steps; step++) {
    const drawn = mixed ? Math.round(Math.exp(random.uniform() * Math.log(lag))) : lag;
    learn(network, ask(network, drawn, random));
    const norm = optimizer.step(step, { lr: lr * Math.min(1, step / WARM_UP), clip: 1, weightDecay: 0 });
    if (!Number.isFinite(norm)) network.weights.gradients.fill(0);
  }
  let right = 0;
  for (let test = 0; test < TESTS; test++) right += rightAnswers(network, ask(network, lag, random));
  return right / (TESTS * ROWS);
}

/**
 * Has the network read a batch of sequences.
 * @returns (rows): the symbols to be named
 */
function ask(network: Network, lag: number, random: Random): Uint32Array {
  const inputs = Uint32Array.from({ length: (lag + 2) * ROWS }, () => SYMBOLS + random.below(FILLERS));
  const answers = Uint32Array.from({ length: ROWS }, () => random.below(SYMBOLS));
  inputs.set(answers);
  inputs.fill(CUE, (lag + 1) * ROWS);
  network.resetState();
  network.forward(inputs);
  return answers;
}

/** Adds the gradient of the mean loss of the answers. */
function learn(network: Network, answers: Uint32Array): void {
  const { vocabulary } = network.weights.config;
  const places = network.logits.length / vocabulary;
  const targets = new Uint32Array(places);
  targets.set(answers, places - ROWS);
  network.losses(targets, { training: true });
  network.onlyLastLoss();
  network.backward();
}

function rightAnswers(network: Network, answers: Uint32Array): number {
  const { vocabulary } = network.weights.config;
  const last = network.logits.subarray(-ROWS * vocabulary);
  return answers.filter((answer, row) => {
    const scores = last.subarray(row * vocabulary, row * vocabulary + SYMBOLS);
    return scores.every((score, symbol) => symbol === answer || score < scores[answer]!);
  }).length;
}
