// Every cell that PyTorch has a module for, against its numbers: the float64 reference, and the product.

import { describe, expect, it } from 'vitest';
import { openEngine } from '../../src/engine/engine.js';
import type { ModelConfig } from '../../src/model/config.js';
import { Network } from '../../src/model/network.js';
import { Optimizer } from '../../src/model/optimizer.js';
import { Weights } from '../../src/model/weights.js';
import {
  fixture,
  fixtureWindow,
  formulaParameters,
  MODULES,
  type Module,
  numbersOf,
} from '../helpers/pytorch.js';
import { forward, zeroStates } from '../helpers/reference-cells.js';

const { rows, steps, vocabulary, embedding, hidden, layers } = fixture.config;
const EPSILON = 1e-5;

const configOf = (cell: Module): ModelConfig => ({ cell, vocabulary, embedding, hidden, layers, dropout: 0 });

/** The script calls the one bias of an LSTM or RNN by a shorter name. */
const ownName = (name: string) => name.replace('.bias_l', '.bias_ih_l');

/** The initial weights by our names, in the order that the script numbers them. */
function initialOf(cell: Module): Map<string, Float64Array> {
  const sizes = Object.entries(numbersOf(cell).gradients).map(
    ([name, gradient]) => [ownName(name), [gradient.length]] as const,
  );
  return formulaParameters(sizes);
}

function build(cell: Module) {
  const weights = new Weights(openEngine(), configOf(cell), { training: true });
  const initial = initialOf(cell);
  expect([...initial.keys()].sort()).toEqual(weights.table.parameters.map(({ name }) => name).sort());
  for (const { name, start } of weights.table.parameters) weights.values.set(initial.get(name)!, start);
  weights.pack();
  return { weights, network: new Network(weights, { rows, steps, training: true }) };
}

/** The largest difference, as a share of the largest number. */
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

  it('the reference gives the loss, the logits, and by central differences the gradients', () => {
    const parameters = initialOf(cell);
    const { inputs, targets } = fixtureWindow(0);
    const at = () =>
      forward(configOf(cell), parameters, inputs, targets, rows, zeroStates(configOf(cell), rows));
    const { loss, logits } = at();
    expect(loss / expected.losses[0]!).toBeCloseTo(1, 12);
    expect(difference(firstRow(logits.flat()), expected.logits.flat())).toBeLessThan(1e-9);
    for (const [name, gradient] of Object.entries(expected.gradients)) {
      const values = parameters.get(ownName(name))!;
      // Some of each tensor, since each takes two passes.
      const some = gradient.map((_, i) => i).filter((i) => i % 7 === 0);
      const numeric = some.map((i) => {
        const value = values[i]!;
        values[i] = value + EPSILON;
        const above = at().loss;
        values[i] = value - EPSILON;
        const below = at().loss;
        values[i] = value;
        return (above - below) / (2 * EPSILON);
      });
      const there = some.map((i) => gradient[i]!);
      expect(difference(numeric, there), name).toBeLessThan(1e-6);
    }
  });

  it('the product gives the logits and every gradient of the first step', () => {
    const { weights, network } = build(cell);
    const { inputs, targets } = fixtureWindow(0);
    network.forward(Uint32Array.from(inputs));
    expect(difference(firstRow(network.logits), expected.logits.flat())).toBeLessThan(1e-5);
    network.losses(Uint32Array.from(targets), { training: true });
    network.backward();
    for (const [name, gradient] of Object.entries(expected.gradients)) {
      const { start, length } = weights.table.named(ownName(name));
      expect(difference(weights.gradients.subarray(start, start + length), gradient), name).toBeLessThan(
        2e-5,
      );
    }
  });

  it('the product gives ten losses and gradient norms of training with carried state', () => {
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
