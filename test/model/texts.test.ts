// Texts that are packed end to end into the rows of a batch, compared with the same texts read alone.

import { describe, expect, it } from 'vitest';
import { openEngine } from '../../src/engine/engine.js';
import { describeModel, type ModelConfig } from '../../src/model/config.js';
import { Network } from '../../src/model/network.js';
import { Weights } from '../../src/model/weights.js';
import { everyVariant, initialiseSmall } from '../helpers/models.js';

/** Ids 0 to 4 are characters, 5 is the end of a text, and the rest are labels. */
const END = 5;
const LABEL = 6;
const SHAPE = { vocabulary: 8, embedding: 4, hidden: 9, layers: 2, dropout: 0, end: END };
/** Each row begins with END and is followed by one; the texts in it begin after an END. */
const ROWS = [
  [END, LABEL, 0, 3, 1, END, LABEL + 1, 2, 2, END, 1, END, END, 4],
  [END, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, END, 3, 3],
  [END, END, LABEL, 4, 4, END, LABEL, 4, END, LABEL + 1, 0, 1, END, 2],
];
const STEPS = ROWS[0]!.length;

interface Reading {
  /** (positions, V) */
  readonly logits: number[][];
  readonly losses: number[];
  /** Of the sum of the losses. */
  readonly gradients: number[];
  readonly counted: number;
}

/** Weights of a network and how it reads rows of ids, each followed by END, from zero state. */
function readerOf(config: ModelConfig) {
  const weights = new Weights(openEngine(), config, { training: true });
  initialiseSmall(weights, 1, 3);
  const read = (rows: readonly number[][]): Reading => {
    const steps = rows[0]!.length;
    const network = new Network(weights, { rows: rows.length, steps, training: true });
    const inTime = (next: 0 | 1) =>
      Uint32Array.from({ length: steps * rows.length }, (_, n) => {
        return rows[n % rows.length]![Math.floor(n / rows.length) + next] ?? END;
      });
    network.forward(inTime(0));
    const { vocabulary } = config;
    const all = Array.from(network.logits);
    const logits = Array.from({ length: all.length / vocabulary }, (_, n) =>
      all.slice(n * vocabulary, (n + 1) * vocabulary),
    );
    const losses = Array.from(network.losses(inTime(1), { training: true }));
    weights.gradients.fill(0);
    network.backward();
    weights.engine.finish();
    const { counted } = network;
    return { logits, losses, gradients: Array.from(weights.gradients, (x) => x * counted), counted };
  };
  return { weights, read };
}

/** The texts of a row, each with the END before it. */
function textsOf(row: readonly number[]): number[][] {
  const starts = row.flatMap((id, at) => (id === END ? at : []));
  return starts.map((start, i) => row.slice(start, starts[i + 1]));
}

const variants = everyVariant(SHAPE).map((config) => [describeModel(config), config] as const);

describe.each(variants)('texts packed into the rows of a %s', (_, config) => {
  const { read } = readerOf(config);
  const packed = read(ROWS);
  const alone = ROWS.map((row) => textsOf(row).map((text) => read([text])));

  it('give the logits and losses, bit for bit, that each gives alone', () => {
    for (const [b, texts] of alone.entries()) {
      const positions = Array.from({ length: STEPS }, (_, t) => t * ROWS.length + b);
      expect(positions.map((n) => packed.logits[n])).toEqual(texts.flatMap(({ logits }) => logits));
      expect(positions.map((n) => packed.losses[n])).toEqual(texts.flatMap(({ losses }) => losses));
    }
  });

  it('give the sum of the gradients that each gives alone', () => {
    const sum = alone
      .flat()
      .reduce(
        (total, { gradients }) => total.map((x, i) => x + gradients[i]!),
        [...packed.gradients.map(() => 0)],
      );
    const scale = Math.max(...sum.map(Math.abs));
    const errors = packed.gradients.map((x, i) => Math.abs(x - sum[i]!) / scale);
    expect(Math.max(...errors)).toBeLessThan(1e-5);
  });
});

it('labels are read but not predicted: they count neither in the mean loss nor in its gradient', () => {
  const { read } = readerOf({ ...SHAPE, cell: 'lstm' });
  const { losses, counted } = read([[END, LABEL, LABEL + 1, 3, END, LABEL]]);
  expect(losses.map((loss) => loss === 0)).toEqual([true, true, false, false, true, false]);
  expect(counted).toBe(3);
});

it.each(everyVariant(SHAPE).map((config) => [describeModel(config), config] as const))(
  'a text after numbers that are not finite begins from zero state: %s',
  (_, config) => {
    const { weights } = readerOf(config);
    const network = new Network(weights, { rows: 2, steps: 2, training: true });
    const run = (value: number) => {
      for (const { state } of network.layers) {
        state.h.fill(value);
        state.c.fill(value);
      }
      network.forward(Uint32Array.of(END, END, 1, 2));
      const logits = Array.from(network.logits);
      network.losses(Uint32Array.of(1, 2, 3, END), { training: true });
      weights.gradients.fill(0);
      network.backward();
      weights.engine.finish();
      return [logits, Array.from(weights.gradients)];
    };
    expect(run(Number.NaN)).toEqual(run(0));
  },
);
