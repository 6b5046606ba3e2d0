import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { listCheckpoints } from '../../src/checkpoint/run.js';
import type { ModelConfig } from '../../src/model/config.js';
import type { Commands } from '../../src/train/controls.js';
import type { LiveEvent, TrainEvent } from '../../src/train/events.js';
import { rateAt } from '../../src/train/schedule.js';
import { openSession } from '../../src/train/session.js';
import { train } from '../../src/train/trainer.js';
import { collect, inTurns, lastFile, losses, newRun, resume, steps } from '../helpers/training.js';

it('events of a checkpoint are announced before it is in place, and the last one includes the end', async () => {
  const { run, record } = await newRun();
  const announced: TrainEvent[] = [];
  const announce = (events: readonly TrainEvent[]) => {
    for (const event of events) {
      if (event.type === 'checkpoint') expect(existsSync(event.path)).toBe(false);
      announced.push(event);
    }
  };
  const events = await collect(openSession(run, record), { announce });
  expect(announced).toEqual(events.filter(({ type }) => type === 'checkpoint' || type === 'end'));
  expect(announced.every((event) => events.includes(event))).toBe(true);
  expect(announced.at(-1)).toMatchObject({ type: 'end', reason: 'finished', path: lastFile(run) });
});

describe('a resumed run', () => {
  it.each([1, 7, 10, 19])('stopped at step %i equals one without a stop, byte for byte', async (stop) => {
    const whole = await newRun();
    const expected = losses(await collect(openSession(whole.run, whole.record)));
    const cut = await newRun();
    const before = await collect(openSession(cut.run, cut.record), { stopAt: stop });
    expect(before.at(-1)).toMatchObject({ type: 'end', reason: 'stopped', step: stop });
    const after = await collect(await resume(cut.run));
    expect([...losses(before), ...losses(after)]).toEqual(expected);
    expect(readFileSync(lastFile(cut.run))).toEqual(readFileSync(lastFile(whole.run)));
  });

  it.each<Partial<ModelConfig>>([
    { cell: 'rnn' },
    { cell: 'gru', residual: true },
    { cell: 'peephole', coupled: true, layerNorm: true, residual: true },
    { cell: 'gru', layerNorm: true },
    { cell: 'lstm', coupled: true, forgetBias: 3 },
  ])(
    'of %o equals one without a stop, byte for byte, with any engine and any number of threads',
    async (model) => {
      for (const engine of [undefined, 'wasm'] as const) {
        const whole = await newRun({}, model);
        const expected = losses(await collect(openSession(whole.run, whole.record, { engine })));
        const cut = await newRun({}, model);
        const before = await collect(openSession(cut.run, cut.record, { engine }), { stopAt: 9 });
        const after = await collect(await resume(cut.run, { engine, threads: engine ? 1 : 2 }));
        expect([...losses(before), ...losses(after)]).toEqual(expected);
        expect(readFileSync(lastFile(cut.run))).toEqual(readFileSync(lastFile(whole.run)));
      }
    },
  );

  it('continues exactly across the end of an epoch', async () => {
    const options = { length: { unit: 'epochs', amount: 2.5 }, sequenceLength: 512, batchSize: 16 } as const;
    const whole = await newRun(options);
    const all = steps(await collect(openSession(whole.run, whole.record)));
    expect(all.at(-1)!.epoch).toBeGreaterThan(2);
    const cut = await newRun(options);
    await collect(openSession(cut.run, cut.record), { stopAt: 4 });
    await collect(await resume(cut.run));
    expect(readFileSync(lastFile(cut.run))).toEqual(readFileSync(lastFile(whole.run)));
  });

  it.each([
    ['in the middle of an epoch of texts', 3],
    ['in the second epoch, whose texts have another order', 6],
  ])('%s equals one without a stop, byte for byte', async (_, stop) => {
    const options = { sequenceLength: 512, batchSize: 16, length: { unit: 'steps', amount: 12 } } as const;
    const lines = { division: 'line', labels: [] } as const;
    const whole = await newRun(options, {}, 'utf8', lines);
    const all = steps(await collect(openSession(whole.run, whole.record)));
    expect(all.at(-1)!.epoch).toBeGreaterThan(2);
    expect(Number.isInteger(all[stop - 1]!.epoch)).toBe(false);
    const cut = await newRun(options, {}, 'utf8', lines);
    await collect(openSession(cut.run, cut.record), { stopAt: stop });
    await collect(await resume(cut.run, { threads: 2 }));
    expect(readFileSync(lastFile(cut.run))).toEqual(readFileSync(lastFile(whole.run)));
  });

  it('can be stopped by a command between two steps, with a checkpoint', async () => {
    const { run, record } = await newRun();
    const events = await collect(openSession(run, record), {
      commands: inTurns({ 5: [{ type: 'stop' }] }),
    });
    expect(events.at(-1)).toMatchObject({ reason: 'stopped', step: 5 });
    expect(listCheckpoints(run).map((file) => file.step)).toEqual([5]);
  });
});

