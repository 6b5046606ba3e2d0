import { expect, it } from 'vitest';
import { measurePace } from '../../src/train/pace.js';
import { openSession } from '../../src/train/session.js';
import { newRun } from '../helpers/training.js';

/** A clock on which each look at it takes some milliseconds. */
const clockOf = (milliseconds: number) => {
  let time = 0;
  return () => (time += milliseconds);
};

it.each([1, 200, 5000])(
  'the pace is measured in bounded time if a look at the clock takes %d ms',
  async (tick) => {
    const { run, record } = await newRun();
    const clock = clockOf(tick);
    const { step, validation } = measurePace(openSession(run, record), clock);
    expect(step).toBeGreaterThan(0);
    expect(validation).toBeGreaterThan(step);
    // Two pieces of each kind of work are always done; a step looks at the clock a few times.
    expect(clock()).toBeLessThan(Math.max(2500, 40 * tick));
  },
);
