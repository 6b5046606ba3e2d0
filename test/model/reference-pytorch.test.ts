import { beforeAll, describe, expect, it } from 'vitest';
import { fixture, fixtureParameters, fixtureWindow } from '../helpers/pytorch.js';
import {
  clipByGlobalNorm,
  forwardBackward,
  parameterShapes,
  ReferenceAdamW,
  type ReferenceConfig,
  type ReferenceResult,
  type ReferenceState,
} from '../helpers/reference.js';

const config: ReferenceConfig = fixture.config;
const { rows, steps } = fixture.config;
const LIMIT = 1e-8;

/** The largest |a - e| / |e|; 0 against 0 is exact, and a NaN or a missing number comes out as Infinity. */
function worstError(actual: ArrayLike<number>, expected: number[]): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  const errors = expected.map((e, k) => (actual[k] === e ? 0 : Math.abs(actual[k]! - e) / Math.abs(e)));
  return errors.reduce((worst, error) => (error <= worst ? worst : error > worst ? error : Infinity), 0);
}

function firstWindow(): ReferenceResult {
  const { inputs, targets } = fixtureWindow(0);
  return forwardBackward(config, fixtureParameters(), inputs, targets, rows, steps);
}

/** The fixture's training run, repeated by the reference. */
function train(): { losses: number[]; norms: number[] } {
  const { windows, learningRate, betas, eps, weightDecay, clip } = fixture.config;
  const parameters = fixtureParameters();
  const shapes = parameterShapes(config);
  const decays = (name: string) => shapes.get(name)!.length === 2;
  const optimizer = new ReferenceAdamW(learningRate, betas, eps, weightDecay, decays);
  const losses: number[] = [];
  const norms: number[] = [];
  let state: ReferenceState | undefined;
  for (let w = 0; w < windows; w++) {
    const { inputs, targets } = fixtureWindow(w);
    const result = forwardBackward(config, parameters, inputs, targets, rows, steps, state);
    state = result.state;
    losses.push(result.loss);
    norms.push(clipByGlobalNorm(result.gradients, clip));
    optimizer.step(parameters, result.gradients);
  }
  return { losses, norms };
}

describe('reference against PyTorch, first window', () => {
  let result: ReferenceResult;
  beforeAll(() => {
    result = firstWindow();
  });

  it('gives the logits of the first row', () => {
    const { vocabulary } = config;
    const rowLogits = fixture.logits.flatMap((_, t) => {
      const at = t * rows * vocabulary;
      return [...result.logits.slice(at, at + vocabulary)];
    });
    expect(fixture.logits).toHaveLength(steps);
    expect(worstError(rowLogits, fixture.logits.flat())).toBeLessThanOrEqual(LIMIT);
  });

  it.each([...parameterShapes(config).keys()])('gives the gradient of %s', (name) => {
    expect(worstError(result.gradients.get(name)!, fixture.gradients[name]!)).toBeLessThanOrEqual(LIMIT);
  });

  it('covers every gradient in the fixture', () => {
    expect(Object.keys(fixture.gradients)).toEqual([...result.gradients.keys()]);
  });
});

describe('reference against PyTorch, ten training steps', () => {
  const { losses, norms } = train();

  it('gives the losses', () => {
    expect(fixture.losses).toHaveLength(10);
    expect(worstError(losses, fixture.losses)).toBeLessThanOrEqual(LIMIT);
  });

  it('gives the gradient norms before clipping', () => {
    expect(fixture.norms).toHaveLength(10);
    expect(worstError(norms, fixture.norms)).toBeLessThanOrEqual(LIMIT);
  });
});