describe('between steps', () => {
  it('validation, checkpoints and samples leave the next losses bit-identical', async () => {
    const often = await newRun({ evalEvery: 1 });
    const never = await newRun({ evalEvery: 1000 });
    const a = await collect(openSession(often.run, often.record));
    const b = await collect(openSession(never.run, never.record));
    expect(a.filter((event) => event.type === 'sample').length).toBe(20);
    expect(losses(a)).toEqual(losses(b));
  });

  it('the best checkpoint, the last, and the requested number of recent ones are kept', async () => {
    const { run, record } = await newRun({ evalEvery: 2, keep: 3 });
    await collect(openSession(run, record));
    const files = listCheckpoints(run);
    const best = files.reduce((x, y) => (y.validation! < x.validation! ? y : x));
    expect(files.slice(-3).map((file) => file.step)).toEqual([16, 18, 20]);
    expect(files.length).toBe(files.slice(-3).includes(best) ? 3 : 4);
  });
});

describe('commands', () => {
  const commandsOf = (events: TrainEvent[]) =>
    events.flatMap((event) => (event.type === 'command' ? [{ step: event.step, ...event.command }] : []));

  it('are carried out between steps, in order, and reported as events', async () => {
    const { run, record } = await newRun();
    const commands = inTurns({
      2: [{ type: 'lr', value: 1e-3 }, { type: 'sample' }],
      3: [{ type: 'prompt', text: 'The ☂' }],
      4: [
        { type: 'temperature', value: 1e9 },
        { type: 'lr', value: 99 },
      ],
    });
    const events = await collect(openSession(run, record), { commands, live: true });
    expect(commandsOf(events)).toEqual([
      { step: 2, type: 'lr', value: 1e-3 },
      { step: 2, type: 'sample' },
      { step: 3, type: 'prompt', text: 'The ' },
      { step: 4, type: 'temperature', value: 100 },
      { step: 4, type: 'lr', value: 10 },
    ]);
  });

  it('a new learning rate applies from the next step on, and is saved in the checkpoint', async () => {
    const options = { length: { unit: 'steps', amount: 12 }, evalEvery: 6 } as const;
    const steered = await newRun(options);
    const commands = inTurns({ 4: [{ type: 'lr', value: 1e-3 }] });
    const events = await collect(openSession(steered.run, steered.record), { commands, stopAt: 6 });
    const rates = steps(events).map((event) => event.lr);
    expect(rates[4]! / rates[3]!).toBeLessThan(0.25);
    expect((await readCheckpoint(lastFile(steered.run))).record.training.lr).toBe(1e-3);
    const resumed = steps(await collect(await resume(steered.run)))[0]!;
    expect(resumed.lr).toBeCloseTo(1e-3 * rateAt(6, 0.5, 12), 12);
  });

  it('save writes a checkpoint that a run can continue from like any other', async () => {
    const whole = await newRun();
    const expected = losses(await collect(openSession(whole.run, whole.record)));
    const saved = await newRun();
    const commands = inTurns({ 3: [{ type: 'save' }], 5: [{ type: 'stop' }] });
    const before = await collect(openSession(saved.run, saved.record), { commands });
    expect(before.filter((event) => event.type === 'checkpoint').map((event) => event.step)).toEqual([3, 4]);
    const after = await collect(await resume(saved.run));
    expect([...losses(before), ...losses(after)]).toEqual(expected);
  });

  it('no step is taken during a pause, which can save and changes nothing', async () => {
    const whole = await newRun();
    const expected = losses(await collect(openSession(whole.run, whole.record)));
    const { run, record } = await newRun();
    const commands = inTurns({
      3: [{ type: 'pause' }],
      4: [],
      5: [{ type: 'save' }],
      8: [{ type: 'continue' }],
    });
    const events = await collect(openSession(run, record), { commands, live: true });
    expect(losses(events)).toEqual(expected);
    const between = events.slice(
      events.findIndex((event) => event.type === 'step' && event.step === 3) + 1,
      events.findIndex((event) => event.type === 'step' && event.step === 4),
    );
    expect(steps(between)).toEqual([]);
    expect(commandsOf(between).map(({ type }) => type)).toEqual(['pause', 'save', 'continue']);
    expect(between.filter((event) => event.type === 'checkpoint')).toHaveLength(1);
  });

  it('a rate changed in a pause is saved even if the step was saved already', async () => {
    const { run, record } = await newRun({ evalEvery: 5 });
    const commands = inTurns({
      5: [{ type: 'pause' }],
      6: [{ type: 'lr', value: 2e-3 }],
      8: [{ type: 'stop' }],
    });
    await collect(openSession(run, record), { commands });
    const files = listCheckpoints(run);
    expect(files.map((file) => file.step)).toEqual([5]);
    expect((await readCheckpoint(files[0]!.path)).record.training.lr).toBe(2e-3);
  });
});

