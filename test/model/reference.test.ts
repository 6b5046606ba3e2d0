import { describe, expect, it } from 'vitest';
import { describeModel, type ModelConfig } from '../../src/model/config.js';
import { everyVariant } from '../helpers/models.js';
import {
  forward,
  forwardBackward,
  parameterShapes,
  type ReferenceResult,
  type ReferenceState,
  sizeOf,
  zeroState,
} from '../helpers/reference.js';
import { clipByGlobalNorm, ReferenceAdamW } from '../helpers/reference-optimizer.js';

const SHAPE = { vocabulary: 7, embedding: 4, hidden: 5, layers: 2, dropout: 0 };
const PLAIN: ModelConfig = { ...SHAPE, cell: 'lstm' };
const rows = 3;
const steps = 4;
const positions = rows * steps;
/** The step of the central differences. */
const EPS = 1e-5;
/**
 * The limit on the relative error. Layer normalisation of few units curves more, so differences are less
 * accurate.
 */
const limitOf = ({ layerNorm }: ModelConfig) => (layerNorm ? 1e-7 : 1e-9);

/** Numbers in [-1, 1) from a linear congruential generator, so that every run sees the same network. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

function filled(length: number, next: () => number): Float64Array {
  return new Float64Array(length).map(() => next());
}

interface Case {
  config: ModelConfig;
  parameters: Map<string, Float64Array>;
  inputs: number[];
  targets: number[];
  state: ReferenceState;
  masks: Float64Array[] | undefined;
}

function makeCase(config: ModelConfig, dropout: boolean): Case {
  const next = generator(20);
  const parameters = new Map<string, Float64Array>();
  for (const [name, shape] of parameterShapes(config)) {
    parameters.set(name, filled(sizeOf(shape), next));
  }
  const id = () => Math.floor(((next() + 1) / 2) * config.vocabulary);
  const ids = () => Array.from({ length: positions }, id);
  const cells = config.layers * rows * config.hidden;
  const state = { h: filled(cells, next), c: filled(cells, next) };
  // Inverted dropout at 0.4: dropped, or scaled up by 1 / 0.6.
  const mask = () => filled(positions * config.hidden, () => (next() < -0.2 ? 0 : 1 / 0.6));
  const masks = dropout ? Array.from({ length: config.layers }, mask) : undefined;
  return { config, parameters, inputs: ids(), targets: ids(), state, masks };
}

function run({ config, parameters, ...window }: Case): ReferenceResult {
  return forwardBackward(config, parameters, { ...window, rows, steps });
}

function lossWith(
  { config, parameters, ...window }: Case,
  parameter: Float64Array,
  k: number,
  value: number,
): number {
  const kept = parameter[k]!;
  parameter[k] = value;
  const { loss } = forward(config, parameters, { ...window, rows, steps });
  parameter[k] = kept;
  return loss;
}

/** d loss / d parameter for every element, by central differences. */
function numericGradients(subject: Case): Map<string, Float64Array> {
  const gradients = new Map<string, Float64Array>();
  for (const [name, parameter] of subject.parameters) {
    const slope = (value: number, k: number) => {
      const above = lossWith(subject, parameter, k, value + EPS);
      return (above - lossWith(subject, parameter, k, value - EPS)) / (2 * EPS);
    };
    gradients.set(name, parameter.slice().map(slope));
  }
  return gradients;
}

/** Names the elements that differ by more than the limit. */
function mismatches(
  analytic: Map<string, Float64Array>,
  numeric: Map<string, Float64Array>,
  limit: number,
): string[] {
  const wrong: string[] = [];
  for (const [name, expected] of numeric) {
    expected.forEach((n, k) => {
      const a = analytic.get(name)![k]!;
      // Written so that a NaN counts as a mismatch.
      if (!(Math.abs(a - n) / Math.max(1, Math.abs(a), Math.abs(n)) <= limit)) wrong.push(`${name}[${k}]`);
    });
  }
  return wrong;
}

const cases: [ModelConfig, dropout: boolean][] = [
  ...everyVariant(SHAPE).map((config): [ModelConfig, boolean] => [config, false]),
  // Of a collection of texts, id 4 is their end and the last two are labels.
  ...everyVariant({ ...SHAPE, end: 4 }).map((config): [ModelConfig, boolean] => [config, false]),
  [PLAIN, true],
  [{ ...SHAPE, cell: 'gru', layers: 3, layerNorm: true, residual: true }, true],
  [{ ...SHAPE, cell: 'peephole', layers: 3, coupled: true, residual: true }, true],
];

