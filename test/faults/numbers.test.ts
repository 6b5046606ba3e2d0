// Faulty numbers are noticed within a step, which is not applied. The run rolls back to its last good
// checkpoint, once.

import { readdirSync, readFileSync, truncateSync } from 'node:fs';
import { basename } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { NO_PROGRESS } from '../../src/checkpoint/record.js';
import { bestOf, listCheckpoints } from '../../src/checkpoint/run.js';
import type { TrainEvent } from '../../src/train/events.js';
import { LossWatch } from '../../src/train/faults.js';
import { openSession, type Session, stateOf } from '../../src/train/session.js';
import { collect, lastFile, losses, newRun, resume, steps } from '../helpers/training.js';
import { tries } from './scale.js';

const WRONG = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

type Spoil = (session: Session, value: number, place: number) => void;

/** Makes only the next training loss wrong. */
function spoilLoss(session: Session, change: (loss: number) => number): void {
  const { engine } = session;
  const { kernels, arena } = engine;
  const spoilt: typeof kernels = {
    ...kernels,
    softmax_cross_entropy(logits, targets, at, rows, vocabulary, scale) {
      kernels.softmax_cross_entropy(logits, targets, at, rows, vocabulary, scale);
      if (scale === 0) return;
      engine.finish();
      const found = arena.floats(at, rows);
      found.set(found.map(change));
      (engine as { kernels: typeof kernels }).kernels = kernels;
    },
  };
  (engine as { kernels: typeof kernels }).kernels = spoilt;
}

const SPOILS: Record<string, Spoil> = {
  weight: ({ weights: { values } }, value, place) => {
    values[Math.floor(place * values.length)] = value;
  },
  gradient: ({ weights: { gradients } }, value, place) => {
    gradients[Math.floor(place * gradients.length)] = value;
  },
  loss: (session, value) => spoilLoss(session, () => value),
  'carried state': ({ network: { layers } }, value, place) => {
    const { h } = layers[Math.floor(place * layers.length)]!.state;
    h.fill(value);
  },
};

/** Trains and spoils something after some steps, once each. */
async function spoilt(session: Session, spoils: Record<number, () => void>): Promise<TrainEvent[]> {
  const waiting = { ...spoils };
  waiting[0]?.();
  return collect(session, {}, (event) => {
    if (event.type !== 'step') return;
    waiting[event.step]?.();
    delete waiting[event.step];
  });
}

const rollbacks = (events: TrainEvent[]) => events.filter((event) => event.type === 'rollback');

describe.each(Object.entries(SPOILS))('a %s that is not a number', (what, spoil) => {
  const cases = fc.record({
    value: fc.constantFrom(...WRONG),
    // Before the first step no state matters.
    step: fc.integer({ min: what === 'carried state' ? 1 : 0, max: 19 }),
    place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  });

  it('is noticed before the step is applied; the run rolls back and continues at a lower rate', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ value, step, place }) => {
        const { run, record } = await newRun();
        const session = openSession(run, record);
        const events = await spoilt(session, { [step]: () => spoil(session, value, place) });
        const back = rollbacks(events);
        expect(back).toHaveLength(1);
        const before = events.slice(0, events.indexOf(back[0]!));
        // A checkpoint due now is not written, unless the fault is in something that it does not contain.
        const good = before.findLast((event) => event.type === 'checkpoint')?.step ?? 0;
        expect(good).toBeGreaterThanOrEqual(step - 7);
        expect(back[0]).toMatchObject({ from: step, step: good, lr: record.training.lr / 4 });
        expect(losses(before)).toHaveLength(step);
        expect(events.at(-1)).toMatchObject({ reason: 'finished', step: 20 });
        for (const file of listCheckpoints(run)) {
          expect((await readCheckpoint(file.path)).record.progress.rollbacks).toBe(
            file.step > back[0]!.step ? 1 : 0,
          );
        }
      }),
      { numRuns: tries(60, 3) },
    );
  }, 300_000);
});

