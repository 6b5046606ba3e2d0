import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addLosses, type LossSeries, NO_LOSSES, seriesFrom } from '../../../src/ui/dashboard/series.js';
import { verdictOf } from '../../../src/ui/dashboard/verdict.js';
import {
  at,
  newState,
  noise,
  played,
  START,
  stepEvent,
  stepEvents,
  trainedState,
  validationEvent,
} from '../../helpers/ui-fixture.js';

const MOST_BUCKETS = 1024;
const MOST_RECENT = 400;

/** Steps with pseudo-random losses, in batches of various sizes. */
const batches = fc
  .record({ seed: fc.nat(), lengths: fc.array(fc.nat(3000), { maxLength: 8 }) })
  .map(({ seed, lengths }) => {
    let done = 0;
    return lengths.map((length) =>
      Array.from({ length }, () => ({ step: ++done, loss: 4 * noise(seed + done) })),
    );
  });

describe('the losses of a run', () => {
  it('stay bounded and ordered and keep extremes, however many steps there are', () => {
    fc.assert(
      fc.property(batches, (batches) => {
        const steps = batches.flat();
        const { buckets, perBucket, filled } = batches.reduce<LossSeries>(addLosses, NO_LOSSES);
        expect(buckets.length).toBeLessThanOrEqual(MOST_BUCKETS);
        expect(buckets.length).toBeGreaterThanOrEqual(Math.min(steps.length, MOST_BUCKETS / 2));
        const gaps = buckets.slice(1).map(({ step }, i) => step - buckets[i]!.step);
        if (gaps.length > 0) expect(gaps.pop()).toBe(filled);
        expect(gaps.filter((gap) => gap !== perBucket)).toEqual([]);
        expect(buckets.filter(({ low, high }) => low > high)).toEqual([]);
        expect(buckets.at(-1)?.step).toBe(steps.at(-1)?.step);
        const losses = steps.map(({ loss }) => loss);
        expect(Math.min(...buckets.map(({ low }) => low))).toBe(Math.min(...losses));
        expect(Math.max(...buckets.map(({ high }) => high))).toBe(Math.max(...losses));
      }),
    );
  });

  it('do not depend on how steps are grouped, and keep the last steps in full', () => {
    fc.assert(
      fc.property(batches, (batches) => {
        const steps = batches.flat();
        const series = batches.reduce<LossSeries>(addLosses, NO_LOSSES);
        expect(series).toEqual(addLosses(NO_LOSSES, steps));
        const recent = series.recent.map(({ step, low }) => ({ step, loss: low }));
        expect(recent).toEqual(steps.slice(-MOST_RECENT));
        expect(series.buckets.at(-1)?.smooth).toBe(series.recent.at(-1)?.smooth);
      }),
      { numRuns: 30 },
    );
  });

  it('follow lasting changes when smoothed, at once at first and through noise later', () => {
    const steps = Array.from({ length: 1000 }, (_, i) => ({ step: i + 1, loss: i < 500 ? 4 : 2 }));
    const { recent } = addLosses(NO_LOSSES, steps);
    const smooth = (step: number) => recent.find((one) => one.step === step)?.smooth;
    expect(smooth(601)).toBeCloseTo(2.15, 1);
    expect(smooth(1000)).toBeCloseTo(2, 4);
    const early = addLosses(NO_LOSSES, [
      { step: 1, loss: 4 },
      { step: 2, loss: 2 },
    ]);
    expect(early.recent[1]!.smooth).toBeCloseTo(3.5, 1);
  });

  it('continue those of a checkpoint, which take at most half of the room', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4000 }), fc.nat(5000), (entries, more) => {
        const history = Array.from({ length: entries }, (_, i) => ({
          step: 100 * (i + 1),
          training: 3 + noise(i),
        }));
        const before = seriesFrom(history);
        expect(before.buckets.map(({ step, smooth }) => ({ step, training: smooth }))).toEqual(
          history.slice(-MOST_BUCKETS / 2),
        );
        const steps = Array.from({ length: more }, (_, i) => ({
          step: 100 * entries + i + 1,
          loss: noise(i),
        }));
        const { buckets } = addLosses(before, steps);
        expect(buckets.length).toBeLessThanOrEqual(MOST_BUCKETS);
        expect(buckets.at(-1)?.step).toBe(steps.at(-1)?.step ?? history.at(-1)?.step);
        expect(buckets[0]?.step).toBe((before.buckets[0] ?? steps[0])?.step);
      }),
      { numRuns: 30 },
    );
  });
});

