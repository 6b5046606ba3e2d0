import { describe, expect, it } from 'vitest';
import { openEngine } from '../../src/engine/engine.js';
import type { Engine } from '../../src/engine/kernels.js';
import type { ModelConfig } from '../../src/model/config.js';
import { initialise } from '../../src/model/initialise.js';
import { Network } from '../../src/model/network.js';
import { Optimizer } from '../../src/model/optimizer.js';
import { Weights } from '../../src/model/weights.js';
import { Random, Stream, threefry } from '../../src/random.js';
import { forwardBackward } from '../helpers/reference.js';

function build(config: ModelConfig, rows: number, steps: number, engine: Engine = openEngine()) {
  const weights = new Weights(engine, config, { training: true });
  const network = new Network(weights, { rows, steps, training: true });
  initialise(weights.table, weights.values, 1);
  weights.pack();
  return { weights, network };
}

function parametersOf(weights: Weights, span = weights.values): Map<string, Float64Array> {
  return new Map(
    weights.table.parameters.map(({ name, start, length }) => [
      name,
      Float64Array.from(span.subarray(start, start + length)),
    ]),
  );
}

function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  expect(actual.length).toBe(expected.length);
  let scale = 0;
  for (let i = 0; i < expected.length; i++) scale = Math.max(scale, Math.abs(expected[i]!));
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!);
    if (!(error <= tolerance * scale)) expect.fail(`${what}[${i}] is ${actual[i]}, expected ${expected[i]}`);
  }
}

const mean = (x: ArrayLike<number>) => Array.from(x).reduce((total, y) => total + y, 0) / x.length;

function randomIds(length: number, vocabulary: number, position = 0): Uint32Array {
  const random = new Random(99, Stream.sampling, position);
  return Uint32Array.from({ length }, () => random.below(vocabulary));
}

describe('a network compared with the float64 reference', () => {
  const shapes: [ModelConfig, rows: number, steps: number][] = [
    [{ cell: 'lstm', vocabulary: 7, embedding: 4, hidden: 5, layers: 2, dropout: 0 }, 3, 4],
    [{ cell: 'lstm', vocabulary: 2, embedding: 1, hidden: 1, layers: 1, dropout: 0 }, 1, 1],
    [{ cell: 'lstm', vocabulary: 40, embedding: 9, hidden: 17, layers: 3, dropout: 0 }, 5, 6],
    [{ cell: 'lstm', vocabulary: 11, embedding: 8, hidden: 16, layers: 2, dropout: 0.4 }, 4, 5],
  ];
  it.each(shapes)('has the same loss, state and gradients with %o', (config, rows, steps) => {
    const { weights, network } = build(config, rows, steps);
    const { hidden, layers } = config;
    const parameters = parametersOf(weights);
    const n = rows * steps;
    const state = {
      h: new Float64Array(layers * rows * hidden),
      c: new Float64Array(layers * rows * hidden),
    };
    for (let window = 0; window < 3; window++) {
      const inputs = randomIds(n, config.vocabulary, window * 2 * n);
      const targets = randomIds(n, config.vocabulary, (window * 2 + 1) * n);
      const masks = Array.from({ length: layers }, (_, l) => dropoutMask(n * hidden, config, 5, window, l));
      const expected = forwardBackward(config, parameters, {
        inputs,
        targets,
        rows,
        steps,
        state,
        masks: config.dropout > 0 ? masks : undefined,
      });
      network.forward(inputs, { seed: 5, draw: window });
      expectClose(network.logits, expected.logits, 1e-5, 'logits');
      const losses = network.losses(targets, { training: true });
      expect(mean(losses)).toBeCloseTo(expected.loss, 5);
      weights.gradients.fill(0);
      network.backward();
      for (const [name, gradient] of parametersOf(weights, weights.gradients)) {
        expectClose(gradient, expected.gradients.get(name)!, 2e-5, name);
      }
      network.carry();
      network.layers.forEach((layer, l) => {
        const slice = rows * hidden;
        expectClose(
          layer.state.h,
          expected.state.h.subarray(l * slice, (l + 1) * slice),
          1e-5,
          `h of layer ${l}`,
        );
        expectClose(
          layer.state.c,
          expected.state.c.subarray(l * slice, (l + 1) * slice),
          1e-5,
          `c of layer ${l}`,
        );
      });
      state.h.set(expected.state.h);
      state.c.set(expected.state.c);
    }
  });

  it('computes a window shorter than its capacity like one that fits exactly', () => {
    const config: ModelConfig = {
      cell: 'lstm',
      vocabulary: 7,
      embedding: 4,
      hidden: 6,
      layers: 2,
      dropout: 0,
    };
    const { network } = build(config, 2, 8);
    const inputs = randomIds(6, 7);
    network.forward(inputs);
    const expected = forwardBackward(config, parametersOf(network.weights), {
      inputs,
      targets: inputs,
      rows: 2,
      steps: 3,
    });
    expectClose(network.logits, expected.logits, 1e-5, 'logits');
  });
});