it('a faulty weight is noticed even if its character does not occur in the window', async () => {
  const { run, record } = await newRun();
  const session = openSession(run, record);
  const { embedding } = record.model;
  const events = await spoilt(session, {
    3: () => {
      const used = new Set(session.batches.read(3).inputs);
      const unused = record.codePoints.findIndex((_, id) => !used.has(id));
      session.weights.values[unused * embedding] = Number.NaN;
    },
  });
  expect(rollbacks(events)).toMatchObject([{ from: 3, fault: 'a weight of embedding.weight became NaN' }]);
});

it('an overflowing moment is found before an unreadable checkpoint is written', async () => {
  const { run, record } = await newRun();
  const session = openSession(run, record);
  const events = await spoilt(session, {
    9: () => {
      session.optimizer.moments.get('exp_avg_sq')![5] = Number.POSITIVE_INFINITY;
    },
  });
  expect(rollbacks(events)).toMatchObject([{ from: 14, step: 7, fault: /^a moment of / }]);
  for (const file of listCheckpoints(run)) await readCheckpoint(file.path);
});

describe('a run that rolls back', () => {
  it('to its start equals a run with a quarter of the rate', async () => {
    const slow = await newRun({ lr: 5e-3 / 4 });
    const expected = losses(await collect(openSession(slow.run, slow.record)));
    const { run, record } = await newRun();
    const session = openSession(run, record);
    const events = await spoilt(session, { 4: () => session.weights.values.fill(Number.NaN) });
    expect(losses(events.slice(events.indexOf(rollbacks(events)[0]!)))).toEqual(expected);
  });

  it('to a damaged checkpoint rolls back to the one before, or else to its start, and sets it aside', async () => {
    for (const damaged of [1, 2]) {
      const { run, record } = await newRun();
      const session = openSession(run, record);
      const events = await spoilt(session, {
        17: () => {
          session.weights.values.fill(Number.NaN);
          for (const { path } of listCheckpoints(run).slice(-damaged)) truncateSync(path, 5000);
        },
      });
      const troubles = events.filter((event) => event.type === 'trouble');
      expect(troubles).toHaveLength(damaged);
      expect(troubles[0]!.message).toMatch(
        /step-0000014-val-\S+ is not a checkpoint of charlstm: it is cut short/,
      );
      expect(rollbacks(events)).toMatchObject([{ from: 17, step: damaged === 1 ? 7 : 0 }]);
      expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'finished', step: 20 });
      expect(readdirSync(run).filter((name) => name.endsWith('.damaged'))).toHaveLength(damaged);
      for (const file of listCheckpoints(run)) await readCheckpoint(file.path);
    }
  });

  it('to a checkpoint restores its weights, moments, states, windows and masks', async () => {
    const whole = await newRun();
    const stopped = await collect(openSession(whole.run, whole.record), { stopAt: 14 });
    expect(stopped.at(-1)).toMatchObject({ step: 14 });
    const path = lastFile(whole.run);
    const { record, state } = await readCheckpoint(path);
    const slower = { ...record, training: { ...record.training, lr: record.training.lr / 4 } };
    const expected = losses(await collect(openSession(whole.run, slower, { from: { path, state } })));

    const { run, record: begun } = await newRun();
    const session = openSession(run, begun);
    const events = await spoilt(session, { 17: () => session.weights.gradients.fill(Number.NaN) });
    expect(losses(events.slice(events.indexOf(rollbacks(events)[0]!)))).toEqual(expected);
  });

  it.each([15, 20])('and is stopped at step %i equals one without a stop, byte for byte', async (stop) => {
    const fault = (session: Session) => ({ 13: () => session.weights.values.fill(Number.NaN) });
    const options = { length: { unit: 'steps', amount: 24 } } as const;
    const whole = await newRun(options);
    const session = openSession(whole.run, whole.record);
    await spoilt(session, fault(session));
    const cut = await newRun(options);
    const first = openSession(cut.run, cut.record);
    const spoils = fault(first);
    let done = false;
    await collect(first, { stopAt: stop }, (event) => {
      if (event.type !== 'step' || event.step !== 13 || done) return;
      done = true;
      spoils[13]();
    });
    await collect(await resume(cut.run));
    expect(basename(lastFile(cut.run))).toBe(basename(lastFile(whole.run)));
    expect(readFileSync(lastFile(cut.run))).toEqual(readFileSync(lastFile(whole.run)));
  });

  it('ends at the second fault, also after a resume, and says why', async () => {
    const { run, record } = await newRun();
    const session = openSession(run, record);
    const spoil = (one: Session) => () => one.weights.values.fill(Number.NaN);
    let count = 0;
    const events = await collect(session, { stopAt: 16 }, (event) => {
      if (event.type === 'step' && event.step === 9 && count++ === 0) spoil(session)();
    });
    expect(events.at(-1)).toMatchObject({ reason: 'stopped', step: 16 });
    const again = await resume(run);
    const after = await spoilt(again, { 18: spoil(again) });
    expect(rollbacks(after)).toEqual([]);
    expect(after.at(-1)).toMatchObject({
      type: 'end',
      reason: 'diverged',
      step: 18,
      fault: 'a weight of embedding.weight became NaN',
      lr: record.training.lr / 4,
      path: bestOf(listCheckpoints(run))!.path,
    });
    expect(listCheckpoints(run).at(-1)!.step).toBe(16);
  });
});

