// The copy-memory task: learned over short distances, and independent of the lags asked for together.

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

  it('is learned over a short distance, and left to chance without training or over a long one', () => {
    expect(asked({ cell: 'lstm', hidden: 32 }, 2)).toBeGreaterThan(0.9);
    expect(asked({ cell: 'lstm', hidden: 32 }, 2, 0)).toBeLessThan(0.35);
    expect(asked({ cell: 'rnn', hidden: 32 }, 40)).toBeLessThan(0.35);
  });

  it('begins anew also after a lag at which the gradients became no numbers', () => {
    const some = (lags: number[]) => askedAll({ cell: 'lstm', hidden: 16 }, lags, { steps: 60, lr: 1e18 });
    expect(some([40, 2])).toEqual([40, 2].flatMap((lag) => some([lag])));
  });

  it('begins anew for each lag, in memory that the longest one takes', () => {
    for (const mixed of [false, true]) {
      const some = (lags: number[]) => askedAll({ cell: 'lstm', hidden: 16 }, lags, { steps: 60, mixed });
      expect(some([2, 9, 4])).toEqual([2, 9, 4].flatMap((lag) => some([lag])));
    }
  });
});
