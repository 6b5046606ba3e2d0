import type { Engine } from '../src/engine/kernels.js';
import type { ModelConfig } from '../src/model/config.js';
import { initialise } from '../src/model/initialise.js';
import { Network } from '../src/model/network.js';
import { Optimizer } from '../src/model/optimizer.js';
import { Weights } from '../src/model/weights.js';
import { Random, Stream } from '../src/random.js';

export const VOCABULARY = 65;

export type Shape = readonly [layers: number, hidden: number, rows: number, steps: number];

/** The parts of a training step, in order. */
export const PHASES = ['forward', 'loss', 'backward', 'update'] as const;
export type Phase = (typeof PHASES)[number];

export interface TrainingStep {
  readonly weights: Weights;
  readonly parts: Readonly<Record<Phase, () => void>>;
}

/**
 * Creates a network on an engine, with a training step on a window of random characters.
 * @param textLength of a collection: characters between two ends of texts, which differ from row to row
 */
export function trainingStep(
  engine: Engine,
  [layers, hidden, rows, steps]: Shape,
  dropout = 0,
  textLength?: number,
): TrainingStep {
  const config: ModelConfig = {
    cell: 'lstm',
    vocabulary: VOCABULARY,
    embedding: hidden,
    hidden,
    layers,
    dropout,
    ...(textLength !== undefined && { end: VOCABULARY - 1 }),
  };
  const weights = new Weights(engine, config, { training: true });
  initialise(weights.table, weights.values, 1);
  weights.pack();
  const network = new Network(weights, { rows, steps, training: true });
  const optimizer = new Optimizer(weights);
  const random = new Random(1, Stream.windows);
  const characters = textLength === undefined ? VOCABULARY : VOCABULARY - 1;
  const isEnd = (t: number, row: number) => textLength !== undefined && (t + row) % (textLength + 1) === 0;
  const stream = Array.from({ length: rows * (steps + 1) }, (_, n) => {
    const id = random.below(characters);
    return isEnd(Math.floor(n / rows), n % rows) ? VOCABULARY - 1 : id;
  });
  const inputs = Uint32Array.from(stream.slice(0, rows * steps));
  const targets = Uint32Array.from(stream.slice(rows));
  let step = 0;
  const parts = {
    forward: () => network.forward(inputs, { seed: 1, draw: step }),
    loss: () => {
      network.losses(targets, { training: true });
    },
    backward: () => network.backward(),
    update: () => {
      optimizer.step(++step, { lr: 2e-3, clip: 5, weightDecay: 0 });
      network.carry();
    },
  };
  return { weights, parts };
}
