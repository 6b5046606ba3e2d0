import { describe, expect, it } from 'vitest';
import type { TrainCommand } from '../../../src/train/events.js';
import { press } from '../../../src/ui/dashboard/keys.js';
import type { DashboardState } from '../../../src/ui/dashboard/state.js';
import {
  at,
  BASELINES,
  BEGAN,
  liveEvent,
  newState,
  played,
  START,
  stepEvent,
  stepEvents,
  stroke,
  tick,
  trainedState,
  validationEvent,
} from '../../helpers/ui-fixture.js';

const training = played(newState(), at(0, START));

function obeyed(command: TrainCommand, ms = 0) {
  return at(ms, { type: 'command', step: 1, command });
}

/** Returns how many characters of the newest sample are on the screen. */
const revealed = ({ samples }: DashboardState) => Math.ceil(samples.revealed);

describe('a run', () => {
  it('waits for its start', () => {
    expect(newState()).toMatchObject({ phase: 'starting', last: undefined, lr: 0.005, now: BEGAN });
    expect(training).toMatchObject({ phase: 'training', start: START });
  });

  it('takes its learning rate from the start', () => {
    expect(played(newState(), at(0, { ...START, lr: 0.002 })).lr).toBe(0.002);
  });

  it('is still stopping if it was stopped before its start', () => {
    const stopped = press(newState(), stroke('ctrl-c')).state;
    expect(played(stopped, at(0, START)).phase).toBe('stopping');
  });

  it('continues the history of its checkpoint', () => {
    const history = [
      { step: 100, training: 2.5, validation: 2.4 },
      { step: 200, training: 2.1, validation: 2.2 },
      { step: 300, training: 2, validation: 2.3 },
      { step: 400, training: 1.9, validation: null },
    ];
    const resumed = newState({ history });
    expect(resumed.validations).toEqual([
      { step: 100, loss: 2.4 },
      { step: 200, loss: 2.2 },
      { step: 300, loss: 2.3 },
    ]);
    expect(resumed.best).toEqual({ step: 200, loss: 2.2 });
    expect(resumed.losses.buckets.map(({ step, smooth }) => [step, smooth])).toEqual([
      [100, 2.5],
      [200, 2.1],
      [300, 2],
      [400, 1.9],
    ]);
    const on = played(
      resumed,
      at(0, { ...START, step: 400 }, stepEvent(401, 1.9), validationEvent(401, 2.1)),
    );
    expect(on.losses.buckets.at(-1)).toEqual({ step: 401, low: 1.9, high: 1.9, smooth: 1.9 });
    expect(on.best).toEqual({ step: 401, loss: 2.1, lr: 0.005 });
  });

  it('is as large as the terminal', () => {
    const resized = played(training, { type: 'resize', columns: 132, rows: 43 });
    expect(resized).toEqual({ ...training, columns: 132, rows: 43 });
  });
});

describe('steps', () => {
  it('may arrive in batches of any size', () => {
    const steps = stepEvents(1, 30, (step) => 4 - step / 10);
    const atOnce = played(training, at(0, ...steps));
    const oneByOne = played(training, ...steps.map((step) => at(0, step)));
    expect(atOnce).toEqual(oneByOne);
    expect(atOnce.last).toBe(steps.at(-1));
    expect(atOnce.losses.recent.map(({ low }) => low)).toEqual(steps.map(({ loss }) => loss));
  });

  it('count as clipped if the gradient exceeded the limit', () => {
    const clipped = (clip: number, norms: readonly number[]) =>
      played(
        newState({ clip }),
        at(0, START, ...norms.map((gradNorm, i) => stepEvent(i + 1, 2, { gradNorm }))),
      ).clippedShare;
    const long = Array.from({ length: 1000 }, () => 2);
    expect(clipped(1, [0.5, 1])).toBe(0);
    expect(clipped(1, long)).toBeCloseTo(1, 3);
    expect(clipped(1, [...long, ...long.map((_, i) => (i % 2 ? 2 : 0.5))])).toBeCloseTo(0.5, 1);
    expect(clipped(0, long)).toBe(0);
  });
});