/** The factors that kernels/dropout.c draws for one layer. */
function dropoutMask(
  n: number,
  config: ModelConfig,
  seed: number,
  draw: number,
  layer: number,
): Float64Array {
  const half = Math.ceil(n / 2);
  return Float64Array.from({ length: n }, (_, i) => {
    const words = threefry(seed, Stream.dropout, i % half, draw * config.layers + layer);
    const word = words[i < half ? 0 : 1];
    return word < Math.round(config.dropout * 2 ** 32) ? 0 : 1 / (1 - config.dropout);
  });
}

describe('learning', () => {
  it('overfits a single batch to a loss near zero', () => {
    const config: ModelConfig = {
      cell: 'lstm',
      vocabulary: 20,
      embedding: 16,
      hidden: 48,
      layers: 2,
      dropout: 0,
    };
    const { weights, network } = build(config, 4, 16);
    const optimizer = new Optimizer(weights);
    const inputs = randomIds(64, 20);
    const targets = randomIds(64, 20, 64);
    let loss = Number.POSITIVE_INFINITY;
    for (let step = 1; step <= 400; step++) {
      network.resetState();
      network.forward(inputs);
      loss = mean(network.losses(targets, { training: true }));
      network.backward();
      optimizer.step(step, { lr: 0.01, clip: 1, weightDecay: 0 });
    }
    expect(loss).toBeLessThan(0.01);
  });

  it('drops nothing outside training', () => {
    const config: ModelConfig = {
      cell: 'lstm',
      vocabulary: 9,
      embedding: 4,
      hidden: 8,
      layers: 2,
      dropout: 0.5,
    };
    const { weights, network } = build(config, 2, 4);
    const inputs = randomIds(8, 9);
    network.forward(inputs, { seed: 1, draw: 0 });
    const dropped = Float32Array.from(network.logits);
    network.resetState();
    network.forward(inputs);
    const whole = Float32Array.from(network.logits);
    const inference = new Network(weights, { rows: 2, steps: 4, training: false });
    inference.forward(inputs, { seed: 1, draw: 0 });
    expect(inference.logits).toEqual(whole);
    expect(dropped).not.toEqual(whole);
  });
});

describe('initialisation', () => {
  const config: ModelConfig = {
    cell: 'lstm',
    vocabulary: 30,
    embedding: 12,
    hidden: 37,
    layers: 2,
    dropout: 0,
  };

  it('sets the forget bias on every layer, and no other', () => {
    const { weights } = build(config, 1, 1);
    for (let layer = 0; layer < 2; layer++) {
      const bias = parametersOf(weights).get(`lstm.bias_ih_l${layer}`)!;
      expect(Array.from(bias)).toEqual(Array.from(bias, (_, i) => (Math.floor(i / 37) === 1 ? 1 : 0)));
    }
  });

  it('makes each gate of the recurrent matrices orthogonal, dense and different', () => {
    const { weights } = build(config, 1, 1);
    const matrix = parametersOf(weights).get('lstm.weight_hh_l1')!;
    for (let gate = 0; gate < 4; gate++) {
      const row = (i: number) => matrix.subarray((gate * 37 + i) * 37, (gate * 37 + i + 1) * 37);
      for (let i = 0; i < 37; i++) {
        for (let j = 0; j <= i; j++) {
          const dot = row(i).reduce((total, x, p) => total + x * row(j)[p]!, 0);
          expect(dot).toBeCloseTo(i === j ? 1 : 0, 5);
        }
        expect(Math.max(...row(i).map(Math.abs))).toBeLessThan(0.9);
      }
    }
  });

  it.each(['lstm', 'peephole'] as const)('%s: products start with a variance of about 1', (cell) => {
    const config: ModelConfig = { cell, vocabulary: 60, embedding: 48, hidden: 64, layers: 3, dropout: 0 };
    const { network } = build(config, 16, 40);
    const rms = (x: ArrayLike<number>) => Math.sqrt(mean(Array.from(x, (y) => y * y)));
    network.forward(randomIds(640, 60));
    network.losses(randomIds(640, 60, 1));
    for (let layer = 0; layer < 3; layer++) {
      expect(rms(network.hidden(layer))).toBeGreaterThan(0.2);
      expect(rms(network.hidden(layer))).toBeLessThan(0.45);
    }
    expect(rms(network.logits)).toBeGreaterThan(0.67);
    expect(rms(network.logits)).toBeLessThan(1.5);
  });

  it('depends on the seed alone', () => {
    const one = build(config, 1, 1).weights.values;
    expect(build(config, 4, 4).weights.values).toEqual(one);
    const { weights } = build(config, 1, 1);
    initialise(weights.table, weights.values, 2);
    expect(weights.values).not.toEqual(one);
  });
});
