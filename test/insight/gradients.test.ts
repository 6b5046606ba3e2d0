// How far gradients reach, against closed forms.

import { describe, expect, it } from 'vitest';
import { openEngine } from '../../src/engine/engine.js';
import { gradientsByLag, leastText } from '../../src/insight/gradients.js';
import type { ModelConfig } from '../../src/model/config.js';
import { Weights } from '../../src/model/weights.js';

/** A unit whose states stay at zero, since all weights are zero except those given. */
function unit(config: Partial<ModelConfig>, values: Record<string, number[]>): Weights {
  const shape = { cell: 'lstm', vocabulary: 3, embedding: 1, hidden: 1, layers: 1, dropout: 0 } as const;
  const weights = new Weights(openEngine(), { ...shape, ...config }, { training: true });
  weights.values.fill(0);
  for (const [name, given] of Object.entries({ 'decoder.weight': [1, 2, -1], ...values })) {
    weights.values.set(given, weights.table.named(name).start);
  }
  weights.pack();
  return weights;
}

const MAX_LAG = 120;
const text = Array.from({ length: leastText(MAX_LAG) }, (_, i) => (i * i) % 3);
const relative = (weights: Weights) => {
  const [norms] = gradientsByLag(weights, text, { maxLag: MAX_LAG, places: 4 }).layers;
  return Array.from(norms!, (norm) => norm / norms![1]!);
};

describe('the gradient with respect to a state k steps back', () => {
  it('shrinks by W_hh per step of an RNN at rest, far below the smallest 32-bit float', () => {
    const shares = relative(unit({ cell: 'rnn' }, { 'rnn.weight_hh_l0': [0.3] }));
    for (const lag of [2, 10, 50, 100]) expect(shares[lag]! / 0.3 ** (lag - 1)).toBeCloseTo(1, 4);
    expect(shares[100]).toBeLessThan(1e-51);
  });

  it('shrinks by the forget gate plus the path through h per step of an LSTM at rest', () => {
    for (const bias of [-1, 0, 1, 4]) {
      const values = { 'lstm.weight_hh_l0': [0, 0, 0.5, 0], 'lstm.bias_ih_l0': [0, bias, 0, 0] };
      const forget = 1 / (1 + Math.exp(-bias));
      // From h' to g and c by i * 0.5, then to h by o; i and o are 1/2.
      const share = forget + 0.5 ** 3;
      const shares = relative(unit({}, values));
      for (const lag of [2, 10, 50, 100]) expect(shares[lag]! / share ** (lag - 1)).toBeCloseTo(1, 3);
    }
  });

  it('shrinks by the update gate per step of a GRU at rest', () => {
    const shares = relative(unit({ cell: 'gru' }, { 'gru.bias_ih_l0': [0, 2, 0] }));
    const update = 1 / (1 + Math.exp(-2));
    for (const lag of [2, 10, 50, 100]) expect(shares[lag]! / update ** (lag - 1)).toBeCloseTo(1, 3);
  });

  it('is measured on few sequences at a time if the logits of many would not fit', () => {
    const weights = unit({ vocabulary: 2 ** 15 }, { 'decoder.weight': [0] });
    expect(gradientsByLag(weights, Array(513).fill(0), { maxLag: 255, places: 3 }).places).toBe(4);
  });

  it('at lag 0 is that of the loss itself, and no gradients are left behind', () => {
    const weights = unit({}, { 'lstm.bias_ih_l0': [0, 1, 0, 0] });
    const { layers, places } = gradientsByLag(weights, text, { maxLag: 1, places: 33 });
    expect(places).toBeGreaterThanOrEqual(33);
    expect(weights.gradients.every((gradient) => gradient === 0)).toBe(true);
    // With logits of 0, each probability is 1/3, and the gradient is |sum of (1/3 - target) * weight|.
    const own = [1, 2, -1].map((weight) => Math.abs(2 / 3 - weight));
    expect(layers[0]![0]).toBeGreaterThanOrEqual(Math.min(...own));
    expect(layers[0]![0]).toBeLessThanOrEqual(Math.max(...own));
  });
});