describe.each(
  cases.map(
    ([config, dropout]) =>
      [
        `${describeModel(config)}${dropout ? ' with dropout' : ''}${config.end ? ' of texts' : ''}`,
        config,
        dropout,
      ] as const,
  ),
)('the gradients of the reference, %s', (_, config, dropout) => {
  const limit = limitOf(config);
  const subject = makeCase(config, dropout);
  const numeric = numericGradients(subject);

  it('match central differences at every element', () => {
    const { gradients } = run(subject);
    expect([...gradients.keys()]).toEqual([...parameterShapes(config).keys()]);
    for (const [name, gradient] of gradients) expect(gradient).toHaveLength(numeric.get(name)!.length);
    expect(mismatches(gradients, numeric, limit)).toEqual([]);
  });

  it('would be caught if one element were wrong by a millionth', () => {
    for (const name of subject.parameters.keys()) {
      const { gradients } = run(subject);
      gradients.get(name)![3]! += 1e-6;
      expect(mismatches(gradients, numeric, limit)).toEqual([`${name}[3]`]);
    }
  });

  it('would be caught if the state or the masks were not the given ones', () => {
    const stateless = { ...subject, state: zeroState(config, rows) };
    expect(mismatches(run(stateless).gradients, numeric, limit).length).toBeGreaterThan(100);
    const other = { ...subject, masks: makeCase(config, !dropout).masks };
    expect(mismatches(run(other).gradients, numeric, limit).length).toBeGreaterThan(100);
  });
});

describe('a window of the reference', () => {
  it('gives the same logits in two halves with the state carried as in one piece', () => {
    const subject = makeCase(PLAIN, false);
    const { parameters, inputs, targets, state } = subject;
    const whole = run(subject);
    const half = positions / 2;
    const part = (from: number, start: ReferenceState) => {
      const ids = { inputs: inputs.slice(from, from + half), targets: targets.slice(from, from + half) };
      return forwardBackward(PLAIN, parameters, { ...ids, rows, steps: steps / 2, state: start });
    };
    const first = part(0, state);
    const second = part(half, first.state);
    expect([...first.logits, ...second.logits]).toEqual([...whole.logits]);
    expect(second.state).toEqual(whole.state);
    expect((first.loss + second.loss) / 2).toBeCloseTo(whole.loss, 12);
  });

  it('starts from a zero state by default and changes nothing it is given', () => {
    const subject = makeCase(PLAIN, true);
    const before = structuredClone(subject);
    run(subject);
    expect(subject).toEqual(before);
    const { parameters, inputs, targets } = subject;
    const implicit = forwardBackward(PLAIN, parameters, { inputs, targets, rows, steps });
    expect(implicit).toEqual(run({ ...subject, masks: undefined, state: zeroState(PLAIN, rows) }));
  });

  it('refuses ids and sizes that a typed array would turn into NaN', () => {
    const subject = makeCase(PLAIN, false);
    expect(() => run({ ...subject, inputs: subject.inputs.with(2, 7) })).toThrow('inputs holds 7');
    expect(() => run({ ...subject, targets: [0] })).toThrow('targets has 1 elements, not 12');
    expect(() => run({ ...subject, masks: [] })).toThrow('masks has 0 elements, not 2');
  });
});

describe('clipByGlobalNorm', () => {
  const gradients = () =>
    new Map([
      ['a', Float64Array.of(3)],
      ['b', Float64Array.of(0, -4)],
    ]);

  it('scales everything by limit / (norm + 1e-6) above the limit', () => {
    const clipped = gradients();
    expect(clipByGlobalNorm(clipped, 1)).toBe(5);
    expect(clipped.get('a')![0]).toBeCloseTo(3 / 5.000001, 14);
    expect(clipped.get('b')![1]).toBeCloseTo(-4 / 5.000001, 14);
  });

  it('leaves gradients below the limit alone', () => {
    const kept = gradients();
    expect(clipByGlobalNorm(kept, 6)).toBe(5);
    expect(kept).toEqual(gradients());
  });
});

describe('ReferenceAdamW', () => {
  it('moves by lr against the gradient in its first step, after weight decay', () => {
    const parameters = new Map([
      ['weight', Float64Array.of(2)],
      ['bias', Float64Array.of(2)],
    ]);
    const gradients = new Map([
      ['weight', Float64Array.of(0.5)],
      ['bias', Float64Array.of(-0.5)],
    ]);
    new ReferenceAdamW(0.1, [0.9, 0.99], 1e-8, 0.2, (name) => name === 'weight').step(parameters, gradients);
    expect(parameters.get('weight')![0]).toBeCloseTo(2 * (1 - 0.1 * 0.2) - 0.1, 8);
    expect(parameters.get('bias')![0]).toBeCloseTo(2.1, 8);
  });
});
