import { describe, expect, it } from 'vitest';
import {
  fixture,
  fixtureConfig,
  fixtureParameters,
  fixtureWindow,
  MODULES,
  numbersOf,
} from '../helpers/pytorch.js';
import { forwardBackward, parameterShapes, type ReferenceState } from '../helpers/reference.js';
import { clipByGlobalNorm, ReferenceAdamW } from '../helpers/reference-optimizer.js';

const { rows, steps, vocabulary } = fixture.config;
const LIMIT = 1e-8;

/** The largest |a - e| / |e|; 0 against 0 is exact, and a NaN or a missing number comes out as Infinity. */
function worstError(actual: ArrayLike<number>, expected: number[]): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  const errors = expected.map((e, k) => (actual[k] === e ? 0 : Math.abs(actual[k]! - e) / Math.abs(e)));
  return errors.reduce((worst, error) => (error <= worst ? worst : error > worst ? error : Infinity), 0);
}

describe.each(MODULES)('the reference against PyTorch, %s', (cell) => {
  const config = fixtureConfig(cell);
  const shapes = parameterShapes(config);
  const expected = numbersOf(cell);
  const first = forwardBackward(config, fixtureParameters(cell), { ...fixtureWindow(0), rows, steps });

  /** Repeats the training run of the fixture. */
  function train(): { losses: number[]; norms: number[] } {
    const { windows, learningRate, betas, eps, weightDecay, clip } = fixture.config;
    const parameters = fixtureParameters(cell);
    const decays = (name: string) => shapes.get(name)!.length === 2;
    const optimizer = new ReferenceAdamW(learningRate, betas, eps, weightDecay, decays);
    const losses: number[] = [];
    const norms: number[] = [];
    let state: ReferenceState | undefined;
    for (let w = 0; w < windows; w++) {
      const carried = state && { state };
      const result = forwardBackward(config, parameters, { ...fixtureWindow(w), rows, steps, ...carried });
      state = result.state;
      losses.push(result.loss);
      norms.push(clipByGlobalNorm(result.gradients, clip));
      optimizer.step(parameters, result.gradients);
    }
    return { losses, norms };
  }

  it('gives the loss of the first window', () => {
    expect(first.loss / expected.losses[0]!).toBeCloseTo(1, 12);
  });

  it('gives the logits of the first row', () => {
    const rowLogits = expected.logits.flatMap((_, t) => {
      const at = t * rows * vocabulary;
      return [...first.logits.slice(at, at + vocabulary)];
    });
    expect(expected.logits).toHaveLength(steps);
    expect(worstError(rowLogits, expected.logits.flat())).toBeLessThanOrEqual(LIMIT);
  });

  it.each([...shapes.keys()])('gives the gradient of %s', (name) => {
    expect(worstError(first.gradients.get(name)!, expected.gradients[name]!)).toBeLessThanOrEqual(LIMIT);
  });

  it('covers every gradient in the fixture', () => {
    expect(Object.keys(expected.gradients)).toEqual([...first.gradients.keys()]);
  });

  it('gives the losses and the gradient norms before clipping of ten training steps', () => {
    const { losses, norms } = train();
    expect(expected.losses).toHaveLength(10);
    expect(worstError(losses, expected.losses)).toBeLessThanOrEqual(LIMIT);
    expect(expected.norms).toHaveLength(10);
    expect(worstError(norms, expected.norms)).toBeLessThanOrEqual(LIMIT);
  });
});