describe('the live sample', () => {
  const liveOf = (events: TrainEvent[]) =>
    events.filter((event): event is LiveEvent => event.type === 'live');

  it('is written while the network learns, and leaves the losses bit-identical', async () => {
    const options = { length: { unit: 'steps', amount: 200 } } as const;
    const quiet = await newRun(options);
    const { run, record } = await newRun(options);
    const events = await collect(openSession(run, record), { live: true });
    expect(losses(events)).toEqual(losses(await collect(openSession(quiet.run, quiet.record))));
    const written = liveOf(events);
    expect(written.length).toBeGreaterThan(0);
    for (const { text, certainty } of written) {
      expect(certainty.length).toBe(Array.from(text).length);
      expect(certainty.every((p) => p > 0 && p <= 1)).toBe(true);
    }
  });

  it('starts again on request, with the requested prompt', async () => {
    const { run, record } = await newRun({ length: { unit: 'steps', amount: 400 } });
    const commands = inTurns({ 100: [{ type: 'prompt', text: 'The ' }], 250: [{ type: 'sample' }] });
    const written = liveOf(await collect(openSession(run, record), { commands, live: true }));
    const prompts = new Map(written.map((event) => [event.sample, event.prompt]));
    expect([...prompts.values()].slice(-2)).toEqual(['The ', 'The ']);
  });

  it('does not prevent the detection of ruined weights', async () => {
    const { run, record } = await newRun({ lr: 10, weightDecay: 10, length: { unit: 'steps', amount: 400 } });
    const events = await collect(openSession(run, record), { live: true });
    expect(events.at(-1)).toMatchObject({ reason: 'diverged' });
  });
});

