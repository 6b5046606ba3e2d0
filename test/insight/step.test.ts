// The numbers of a step are the network's own, and its equations hold as written.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CharacterModel } from '../../src/checkpoint/checkpoint.js';
import { openEngine } from '../../src/engine/engine.js';
import { equationsOf, quantitiesOf } from '../../src/insight/equations.js';
import { type Equation, equation, part, product, sum } from '../../src/insight/expression.js';
import { distributionOf, type Step, stepAfter, steps } from '../../src/insight/step.js';
import { CELL_NAMES, CELLS, type CellName, gatesOf } from '../../src/model/cells.js';
import { initialise } from '../../src/model/initialise.js';
import { Network } from '../../src/model/network.js';
import { Weights } from '../../src/model/weights.js';
import { choose } from '../../src/sample/choose.js';
import { vocabularyOf } from '../helpers/models.js';

interface Kind {
  readonly cell: CellName;
  readonly coupled?: boolean;
  readonly layerNorm?: boolean;
  readonly residual?: boolean;
}

const HIDDEN = 9;
const vocabulary = vocabularyOf('abcdefg \n');

/** A model with weights unlike any initialisation: biases, peepholes and scales all differ. */
function modelOf(kind: Kind): CharacterModel {
  const config = {
    ...kind,
    vocabulary: vocabulary.size,
    embedding: 5,
    hidden: HIDDEN,
    layers: 3,
    dropout: 0.3,
  };
  const weights = new Weights(openEngine(), config, { training: false });
  initialise(weights.table, weights.values, 7);
  weights.values.forEach((value, i) => {
    weights.values[i] = 1.5 * value + 0.4 * Math.sin(i);
  });
  weights.pack();
  return { config, vocabulary, weights };
}

const KINDS: Kind[] = CELL_NAMES.flatMap((cell) => [
  { cell },
  { cell, layerNorm: true },
  { cell, residual: true },
  ...(CELLS[cell].canBeCoupled
    ? [
        { cell, coupled: true },
        { cell, coupled: true, layerNorm: true },
      ]
    : []),
]);
const nameOf = ({ cell, ...variants }: Kind) => [cell, ...Object.keys(variants)].join(' ');
const models = new Map(KINDS.map((kind) => [kind, modelOf(kind)]));
const ids = Array.from('bad cafe\nbag', (c) => vocabulary.idOf(c.codePointAt(0)!)!);

const FUNCTIONS = { sigmoid: (x: number) => 1 / (1 + Math.exp(-x)), tanh: Math.tanh };

/** Evaluates a written expression as a calculator would. */
function calculated(text: string): number {
  const code = text
    .replaceAll('σ', '(x=>1/(1+Math.exp(-x)))')
    .replaceAll('tanh', 'Math.tanh')
    .replaceAll('−', '-')
    .replaceAll('·', '*');
  expect(code.replace(/Math\.(exp|tanh)|x=>1|-x/g, '')).toMatch(/^[\d.+*/() -]+$/);
  return new Function(`return ${code}`)() as number;
}

/** The argument if a text is a single call, or else the text. */
const inner = (text: string) => /^(?:σ|tanh)\((.*)\)$/.exec(text)?.[1] ?? text;

function expectStages({ stages }: Equation, value: number): void {
  const last = stages.at(-1)!;
  expect(Math.abs(calculated(last.text) - value)).toBeLessThanOrEqual(0.0005 + 1e-9);
  for (const [i, stage] of stages.entries()) {
    if (i === 0) continue;
    const isInside = i < stages.length - 1;
    const [a, b] = [stages[i - 1]!.text, stage.text].map((text) => calculated(isInside ? inner(text) : text));
    const difference = Math.abs(a! - b!);
    if (stage.relation === '=') expect(difference).toBeLessThanOrEqual(0.0005 + 1e-6);
    else expect(difference).toBeLessThan(0.02);
  }
}