describe('the verdict', () => {
  const started = played(newState(), at(0, START));
  /** Returns a run of some steps with these validations. */
  const run = (
    steps: number,
    loss: (step: number) => number,
    validations: readonly [number, number][] = [],
  ) =>
    verdictOf(
      played(
        started,
        at(0, ...stepEvents(1, steps, loss)),
        ...validations.map(([step, value]) => at(0, validationEvent(step, value))),
      ),
    );
  const falling = (step: number) => 4 - step / 1000;

  it('waits for the first step', () => {
    expect(verdictOf(started)).toEqual({ text: 'getting ready', color: 'faint' });
  });

  it('says nothing about a few steps that hardly change', () => {
    expect(run(1, falling)).toEqual({ text: 'too early to tell', color: 'faint' });
    expect(run(30, () => 4)).toEqual({ text: 'too early to tell', color: 'faint' });
  });

  it('judges by the training loss until validations can be compared', () => {
    expect(run(400, falling)).toEqual({
      text: expect.stringMatching(/^learning: training loss fell by 0\.1\d\d nats since step 201$/),
      color: 'good',
    });
  });

  it('judges by validations afterwards', () => {
    expect(run(400, falling, [[400, 3.5]]).text).toMatch(/^learning: training loss fell/);
    // Also if validations are further apart than an epoch.
    const rare: [number, number][] = [
      [600, 3],
      [1200, 2.75],
    ];
    expect(run(1800, falling, rare).text).toBe(
      'still improving: validation fell by 0.250 nats since step 600',
    );
    const two: [number, number][] = [
      [100, 3],
      [200, 2.75],
    ];
    expect(run(200, falling, two)).toEqual({
      text: 'still improving: validation fell by 0.250 nats since step 100',
      color: 'good',
    });
    const epochs: [number, number][] = [
      [100, 3],
      [600, 2],
      [900, 1.95],
      [1200, 1.875],
    ];
    expect(run(1200, falling, epochs)).toEqual({
      text: 'still improving: validation fell by 0.125 nats in the last epoch',
      color: 'good',
    });
  });

  it('reports validations that hardly change', () => {
    const flat: [number, number][] = [
      [100, 2],
      [600, 1.5],
      [1200, 1.499],
    ];
    expect(run(1200, falling, flat)).toEqual({ text: 'hardly improving any more', color: 'caution' });
  });

  it.each<[string, [number, number][]]>([
    ['by one that is clearly worse', [[1100, 1.55]]],
    [
      'by three that are no better',
      [
        [1050, 1.501],
        [1100, 1.501],
        [1150, 1.5],
      ],
    ],
  ])('reports overfitting %s while the training loss falls', (_, worse) => {
    const validations: [number, number][] = [[500, 2], [1000, 1.5], ...worse];
    expect(run(1200, falling, validations)).toEqual({
      text: 'overfitting since step 1,000; the best checkpoint is kept',
      color: 'caution',
    });
    expect(run(1200, (step) => (step < 1000 ? 2 : 2 + step / 5000), validations)).toEqual({
      text: 'no better since step 1,000; the best checkpoint is kept',
      color: 'caution',
    });
  });

  it('tolerates a run that continues at a higher rate than its best', () => {
    const history = [
      { step: 500, training: 2, validation: 2, lr: 2e-3 },
      { step: 1000, training: 1.5, validation: 1.5, lr: 5e-4 },
    ];
    const resumed = (lr: number) =>
      played(newState({ history }), at(0, ...[stepEvent(1100, 1.5, { lr }), validationEvent(1100, 1.55)]));
    expect(verdictOf(resumed(3e-3)).text).toMatch(
      /^above the best at step 1,000, which had a lower learning rate$/,
    );
    expect(verdictOf(resumed(5e-4)).text).toMatch(/since step 1,000; the best checkpoint is kept$/);
  });

  it('tolerates one slightly worse validation', () => {
    expect(verdictOf(trainedState()).text).toMatch(/^still improving/);
  });

  it('warns of an exploding loss, and suggests a smaller rate', () => {
    const exploding = { text: 'loss exploding: try --lr 1.3e-3', color: 'bad' };
    const runaway = (step: number) => (step < 300 ? 2 : 9);
    expect(run(320, runaway)).toEqual(exploding);
    expect(run(320, runaway, [[200, 2]])).toEqual(exploding);
    expect(run(301, runaway)).not.toEqual(exploding);
    expect(run(40, (step) => (step < 20 ? 2 : 9))).not.toEqual(exploding);
  });
});