describe('validations', () => {
  it('are kept in order, and the first of the lowest is the best', () => {
    const losses = [3, 2.5, 2.6, 2.5];
    const state = played(training, ...losses.map((loss, i) => at(0, validationEvent(100 * (i + 1), loss))));
    expect(state.validations.map(({ loss }) => loss)).toEqual(losses);
    expect(state.best).toEqual({ step: 200, loss: 2.5 });
  });

  it('are bounded in number, including the best and the newest', () => {
    let state = training;
    for (let step = 1; step <= 1400; step++) {
      state = played(state, at(0, validationEvent(step, step === 5 ? 1 : 2)));
      expect(state.validations.length).toBeLessThanOrEqual(512);
      expect(state.validations.at(-1)?.step).toBe(step);
    }
    expect(state.best).toEqual({ step: 5, loss: 1 });
    expect(state.validations).toContain(state.best);
    const steps = state.validations.map(({ step }) => step);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
  });

  it('are accompanied by baselines, the highest first', () => {
    const state = played(training, ...BASELINES.map((event) => at(0, event)));
    expect(state.baselines.map(({ name }) => name)).toEqual(['uniform', 'unigram', 'zlib', '6-gram']);
  });
});

describe('a rollback to a checkpoint', () => {
  const back = { type: 'rollback', step: 300, from: 340, fault: 'the loss became NaN', lr: 1e-3 } as const;
  const before = played(
    training,
    at(1, ...stepEvents(1, 320, () => 3)),
    at(2, validationEvent(300, 2)),
    at(3, validationEvent(320, 1.5)),
  );

  it('forgets everything after it, and announces what happened', () => {
    const state = played(
      before,
      at(4, ...stepEvents(321, 340, () => 3), back, ...stepEvents(301, 310, () => 3)),
    );
    expect(state.last!.step).toBe(310);
    expect(state.validations).toEqual([{ step: 300, loss: 2, lr: 0.005 }]);
    expect(state.best).toEqual({ step: 300, loss: 2, lr: 0.005 });
    expect(state.lr).toBe(1e-3);
    expect(state.notice!.text).toBe(
      'after step 340 the loss became NaN: back to step 300, learning rate 1.00e-3',
    );
    for (const series of [state.losses.recent, state.losses.buckets]) {
      const shown = series.map(({ step }) => step);
      expect(shown).toEqual([...new Set(shown)].sort((a, b) => a - b));
      expect(shown.at(-1)).toBe(310);
      expect(shown).toContain(300);
    }
  });

  it('may go back to the very start', () => {
    const { losses, best } = played(before, at(4, { ...back, step: 0 }, stepEvent(1, 4)));
    expect(losses.recent.map(({ step }) => step)).toEqual([1]);
    expect(losses.buckets).toHaveLength(1);
    expect(best).toBeUndefined();
  });
});

describe('time', () => {
  it('passes with every tick and event, and ticks report memory', () => {
    const state = played(training, tick(500, 100), at(1200, stepEvent(1, 3)), tick(1300, 200));
    expect(state).toMatchObject({ now: BEGAN + 1300, activeMs: 1300, memory: 200 });
  });

  it('does not count as active during a pause', () => {
    const state = played(
      training,
      tick(1000),
      obeyed({ type: 'pause' }, 1500),
      tick(5000),
      obeyed({ type: 'continue' }, 9000),
      tick(9250),
    );
    expect(state.activeMs).toBe(1750);
    expect(state.now).toBe(BEGAN + 9250);
  });

  it('ends a notice', () => {
    const state = played(training, obeyed({ type: 'continue' }, 1000));
    expect(state.notice?.text).toBe('continuing');
    expect(played(state, tick(4999)).notice?.text).toBe('continuing');
    expect(played(state, tick(5000)).notice).toBeUndefined();
  });
});

