// What gates do while a network reads, against loops over their activations.

import { describe, expect, it } from 'vitest';
import { gateStatistics } from '../../src/insight/gates.js';
import { CELL_NAMES, CELLS } from '../../src/model/cells.js';
import { Network } from '../../src/model/network.js';
import { modelOf } from '../helpers/models.js';

const TEXT = 'the whale, the sea: a wide white wail was what we saw there.\n'.repeat(3);
const KINDS = CELL_NAMES.flatMap((cell) =>
  (CELLS[cell].canBeCoupled ? [false, true] : [false]).map((coupled) => ({ cell, coupled })),
);

/** A model with weights so large that activations come close to saturation. */
function saturatedModel(cell: (typeof CELL_NAMES)[number], coupled: boolean) {
  const model = modelOf(TEXT, { cell, coupled, hidden: 7, layers: 2 });
  const { values } = model.weights;
  values.set(values.map((x) => 4 * x));
  model.weights.pack();
  return model;
}

describe.each(KINDS)('the gates of $cell (coupled: $coupled)', ({ cell, coupled }) => {
  const model = saturatedModel(cell, coupled);
  const { vocabulary, weights, config } = model;
  const gates = CELLS[cell].gates(coupled);
  const statistics = gateStatistics(model, TEXT);
  const ids = vocabulary.encode(TEXT);
  const { hidden } = config;

  /** Activations by layer, gate, unit and position, read one character at a time. */
  const seen = Array.from({ length: config.layers }, () =>
    gates.map(() => Array.from({ length: hidden }, () => [] as number[])),
  );
  const network = new Network(weights, { rows: 1, steps: 1, training: false });
  network.resetState();
  for (const id of ids) {
    network.forward(Uint32Array.of(id));
    seen.forEach((ofLayer, layer) => {
      const row = network.gates(layer);
      ofLayer.forEach((units, gate) => {
        for (const [unit, values] of units.entries()) values.push(row[gate * hidden + unit]!);
      });
    });
    network.carry();
  }
  const share = (values: readonly number[], is: (value: number) => boolean) =>
    values.filter(is).length / values.length;
  const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;

  it('are saturated in the share of steps that the activations show', () => {
    seen.forEach((ofLayer, layer) => {
      ofLayer.forEach((units, index) => {
        const { name, activation, left, right } = statistics.layers[layer]!.gates[index]!;
        expect(name).toBe(gates[index]!.name);
        const [low, high] = activation === 'sigmoid' ? [0.1, 0.9] : [-0.9, 0.9];
        expect([...left]).toEqual(units.map((values) => share(values, (x) => x < low)));
        expect([...right]).toEqual(units.map((values) => share(values, (x) => x > high)));
      });
    });
    const all = statistics.layers.flatMap((layer) => layer.gates.flatMap(({ left, right }) => [left, right]));
    expect(all.some((shares) => shares.some((one) => one > 0.2))).toBe(true);
  });

  it('have the means of the activations, overall and by character', () => {
    seen.forEach((ofLayer, layer) => {
      ofLayer.forEach((units, index) => {
        const gate = statistics.layers[layer]!.gates[index]!;
        expect(gate.mean).toBeCloseTo(mean(units.flat()), 10);
        for (const [id, found] of gate.byCharacter.entries()) {
          const at = units.flatMap((values) => values.filter((_, t) => ids[t] === id));
          expect(found).toBeCloseTo(mean(at), 10);
        }
      });
    });
    expect(statistics.characters).toBe(ids.length);
    expect([...statistics.counts]).toEqual(
      Array.from(statistics.counts, (_, id) => ids.filter((one) => one === id).length),
    );
  });

  it('give the memory of a unit from the gate that keeps it, if there is one', () => {
    const keeping = gates.findIndex(({ keeps }) => keeps);
    expect(keeping < 0).toBe(cell === 'rnn');
    seen.forEach((ofLayer, layer) => {
      const { memory } = statistics.layers[layer]!;
      if (keeping < 0) expect(memory).toBeUndefined();
      else {
        ofLayer[keeping]!.forEach((values, unit) => {
          expect(memory![unit]! * mean(values.map(Math.log))).toBeCloseTo(-1, 10);
        });
      }
    });
  });
});

it.each([
  [0.99, 99.499],
  [0.5, Math.LOG2E],
])('a forget gate that stays at %d gives a memory of %d characters', (f, characters) => {
  const model = modelOf(TEXT, { hidden: 5, layers: 1 });
  const { table, values } = model.weights;
  values.fill(0);
  const { start } = table.named('lstm.bias_ih_l0');
  values.fill(Math.log(f / (1 - f)), start + 5, start + 10);
  model.weights.pack();
  const { memory, gates } = gateStatistics(model, TEXT).layers[0]!;
  for (const unit of memory!) expect(unit / characters).toBeCloseTo(1, 3);
  expect([...gates[1]!.right]).toEqual(Array(5).fill(f > 0.9 ? 1 : 0));
});

it('a memory that loses nothing is infinite, and one lost at once is 0', () => {
  for (const [bias, expected] of [
    [1000, Number.POSITIVE_INFINITY],
    [-1000, 0],
  ] as const) {
    const model = modelOf(TEXT, { hidden: 3, layers: 1 });
    const { table, values } = model.weights;
    values.fill(0);
    values.fill(bias, table.named('lstm.bias_ih_l0').start + 3, table.named('lstm.bias_ih_l0').start + 6);
    model.weights.pack();
    const { memory } = gateStatistics(model, TEXT).layers[0]!;
    // A gate is never below e^-30 (kernels/vector.h), so the shortest memory is 1/30.
    for (const unit of memory!) expect(Math.abs(unit - expected) < 0.034 || unit === expected).toBe(true);
  }
});