describe('the carried state', () => {
  /** Returns the losses of four steps, two epochs of two windows, with the state disturbed after one step. */
  async function lossesDisturbedAfter(step: number): Promise<number[]> {
    const { run, record } = await newRun({
      length: { unit: 'steps', amount: 4 },
      sequenceLength: 512,
      batchSize: 32,
    });
    const session = openSession(run, record);
    expect(session.batches.windowsPerEpoch).toBe(2);
    const found: number[] = [];
    for await (const event of train(session)) {
      if (event.type !== 'step') continue;
      found.push(event.loss);
      if (event.step === step) for (const { state } of session.network.layers) state.h.fill(0.9);
    }
    return found;
  }

  it('passes from window to window', async () => {
    const undisturbed = await lossesDisturbedAfter(0);
    const disturbed = await lossesDisturbedAfter(1);
    expect(disturbed[0]).toBe(undisturbed[0]);
    expect(disturbed[1]).not.toBe(undisturbed[1]);
  });

  it('is reset when the streams start again', async () => {
    expect(await lossesDisturbedAfter(2)).toEqual(await lossesDisturbedAfter(0));
  });
});

describe('diverging training', () => {
  it.each([{ evalEvery: 1 }, { evalEvery: 1000 }])(
    'saves no weights that are not finite: %o',
    async (options) => {
      const { run, record } = await newRun({
        ...options,
        lr: 10,
        weightDecay: 10,
        length: { unit: 'steps', amount: 400 },
      });
      const events = await collect(openSession(run, record), { stopAt: 60 });
      expect(events.at(-1)).toMatchObject({ reason: 'diverged' });
      for (const file of listCheckpoints(run)) await readCheckpoint(file.path);
    },
  );
});

describe('the schedule', () => {
  it('warms up, peaks and falls to its floor', () => {
    const rates = Array.from({ length: 1001 }, (_, step) => rateAt(step, step / 1000, 1000));
    expect(rates[0]).toBeCloseTo(0.01, 4);
    expect(Math.max(...rates)).toBeGreaterThan(0.95);
    expect(rates[1000]).toBeCloseTo(0.05, 6);
    expect(rates.slice(100).every((rate, i, all) => i === 0 || rate <= all[i - 1]!)).toBe(true);
  });

  it('ends by the clock with a validated checkpoint, whenever time runs out', async () => {
    // Lets time pass between two looks at the clock, while commands are taken.
    const slow: Commands = {
      next() {
        const until = performance.now() + 3;
        while (performance.now() < until);
        return undefined;
      },
      async wait() {},
    };
    for (let i = 0; i < 8; i++) {
      const { run, record } = await newRun({ length: { unit: 'minutes', amount: 0.001 }, evalEvery: 1e6 });
      const events = await collect(openSession(run, record), { commands: slow });
      expect(events.at(-1)).toMatchObject({
        type: 'end',
        reason: 'finished',
        step: steps(events).at(-1)!.step,
      });
      expect(events.at(-2)).toMatchObject({ type: 'checkpoint', step: steps(events).at(-1)!.step });
    }
  });

  it('takes the time of a run from the clock it is given, which may stand still', async () => {
    const { run, record } = await newRun({ length: { unit: 'minutes', amount: 1 }, evalEvery: 1e6 });
    let taken = 0;
    const commands: Commands = {
      next() {
        taken++;
        return undefined;
      },
      async wait() {},
    };
    const now = () => (taken < 40 ? 5000 : 66_000);
    const events = await collect(openSession(run, record), { commands, now });
    expect(steps(events).map(({ seconds }) => seconds)).toEqual(new Array(40).fill(0));
    expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'finished', step: 40 });
    expect((await readCheckpoint(lastFile(run))).record.progress.seconds).toBe(61);
  });

  it('ends by the clock if the length is in minutes, with a validated checkpoint', async () => {
    const { run, record } = await newRun({ length: { unit: 'minutes', amount: 0.01 }, evalEvery: 1e6 });
    const events = await collect(openSession(run, record));
    expect(events.at(-1)).toMatchObject({ reason: 'finished' });
    expect(listCheckpoints(run).at(-1)!.validation).toBeGreaterThan(0);
    const { record: last } = await readCheckpoint(lastFile(run));
    expect(last.progress.seconds).toBeGreaterThan(0.5);
  });
});