describe('a completed command', () => {
  it('pauses and continues', () => {
    const asked = press(training, stroke('p')).state;
    const paused = played(asked, obeyed({ type: 'pause' }));
    expect(paused).toMatchObject({ phase: 'paused', notice: undefined });
    const on = played(paused, obeyed({ type: 'continue' }));
    expect(on).toMatchObject({ phase: 'training', notice: { text: 'continuing' } });
  });

  it('stops, and nothing undoes that', () => {
    const stopping = played(training, obeyed({ type: 'stop' }));
    expect(stopping.phase).toBe('stopping');
    expect(played(stopping, obeyed({ type: 'pause' })).phase).toBe('stopping');
    expect(played(stopping, obeyed({ type: 'continue' })).phase).toBe('stopping');
  });

  it('announces only a requested checkpoint', () => {
    const saved = at(0, { type: 'checkpoint', step: 1234, path: 'x' });
    expect(played(training, saved).notice).toBeUndefined();
    const asked = press(training, stroke('s')).state;
    const done = played(asked, obeyed({ type: 'save' }), saved);
    expect(done.notice?.text).toBe('saved at step 1,234');
    expect(played(done, tick(9000), saved).notice).toBeUndefined();
  });

  it('sets the rate to the reported value', () => {
    const state = played(training, obeyed({ type: 'lr', value: 0.0025 }));
    expect(state).toMatchObject({ lr: 0.0025, notice: { text: 'learning rate 2.50e-3' } });
  });

  it('does not undo a later request', () => {
    const faster = press(press(training, stroke('>')).state, stroke('>')).state;
    const first = played(faster, obeyed({ type: 'lr', value: 0.00625 }));
    expect(first.lr).toBe(faster.lr);
    const both = played(first, obeyed({ type: 'lr', value: faster.lr }));
    expect(both).toMatchObject({
      lr: faster.lr,
      pending: { lr: 0 },
      notice: { text: 'learning rate 7.81e-3' },
    });
    const prompts = { ...training, prompt: 'xyz', pending: { lr: 0, prompt: 2 } };
    const one = played(prompts, obeyed({ type: 'prompt', text: 'abcdef' }));
    expect(one).toMatchObject({ prompt: 'xyz', notice: undefined });
    expect(played(one, obeyed({ type: 'prompt', text: 'xyz' }))).toMatchObject({
      prompt: 'xyz',
      notice: undefined,
    });
  });

  it.each([
    ['Call me', 'Call me', undefined],
    ['naïve', 'nave', 'a character of the prompt left out: not in the corpus'],
    ['🐋鯨a', 'a', '2 characters of the prompt left out: not in the corpus'],
  ])('takes the prompt %j as %j', (prompt, text, notice) => {
    const state = played({ ...training, prompt }, obeyed({ type: 'prompt', text }));
    expect(state.prompt).toBe(text);
    expect(state.notice?.text).toBe(notice);
  });
});

describe('live samples', () => {
  it('appear at an even pace, though they arrive in bursts', () => {
    const burst = at(500, liveEvent(1, 'x'.repeat(50)));
    const shown = [600, 750, 999, 1000, 5000].map((ms) => revealed(played(training, burst, tick(ms))));
    expect(shown).toEqual([10, 25, 50, 50, 50]);
    const more = played(training, burst, at(750, liveEvent(1, 'y'.repeat(25))));
    expect(revealed(more)).toBe(25);
    expect([1000, 1250, 1500].map((ms) => revealed(played(more, tick(ms))))).toEqual([50, 75, 75]);
  });

  it('appear at an even pace when a burst has two pieces', () => {
    const burst = at(500, liveEvent(1, 'x'.repeat(49)), liveEvent(1, 'y'));
    expect([500, 600, 750].map((ms) => revealed(played(training, burst, tick(ms))))).toEqual([0, 10, 25]);
  });

  it('are counted in characters, with an emoji as one', () => {
    const state = played(training, at(100, liveEvent(1, '🐋🐋')), at(200, liveEvent(1, '鯨')), tick(9000));
    expect(state.samples.pages).toMatchObject([{ text: '🐋🐋鯨', certainty: [0.7, 0.7, 0.7] }]);
    expect(revealed(state)).toBe(3);
  });

  it('start a page with each new number', () => {
    const state = played(
      training,
      at(10, liveEvent(1, 'a', { step: 5 }), liveEvent(1, 'b', { step: 6, temperature: 1.5 })),
      tick(9000),
      at(9010, liveEvent(2, 'c', { step: 7, prompt: 'Call me' })),
    );
    expect(state.samples.pages).toMatchObject([
      { sample: 1, step: 5, temperature: 1.5, prompt: '', text: 'ab' },
      { sample: 2, step: 7, temperature: 0.8, prompt: 'Call me', text: 'c' },
    ]);
    expect(revealed(state)).toBe(0);
  });

  it.each([1, 2, 30])(
    'are at most 60, the first, the last and the one that is shown, number %i',
    (selected) => {
      let state: DashboardState = { ...training, samples: { ...training.samples, selected } };
      for (let sample = 1; sample <= 300; sample++) {
        state = played(state, at(sample, liveEvent(sample, 'x', { step: 100 * sample })));
        const kept = state.samples.pages.map((page) => page.sample);
        expect(kept.length).toBe(Math.min(60, sample));
        expect(kept).toEqual(expect.arrayContaining([1, Math.min(selected, sample), sample]));
        expect(kept).toEqual([...kept].sort((a, b) => a - b));
      }
      const gaps = state.samples.pages.slice(1).map(({ step }, i) => step - state.samples.pages[i]!.step);
      expect(Math.max(...gaps)).toBeLessThan(3000);
    },
  );
});

it('a whole run never mutates an earlier state', () => {
  expect(trainedState()).toMatchObject({ last: { step: 830 }, best: { step: 700 }, phase: 'training' });
});
