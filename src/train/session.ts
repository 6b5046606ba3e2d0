import type { CharacterModel, TrainingState } from '../checkpoint/checkpoint.js';
import type { RunRecord } from '../checkpoint/record.js';
import { Abandon } from '../engine/abandon.js';
import { type EngineChoice, openEngine } from '../engine/engine.js';
import type { Engine } from '../engine/kernels.js';
import { withThreads } from '../engine/team.js';
import { initialise } from '../model/initialise.js';
import { Network } from '../model/network.js';
import { Optimizer } from '../model/optimizer.js';
import { Weights } from '../model/weights.js';
import { Writer } from '../sample/writer.js';
import { Batches } from '../text/batches.js';
import { Dataset, type Stretch } from '../text/dataset.js';
import { validationEnd } from '../text/split.js';
import { Vocabulary } from '../text/vocabulary.js';
import { Evaluator } from './evaluate.js';

/** Everything a training run works with: the record it goes on from, and the machinery set up from it. */
export interface Session {
  readonly run: string;
  readonly record: RunRecord;
  /** The checkpoint that it goes on from; undefined where it begins with weights drawn from the seed. */
  readonly from: string | undefined;
  readonly engine: Engine;
  /** By which a step or a validation under way can be given up. */
  readonly abandon: Abandon;
  readonly weights: Weights;
  readonly network: Network;
  readonly optimizer: Optimizer;
  readonly batches: Batches;
  readonly evaluator: Evaluator;
  /** The text that validates; undefined where the corpus was too short to keep any. */
  readonly validation: Stretch | undefined;
  readonly writer: Writer;
}

export interface SessionOptions {
  /** The checkpoint to go on from, and its numbers; a new run has none and is initialised from the seed. */
  readonly from?: { readonly path: string; readonly state: TrainingState } | undefined;
  /** Which build of the kernels to use. */
  readonly engine?: EngineChoice | undefined;
  /** How many work on it together, 1 by default. Any number gives the same bits. */
  readonly threads?: number | undefined;
  readonly abandon?: Abandon | undefined;
}

/**
 * Sets up training.
 * @param run the folder of the run, where its text lies as ids
 * @param record a new run's, or that of the checkpoint to go on from
 * @throws UserError if the text is missing, or memory does not suffice
 */
export function openSession(
  run: string,
  record: RunRecord,
  { from, engine: choice, threads = 1, abandon = new Abandon() }: SessionOptions = {},
): Session {
  const { model: config, training, corpus } = record;
  const dataset = new Dataset(run, config.vocabulary);
  const engine = withThreads(openEngine(choice), Math.min(threads, training.batchSize), abandon);
  const weights = new Weights(engine, config, { training: true });
  const shape = { rows: training.batchSize, steps: training.sequenceLength, training: true };
  const network = new Network(weights, shape);
  const optimizer = new Optimizer(weights);
  restore({ weights, network, optimizer, record }, from?.state);

  const split = { ...training, trainLength: corpus.trainLength };
  const end = validationEnd(corpus);
  const validation = end - corpus.trainLength >= 2 ? { dataset, start: corpus.trainLength, end } : undefined;
  const evaluator = new Evaluator(weights);
  if (validation) evaluator.reserve(validation);
  const model: CharacterModel = {
    config,
    vocabulary: new Vocabulary(record.codePoints, record.decoding.encoding),
    weights,
  };
  return {
    run,
    record,
    from: from?.path,
    engine,
    abandon,
    weights,
    network,
    optimizer,
    batches: new Batches(dataset, split, training.seed),
    evaluator,
    validation,
    writer: new Writer(model),
  };
}

/** Puts the numbers of a session back to those of a checkpoint, or to those that a new run begins with. */
export function restore(
  { weights, network, optimizer, record }: Pick<Session, 'weights' | 'network' | 'optimizer' | 'record'>,
  state: TrainingState | undefined,
): void {
  network.resetState();
  optimizer.reset(state?.moments);
  if (state) {
    weights.values.set(state.values);
    network.layers.forEach(({ state: { h, c } }, index) => {
      h.set(state.h.subarray(index * h.length, (index + 1) * h.length));
      c.set(state.c.subarray(index * c.length, (index + 1) * c.length));
    });
  } else {
    initialise(weights.table, weights.values, record.training.seed);
  }
  weights.pack();
}

/** The numbers of a session as they stand between two steps: views, which the next step changes. */
export function stateOf({ weights, optimizer, network }: Session): TrainingState {
  const states = network.layers.map((layer) => layer.state);
  const joined = (key: 'h' | 'c') => {
    const all = new Float32Array(states.length * states[0]![key].length);
    states.forEach((state, index) => {
      all.set(state[key], index * state[key].length);
    });
    return all;
  };
  return {
    values: weights.values,
    moments: optimizer.moments,
    h: joined('h'),
    c: joined('c'),
  };
}