describe.each(KINDS.map((kind) => [nameOf(kind), kind] as const))('%s', (_name, kind) => {
  const model = models.get(kind)!;
  const all = [...steps(model, ids)];

  it('has the numbers of a network that reads all characters at once', () => {
    const network = new Network(model.weights, { rows: 1, steps: ids.length, training: false });
    network.resetState();
    network.forward(Uint32Array.from(ids));
    const join = (of: (step: Step) => Float32Array) => all.flatMap((step) => [...of(step)]);
    const near = (got: number[], wanted: Float32Array) =>
      got.forEach((value, i) => {
        expect(value).toBeCloseTo(wanted[i]!, 5);
      });
    near(
      join(({ logits }) => logits),
      network.logits,
    );
    for (let layer = 0; layer < 3; layer++) {
      near(
        join(({ layers }) => layers[layer]!.gates),
        network.gates(layer),
      );
      near(
        join(({ layers }) => layers[layer]!.after.h),
        network.hidden(layer),
      );
      if (CELLS[kind.cell].hasCellState)
        near(
          join(({ layers }) => layers[layer]!.after.c),
          network.cells(layer),
        );
    }
  });

  it('each gate is the activation of the sum of its parts', () => {
    const gates = gatesOf(model.config);
    for (const { layers } of all) {
      for (const { parts, gates: activations } of layers) {
        parts.sums.forEach((z, i) => {
          const { activation } = gates[Math.floor(i / HIDDEN)]!;
          expect(Math.abs(FUNCTIONS[activation](z) - activations[i]!)).toBeLessThan(1e-5);
        });
      }
    }
  });

  it('every equation holds as written, and ends with the number of the network', () => {
    for (const { layers } of all) {
      layers.forEach((step, layer) => {
        const quantities = new Map(quantitiesOf(model, step).map(({ name, values }) => [name, values]));
        for (let unit = 0; unit < HIDDEN; unit++) {
          const equations = equationsOf(model, step, layer, unit);
          for (const one of equations) {
            expectStages(one, (quantities.get(one.name) ?? step.handedUp)[unit]!);
          }
          const rest = [...quantities.keys()].filter((name) => !name.endsWith("'"));
          const made = kind.residual && layer > 0 ? [...rest, 'y'] : rest;
          expect(equations.map(({ name }) => name).sort()).toEqual(made.sort());
        }
      });
    }
  });

  it('continues from a saved state, and feeds the output of each layer to the next', () => {
    const again = stepAfter(
      model,
      all[3]!.layers.map(({ after }) => after),
      ids[4]!,
    );
    expect(again).toEqual(all[4]);
    for (const { layers, embedding } of all) {
      expect(layers.map(({ input }) => input)).toEqual([embedding, layers[0]!.handedUp, layers[1]!.handedUp]);
    }
  });
});

it('any sum of parts adds up as written', () => {
  const number = fc.double({ min: -30, max: 30, noNaN: true });
  fc.assert(
    fc.property(fc.array(number, { minLength: 2, maxLength: 5 }), (values) => {
      const { stages } = equation('z', sum(...values.map((value) => part('x', value))));
      expect(stages.map(({ relation }) => relation)).toEqual(['=', '=']);
      expect(calculated(stages[0]!.text)).toBeCloseTo(calculated(stages[1]!.text), 9);
    }),
  );
});

it('the equations of an LSTM have its symbols', () => {
  const model = models.get(KINDS[0]!)!;
  const [step] = steps(model, ids);
  expect(
    equationsOf(model, step!.layers[0]!, 0, 0).map(({ name, symbols }) => `${name} = ${symbols}`),
  ).toEqual([
    "i = σ(Wi·x + bi + Ui·h')",
    "f = σ(Wf·x + bf + Uf·h')",
    "g = tanh(Wg·x + bg + Ug·h')",
    "o = σ(Wo·x + bo + Uo·h')",
    "c = f·c' + i·g",
    'h = o·tanh(c)',
  ]);
});

it('equations of a unit that does not exist are an error', () => {
  const model = models.get(KINDS[0]!)!;
  const [step] = steps(model, ids);
  for (const unit of [-1, 0.5, HIDDEN, Number.NaN]) {
    expect(() => equationsOf(model, step!.layers[0]!, 0, unit)).toThrow(
      /^unit is .*, not a whole number from 0 to/,
    );
  }
});

it('a product of rounded numbers is marked as approximate', () => {
  const { stages } = equation('c', product(part('f', 0.99849), part("c'", 22.8)));
  expect(stages).toEqual([
    { relation: '=', text: '0.998·22.800' },
    { relation: '≈', text: '22.766' },
  ]);
});

describe('the distribution of the next character', () => {
  const [step] = steps(models.get(KINDS[0]!)!, ids);
  const { logits } = step!;

  it.each([0.2, 1, 3])('at temperature %d is the softmax of logit / T', (temperature) => {
    const { characters, total } = distributionOf({ vocabulary }, logits, temperature);
    const z = logits.reduce((sum, logit) => sum + Math.exp(logit / temperature), 0);
    expect(characters.map(({ id }) => id).sort()).toEqual([...logits.keys()]);
    for (const { id, probability, weight } of characters) {
      expect(probability).toBeCloseTo(Math.exp(logits[id]! / temperature) / z, 12);
      expect(weight / total).toBeCloseTo(probability, 12);
    }
    const sorted = characters.map(({ probability }) => probability);
    expect(sorted).toEqual([...sorted].sort((a, b) => b - a));
  });

  it('at temperature 0 is the likeliest character alone, which is also the one chosen', () => {
    const { characters } = distributionOf({ vocabulary }, logits, 0);
    expect(characters.filter(({ probability }) => probability > 0)).toEqual([characters[0]]);
    expect(characters[0]!.id).toBe(choose(logits, { temperature: 0 }, 0.5));
  });
});
