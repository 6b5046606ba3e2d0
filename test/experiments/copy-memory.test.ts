// The copy-memory task: learned over short lags, and independent of which lags are run together.

import { describe, expect, it } from 'vitest';
import { openEngine } from '../../src/engine/engine.js';
import { copyAccuracies } from '../../src/experiments/copy-memory.js';

describe('the copy-memory task', () => {
  const task = { steps: 120, lr: 1e-2, seed: 1, mixed: false };
  type Config = { cell: 'lstm' | 'rnn'; hidden: number };
  const askedAll = (config: Config, lags: number[], more: Partial<typeof task> = {}) => [
    ...copyAccuracies(openEngine(), { ...task, ...more, lags, config: { ...config, layers: 1 } }),
  ];
  const asked = (config: Config, lag: number, steps = task.steps) => askedAll(config, [lag], { steps })[0];

  it('is learned over a short lag, and left to chance without training or over a long one', () => {
    expect(asked({ cell: 'lstm', hidden: 32 }, 2)).toBeGreaterThan(0.9);
    expect(asked({ cell: 'lstm', hidden: 32 }, 2, 0)).toBeLessThan(0.35);
    expect(asked({ cell: 'rnn', hidden: 32 }, 40)).toBeLessThan(0.35);
  });

  it('starts from scratch even after a lag whose gradients were not finite', () => {
    const some = (lags: number[]) => askedAll({ cell: 'lstm', hidden: 16 }, lags, { steps: 60, lr: 1e18 });
    expect(some([40, 2])).toEqual([40, 2].flatMap((lag) => some([lag])));
  });

  it('starts from scratch for each lag, in the memory of the longest one', () => {
    for (const mixed of [false, true]) {
      const some = (lags: number[]) => askedAll({ cell: 'lstm', hidden: 16 }, lags, { steps: 60, mixed });
      expect(some([2, 9, 4])).toEqual([2, 9, 4].flatMap((lag) => some([lag])));
    }
  });
});
