// Every cell, with all that can be chosen beside it, against a float64 reference and its central differences.

import { describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/kernels.js';
import { CELL_NAMES, CELLS } from '../../src/model/cells.js';
import { describeModel, type ModelConfig } from '../../src/model/config.js';
import { initialise } from '../../src/model/initialise.js';
import { Network } from '../../src/model/network.js';
import { Weights } from '../../src/model/weights.js';
import { Random, Stream, threefry } from '../../src/random.js';
import { builds } from '../helpers/engines.js';
import { type CellStates, forward, zeroStates } from '../helpers/reference-cells.js';

const SHAPE = { vocabulary: 5, embedding: 3, hidden: 5, layers: 2, dropout: 0 };
const [ROWS, STEPS] = [2, 3];
const N = ROWS * STEPS;
const EPSILON = 1e-5;

const choices = [false, true];
const configs: ModelConfig[] = CELL_NAMES.flatMap((cell) =>
  choices.flatMap((coupled) =>
    choices.flatMap((layerNorm) =>
      choices.map((residual) => ({ ...SHAPE, cell, coupled, layerNorm, residual })),
    ),
  ),
).filter(({ cell, coupled }) => !coupled || CELLS[cell].canBeCoupled);
configs.push(
  { ...SHAPE, cell: 'lstm', layers: 3, dropout: 0.4, residual: true },
  { ...SHAPE, cell: 'gru', layers: 3, dropout: 0.4, residual: true, layerNorm: true },
);

function build(engine: Engine, config: ModelConfig, { rows = ROWS, steps = STEPS } = {}) {
  const weights = new Weights(engine, config, { training: true });
  initialise(weights.table, weights.values, 1);
  // What begins with the same value everywhere would hide a mistake in its place.
  const random = new Random(7, Stream.sampling);
  for (const { shape, start, length } of weights.table.parameters) {
    if (shape.length === 2) continue;
    for (let i = start; i < start + length; i++) weights.values[i]! += random.uniform() - 0.5;
  }
  weights.pack();
  return { weights, network: new Network(weights, { rows, steps, training: true }) };
}

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

/** What kernels/dropout.c draws for each layer: multipliers. */
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

  it.skipIf(!engine).each(configs.map((config) => [describeModel(config), config] as const))(
    '%s: logits, states and every gradient of three windows',
    (_, config) => {
      const { weights, network } = build(engine!, config);
      const parameters = spansOf(weights, weights.values);
      let start: CellStates = zeroStates(config, ROWS);
      for (let window = 0; window < 3; window++) {
        const [inputs, targets] = [ids(N, 5, 2 * window), ids(N, 5, 2 * window + 1)];
        const masks = config.dropout > 0 ? masksOf(config, 5, window) : undefined;
        const at = () => forward(config, parameters, inputs, targets, ROWS, start, masks);
        const expected = at();
        network.forward(inputs, { seed: 5, draw: window });
        expectClose(network.logits, expected.logits.flat(), 1e-5, 'logits');
        const losses = network.losses(targets, { training: true });
        expect(losses.reduce((sum, x) => sum + x, 0) / N).toBeCloseTo(expected.loss, 5);
        weights.gradients.fill(0);
        network.backward();
        const gradients = spansOf(weights, weights.gradients);
        // The differences take some time: all elements in the second window, which starts from a state.
        if (window === 1) {
          for (const [name, values] of parameters) {
            const numeric = values.slice().map((value, i) => {
              values[i] = value + EPSILON;
              const above = at().loss;
              values[i] = value - EPSILON;
              const below = at().loss;
              values[i] = value;
              return (above - below) / (2 * EPSILON);
            });
            expectClose(gradients.get(name)!, numeric, 1e-4, name);
          }
        }
        network.carry();
        start = expected.states;
        network.layers.forEach(({ state }, layer) => {
          expectClose(state.h, start.h[layer]!.flat(), 1e-5, `h of layer ${layer}`);
          const { hasCellState } = CELLS[config.cell];
          expectClose(state.c, hasCellState ? start.c[layer]!.flat() : [], 1e-5, `c of layer ${layer}`);
        });
      }
    },
  );
});

it('the gradient by a hidden state is what a nudge of it does to the loss', () => {
  for (const config of configs.filter(({ dropout }) => dropout === 0)) {
    const engine = builds.at(-1)![1]() ?? builds[0]![1]()!;
    const { weights, network } = build(engine, config, { rows: 1, steps: STEPS });
    const parameters = spansOf(weights, weights.values);
    const [inputs, targets] = [ids(STEPS, 5, 1), ids(STEPS, 5, 2)];
    network.forward(inputs);
    network.losses(targets, { training: true });
    network.backward();
    const last = config.layers - 1;
    const gradients = Float32Array.from(network.hiddenGradients(last));
    // Of the last layer after the first step: through its own next steps, and through what is read from it at once.
    const first = forward(config, parameters, inputs.subarray(0, 1), targets, 1, zeroStates(config, 1));
    const lossFrom = (nudge: number, unit: number) => {
      const states = structuredClone(first.states);
      states.h[last]![0]![unit]! += nudge;
      return forward(config, parameters, inputs.subarray(1), targets.subarray(1), 1, states).loss;
    };
    const decoder = parameters.get('decoder.weight')!;
    const z = first.logits[0]!;
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