describe('a loss above three times the initial loss', () => {
  it('is a fault like any other', async () => {
    // 32 x 64 characters per step: the loss of a step needs no smoothing.
    const options = { batchSize: 32, sequenceLength: 64, length: { unit: 'steps', amount: 12 } } as const;
    const { run, record } = await newRun(options);
    const session = openSession(run, record);
    const twin = await newRun(options);
    const start = losses(await collect(openSession(twin.run, twin.record)))[0]!;
    const events = await spoilt(session, {
      3: () => spoilLoss(session, () => 2.9 * start),
      9: () => spoilLoss(session, () => 3.2 * start),
    });
    expect(rollbacks(events)).toMatchObject([
      { from: 9, step: 7, fault: /^the loss rose to \d+\.\d+ nats, from 4/ },
    ]);
    expect(events.at(-1)).toMatchObject({ reason: 'finished' });
  });

  it('is detected in a run with a rate that is far too high', async () => {
    const options = { lr: 40, clip: 0, length: { unit: 'steps', amount: 200 }, evalEvery: 1000 } as const;
    const { run, record } = await newRun(options);
    const events = await collect(openSession(run, record));
    expect(rollbacks(events)).toMatchObject([{ step: 0, fault: /^the loss rose/, lr: 10 }]);
  });

  it.each([
    { batchSize: 1, sequenceLength: 8 },
    { batchSize: 2, sequenceLength: 3, lr: 0.02 },
    { batchSize: 32, sequenceLength: 64 },
  ])(
    'is not seen in a healthy run, stopped and resumed: %o',
    async (options) => {
      const amount = options.batchSize > 2 ? tries(120, 30) : tries(6000, 500);
      const { run, record } = await newRun({
        ...options,
        length: { unit: 'steps', amount },
        evalEvery: amount,
      });
      const events = await collect(openSession(run, record), { stopAt: Math.floor(amount / 3) });
      events.push(...(await collect(await resume(run))));
      expect(steps(events)).toHaveLength(amount);
      expect(rollbacks(events)).toEqual([]);
    },
    120_000,
  );

  it('may be due to a page that is harder than the first, but not worse than guessing', async () => {
    const { record } = await newRun({ batchSize: 32, sequenceLength: 64 });
    const guessing = Math.log(record.model.vocabulary);
    const watch = new LossWatch(record, NO_PROGRESS);
    expect(watch.add(0.1)).toBeUndefined();
    expect(watch.add(0.95 * guessing)).toBeUndefined();
    expect(watch.add(1.05 * guessing)).toMatch(/^the loss rose to .* from 0\.1000 at the start$/);
  });

  it('is relative to the start of the run, which a resumed run remembers', async () => {
    const { run, record } = await newRun({ batchSize: 32, sequenceLength: 64 });
    const first = await collect(openSession(run, record), { stopAt: 10 });
    const session = await resume(run);
    expect(session.record.progress.startLoss).toBe(losses(first)[0]);
    expect(session.record.progress.recentLoss).toBe(losses(first).at(-1));
    expect(stateOf(session).values.every(Number.isFinite)).toBe(true);
  });
});
