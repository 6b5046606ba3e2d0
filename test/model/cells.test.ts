// Every cell in every variant, compared with the float64 reference and its gradients.

import { describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/kernels.js';
import { CELLS } from '../../src/model/cells.js';
import { describeModel, type ModelConfig } from '../../src/model/config.js';
import { initialise } from '../../src/model/initialise.js';
import { Network } from '../../src/model/network.js';
import { Weights } from '../../src/model/weights.js';
import { Random, Stream, threefry } from '../../src/random.js';
import { builds } from '../helpers/engines.js';
import { everyVariant } from '../helpers/models.js';
import { forward, forwardBackward, zeroState } from '../helpers/reference.js';

const SHAPE = { vocabulary: 5, embedding: 3, hidden: 5, layers: 2, dropout: 0 };
const [ROWS, STEPS] = [2, 3];
const N = ROWS * STEPS;
const EPSILON = 1e-5;

const configs = everyVariant(SHAPE);
/** Of a collection of texts, id 3 is their end and id 4 a label. */
const END = 3;
configs.push(
  ...everyVariant({ ...SHAPE, end: END }),
  { ...SHAPE, cell: 'lstm', layers: 3, dropout: 0.4, residual: true },
  { ...SHAPE, cell: 'gru', layers: 3, dropout: 0.4, residual: true, layerNorm: true },
  { ...SHAPE, cell: 'peephole', layers: 3, dropout: 0.4, residual: true, layerNorm: true, end: END },
);

function build(engine: Engine, config: ModelConfig, { rows = ROWS, steps = STEPS } = {}) {
  const weights = new Weights(engine, config, { training: true });
  initialise(weights.table, weights.values, 1);
  // Vectors that start from the same value everywhere would hide a mistake in their position.
  const random = new Random(7, Stream.sampling);
  for (const { shape, start, length } of weights.table.parameters) {
    if (shape.length === 2) continue;
    for (let i = start; i < start + length; i++) weights.values[i]! += random.uniform() - 0.5;
  }
  weights.pack();
  return { weights, network: new Network(weights, { rows, steps, training: true }) };
}

const nameOf = (config: ModelConfig) => `${describeModel(config)}${config.end ? ' of texts' : ''}`;

function spansOf(weights: Weights, span: Float32Array): Map<string, Float64Array> {
  return new Map(
    weights.table.parameters.map(({ name, start, length }) => [
      name,
      Float64Array.from(span.subarray(start, start + length)),
    ]),
  );
}

function ids(count: number, vocabulary: number, seed: number): Uint32Array {
  const random = new Random(seed, Stream.sampling);
  return Uint32Array.from({ length: count }, () => random.below(vocabulary));
}

/** The factors that kernels/dropout.c draws for each layer. */
function masksOf({ dropout, layers, hidden }: ModelConfig, seed: number, draw: number): Float64Array[] {
  const n = N * hidden;
  const half = Math.ceil(n / 2);
  return Array.from({ length: layers }, (_, layer) =>
    Float64Array.from({ length: n }, (_, i) => {
      const word = threefry(seed, Stream.dropout, i % half, draw * layers + layer)[i < half ? 0 : 1];
      return word < Math.round(dropout * 2 ** 32) ? 0 : 1 / (1 - dropout);
    }),
  );
}

function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
) {
  expect(actual.length, what).toBe(expected.length);
  const scale = Math.max(1e-2, ...Array.from(expected, Math.abs));
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!);
    if (!(error <= tolerance * scale)) expect.fail(`${what}[${i}] is ${actual[i]}, expected ${expected[i]}`);
  }
}

describe.each(builds)('%s', (_, open) => {
  const engine = open();

  it.skipIf(!engine).each(configs.map((config) => [nameOf(config), config] as const))(
    '%s matches the reference in logits, states and every gradient of three windows',
    (_, config) => {
      const { weights, network } = build(engine!, config);
      const parameters = spansOf(weights, weights.values);
      let state = zeroState(config, ROWS);
      for (let window = 0; window < 3; window++) {
        const [inputs, targets] = [ids(N, 5, 2 * window), ids(N, 5, 2 * window + 1)];
        const masks = config.dropout > 0 ? masksOf(config, 5, window) : undefined;
        const shape = { rows: ROWS, steps: STEPS };
        const expected = forwardBackward(config, parameters, { inputs, targets, ...shape, state, masks });
        network.forward(inputs, { seed: 5, draw: window });
        expectClose(network.logits, expected.logits, 1e-5, 'logits');
        const losses = network.losses(targets, { training: true });
        expect(losses.reduce((sum, x) => sum + x, 0) / network.counted).toBeCloseTo(expected.loss, 5);
        weights.gradients.fill(0);
        network.backward();
        for (const [name, gradient] of spansOf(weights, weights.gradients)) {
          expectClose(gradient, expected.gradients.get(name)!, 1e-4, name);
        }
        network.carry();
        state = expected.state;
        const { hasCellState } = CELLS[config.cell];
        const size = ROWS * config.hidden;
        network.layers.forEach((layer, l) => {
          const partOf = (x: Float64Array) => x.subarray(l * size, (l + 1) * size);
          expectClose(layer.state.h, partOf(state.h), 1e-5, `h of layer ${l}`);
          expectClose(layer.state.c, hasCellState ? partOf(state.c) : [], 1e-5, `c of layer ${l}`);
        });
      }
    },
  );
});

it('the gradient of a hidden state is the effect of a nudge to it on the loss', () => {
  for (const config of configs.filter(({ dropout, end }) => dropout === 0 && end === undefined)) {
    const engine = builds.at(-1)![1]() ?? builds[0]![1]()!;
    const { weights, network } = build(engine, config, { rows: 1, steps: STEPS });
    const parameters = spansOf(weights, weights.values);
    const [inputs, targets] = [ids(STEPS, 5, 1), ids(STEPS, 5, 2)];
    network.forward(inputs);
    network.losses(targets, { training: true });
    network.backward();
    const last = config.layers - 1;
    const gradients = Float32Array.from(network.hiddenGradients(last));
    // For the last layer after the first step: through later steps, and through the decoder at this one.
    const part = (from: number, to: number) => ({
      inputs: inputs.subarray(from, to),
      targets: targets.subarray(from, to),
      rows: 1,
      steps: to - from,
    });
    const first = forward(config, parameters, part(0, 1));
    const lossFrom = (nudge: number, unit: number) => {
      const state = structuredClone(first.state);
      state.h[last * config.hidden + unit]! += nudge;
      return forward(config, parameters, { ...part(1, STEPS), state }).loss;
    };
    const decoder = parameters.get('decoder.weight')!;
    const z = first.logits;
    const total = z.reduce((sum, x) => sum + Math.exp(x), 0);
    const numeric = Array.from({ length: config.hidden }, (_, unit) => {
      const later = (lossFrom(EPSILON, unit) - lossFrom(-EPSILON, unit)) / (2 * EPSILON);
      const atOnce = z.reduce((sum, x, id) => {
        const error = Math.exp(x) / total - (id === targets[0] ? 1 : 0);
        return sum + error * decoder[id * config.hidden + unit]!;
      }, 0);
      return (later * (STEPS - 1) + atOnce) / STEPS;
    });
    expectClose(gradients.subarray(0, config.hidden), numeric, 1e-4, describeModel(config));
  }
});
