// Every cell that PyTorch has a module for, compared with its numbers. reference-pytorch.test.ts does the
// same for the float64 reference.

import { describe, expect, it } from 'vitest';
import { openEngine } from '../../src/engine/engine.js';
import { Network } from '../../src/model/network.js';
import { Optimizer } from '../../src/model/optimizer.js';
import { Weights } from '../../src/model/weights.js';
import {
  fixture,
  fixtureConfig,
  fixtureParameters,
  fixtureWindow,
  MODULES,
  type Module,
  numbersOf,
} from '../helpers/pytorch.js';

const { rows, steps, vocabulary } = fixture.config;

function build(cell: Module) {
  const weights = new Weights(openEngine(), fixtureConfig(cell), { training: true });
  const initial = fixtureParameters(cell);
  expect([...initial.keys()].sort()).toEqual(weights.table.parameters.map(({ name }) => name).sort());
  for (const { name, start } of weights.table.parameters) weights.values.set(initial.get(name)!, start);
  weights.pack();
  return { weights, network: new Network(weights, { rows, steps, training: true }) };
}

/** The largest difference, relative to the largest expected number. */
function difference(actual: ArrayLike<number>, expected: readonly number[]): number {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(actual[i]! - value))) / scale;
}

const firstRow = (logits: ArrayLike<number>) =>
  Array.from(logits).filter((_, i) => Math.floor(i / vocabulary) % rows === 0);
const mean = (x: ArrayLike<number>) => Array.from(x).reduce((total, y) => total + y, 0) / x.length;

describe.each(MODULES)('%s', (cell) => {
  const expected = numbersOf(cell);

  it('the network gives the logits and every gradient of the first step', () => {
    const { weights, network } = build(cell);
    const { inputs, targets } = fixtureWindow(0);
    network.forward(Uint32Array.from(inputs));
    expect(difference(firstRow(network.logits), expected.logits.flat())).toBeLessThan(1e-5);
    network.losses(Uint32Array.from(targets), { training: true });
    network.backward();
    for (const [name, gradient] of Object.entries(expected.gradients)) {
      const { start, length } = weights.table.named(name);
      expect(difference(weights.gradients.subarray(start, start + length), gradient), name).toBeLessThan(
        2e-5,
      );
    }
  });

  it('the network gives the losses and gradient norms of ten training steps with carried state', () => {
    const { weights, network } = build(cell);
    const optimizer = new Optimizer(weights);
    const { learningRate: lr, clip, weightDecay } = fixture.config;
    expect(expected.losses).toHaveLength(10);
    expected.losses.forEach((loss, window) => {
      const { inputs, targets } = fixtureWindow(window);
      network.forward(Uint32Array.from(inputs));
      expect(mean(network.losses(Uint32Array.from(targets), { training: true }))).toBeCloseTo(loss, 5);
      network.backward();
      const norm = optimizer.step(window + 1, { lr, clip, weightDecay });
      expect(norm / expected.norms[window]!).toBeCloseTo(1, 4);
      network.carry();
    });
  });
});
