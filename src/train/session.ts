import type { TrainingState } from '../checkpoint/checkpoint.js';
import type { Ownership } from '../checkpoint/lock.js';
import { type RunRecord, vocabularyOf } from '../checkpoint/record.js';
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
import { lineEndIn } from '../text/encoding/line-end.js';
import { TextForm } from '../text/form.js';
import { validationEnd } from '../text/split.js';
import { Evaluator } from './evaluate.js';

/** Characters of a text that show how its lines end. */
const SHOWS_LINE_ENDS = 100_000;

/** Everything a training run works with: the record it starts from, and what is set up from it. */
export interface Session {
  readonly run: string;
  readonly record: RunRecord;
  /** Path of the checkpoint it continues from; undefined if it starts from weights drawn from the seed. */
  readonly from: string | undefined;
  /** Verified before each change in the folder; undefined if nobody else can be there. */
  readonly ownership: Ownership | undefined;
  readonly engine: Engine;
  /** Abandons a step or a validation in progress. */
  readonly abandon: Abandon;
  readonly weights: Weights;
  readonly network: Network;
  readonly optimizer: Optimizer;
  readonly batches: Batches;
  readonly evaluator: Evaluator;
  /** The validation text; undefined if the corpus was too short for one. */
  readonly validation: Stretch | undefined;
  readonly writer: Writer;
  /** The form in which the network learns text. */
  readonly form: TextForm;
}

export interface SessionOptions {
  /** The checkpoint to continue from; without one, the weights are drawn from the seed. */
  readonly from?: { readonly path: string; readonly state: TrainingState } | undefined;
  readonly ownership?: Ownership | undefined;
  /** The build of the kernels to use. */
  readonly engine?: EngineChoice | undefined;
  /** Number of threads, 1 by default. Any number gives bit-identical results. */
  readonly threads?: number | undefined;
  readonly abandon?: Abandon | undefined;
}

/**
 * Sets up training.
 * @param run folder of the run, which holds its text as ids
 * @param record the record of a new run, or of the checkpoint to continue from
 * @throws UserError if the text is missing or there is not enough memory
 */
export function openSession(
  run: string,
  record: RunRecord,
  { from, ownership, engine: choice, threads = 1, abandon = new Abandon() }: SessionOptions = {},
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
  const vocabulary = vocabularyOf(record);
  const lineEnd = () => {
    const ids = dataset.read(0, Math.min(SHOWS_LINE_ENDS, corpus.trainLength));
    return lineEndIn(Array.from(ids, (id) => vocabulary.codePoints[id]!));
  };
  return {
    run,
    record,
    from: from?.path,
    ownership,
    engine,
    abandon,
    weights,
    network,
    optimizer,
    batches: new Batches(dataset, split, training.seed, config.end),
    evaluator,
    validation,
    writer: new Writer({ config, vocabulary, weights }),
    form: new TextForm(vocabulary, lineEnd, record.decoding.normalize),
  };
}

/** Sets the numbers of a session to those of a checkpoint, or to the initial ones of a new run. */
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

/** Returns the numbers of a session between two steps. Most are views that the next step changes. */
export function stateOf({ weights, optimizer, network }: Session): TrainingState {
  const states = network.layers.map((layer) => layer.state);
  const joined = (key: 'h' | 'c') => {
    const all = new Float32Array(states.length * states[0]![key].length);
    states.forEach((state, index) => {
      all.set(state[key], index * state[key].length);
    });
    return all;
  };
  return { values: weights.values, moments: optimizer.moments, h: joined('h'), c: joined('c') };
}
