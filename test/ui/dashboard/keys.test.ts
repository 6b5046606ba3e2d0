import { describe, expect, it } from 'vitest';
import { BINDINGS, type DashboardRequest, press } from '../../../src/ui/dashboard/keys.js';
import type { DashboardState } from '../../../src/ui/dashboard/state.js';
import { Keyboard, type Stroke } from '../../../src/ui/screen/keyboard.js';
import { at, frozen, liveEvent, newState, played, START, stroke } from '../../helpers/ui-fixture.js';

const training = frozen(
  played(newState(), at(0, START), ...[1, 2, 3].map((sample) => at(sample, liveEvent(sample, 'x')))),
);

type Request = DashboardRequest | 'suspend';

/** Returns the state after some keys, and all their requests. */
function pressed(
  state: DashboardState,
  ...keys: readonly (Stroke | string)[]
): { state: DashboardState; requests: Request[] } {
  const requests: Request[] = [];
  let now = state;
  for (const key of keys) {
    const answer = press(frozen(now), typeof key === 'string' ? stroke(key) : key);
    now = answer.state;
    if (answer.request) requests.push(answer.request);
  }
  return { state: now, requests };
}

/** Returns the fields that differ from another state. */
function changes(state: DashboardState, from = training): Partial<DashboardState> {
  return Object.fromEntries(
    Object.entries(state).filter(([name, value]) => value !== from[name as keyof DashboardState]),
  );
}

const notice = (text: string) => ({ notice: { text, until: expect.any(Number) } });
const view = (change: Partial<DashboardState['view']>) => ({ view: { ...training.view, ...change } });
const samples = (selected: number | undefined) => ({ samples: { ...training.samples, selected } });

/** The effect of every key during training. */
const EFFECTS: Record<string, { readonly changes?: object; readonly request?: Request }> = {
  pause: { changes: { pausing: true, ...notice('pausing after this step') }, request: { type: 'pause' } },
  save: { changes: notice('saving after this step'), request: { type: 'save' } },
  quit: { changes: { dialog: 'quit' } },
  help: { changes: { dialog: 'help' } },
  'temp up': { changes: { temperature: 0.9 }, request: { type: 'temperature', value: 0.9 } },
  'temp down': { changes: { temperature: 0.7 }, request: { type: 'temperature', value: 0.7 } },
  'new sample': { changes: samples(undefined), request: { type: 'sample' } },
  'edit prompt': { changes: { dialog: { draft: '' } } },
  'older sample': { changes: samples(2) },
  'newer sample': { changes: samples(undefined) },
  'lower rate': {
    changes: { lr: 0.004, pending: { lr: 1, prompt: 0 }, ...notice('learning rate 4.00e-3 after this step') },
    request: { type: 'lr', value: 0.004 },
  },
  'higher rate': {
    changes: {
      lr: 0.00625,
      pending: { lr: 1, prompt: 0 },
      ...notice('learning rate 6.25e-3 after this step'),
    },
    request: { type: 'lr', value: 0.00625 },
  },
  'nats or bits': { changes: view({ unit: 'bits' }) },
  'steps or epochs': { changes: view({ axis: 'epochs' }) },
  'log scale': { changes: view({ log: true }) },
  'whole or recent': { changes: view({ recent: true }) },
  tint: { changes: view({ tint: false }) },
  'gates and gradients': {
    changes: view({ gates: true }),
    request: { type: 'gauges', watched: true },
  },
};

describe('keys', () => {
  const all = BINDINGS.flatMap(({ keys, label }) => keys.map((key) => [key, label] as const));

  it.each(all)('%s: %s', (key, label) => {
    const { state, requests } = pressed(training, key);
    const effect = EFFECTS[label]!;
    expect(changes(state)).toEqual(effect.changes);
    expect(requests).toEqual(effect.request ? [effect.request] : []);
  });

  it('have one meaning each', () => {
    const keys = all.map(([key]) => key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(Object.keys(EFFECTS).sort()).toEqual(BINDINGS.map(({ label }) => label).sort());
  });

  it('that change the view also restore it', () => {
    for (const key of ['u', 'x', 'l', 'tab', 'c']) {
      expect(pressed(training, key, key).state).toEqual(training);
    }
  });

  it('g starts and stops watching gates and gradients', () => {
    const { state, requests } = pressed(training, 'g', 'g');
    expect(state).toEqual(training);
    expect(requests).toEqual([
      { type: 'gauges', watched: true },
      { type: 'gauges', watched: false },
    ]);
  });

  it('without a meaning change nothing', () => {
    for (const key of ['7', 'é', '鯨', 'pp', '', 'enter', 'backspace', 'ctrl-d']) {
      expect(pressed(training, key)).toEqual({ state: training, requests: [] });
    }
  });

  it('are not taken from pasted text', () => {
    for (const state of [training, pressed(training, '?').state, pressed(training, 'q').state]) {
      expect(pressed(state, { text: 'y', pasted: true }, { text: 'p', pasted: true }).requests).toEqual([]);
    }
  });

  it('p continues after a pause, even if the pause is still pending', () => {
    expect(pressed(training, 'p', 'p').requests).toEqual([{ type: 'pause' }, { type: 'continue' }]);
    const on = pressed({ ...training, phase: 'paused', pausing: true }, 'p');
    expect(on.requests).toEqual([{ type: 'continue' }]);
  });

  it('request nothing and ask nothing once training is stopping', () => {
    const stopping = frozen({ ...training, phase: 'stopping' as const });
    for (const key of ['p', 's', 'q', '<', '+', 'n']) {
      expect(pressed(stopping, key)).toEqual({ state: stopping, requests: [] });
    }
    expect(pressed(stopping, 'u').state.view.unit).toBe('bits');
  });

  it('change the temperature from 0 to 2 in tenths', () => {
    const temperatures = (key: string) =>
      Array.from(
        { length: 14 },
        (_, i) => pressed(training, ...Array<string>(i + 1).fill(key)).state.temperature,
      );
    expect(temperatures('+')).toEqual([0.9, 1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2, 2, 2]);
    expect(temperatures('-')).toEqual([0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('raise and lower the rate by the same factor', () => {
    expect(pressed(training, '>', '>', '<', '<', '<', '>').state.lr).toBe(0.005);
  });

  it('turn pages from the first to the one being written', () => {
    const shown = (...keys: string[]) => pressed(training, ...keys).state.samples.selected;
    expect([shown('['), shown('[', '['), shown('[', '[', '['), shown('[', '[', '[', ']')]).toEqual([
      2, 1, 1, 2,
    ]);
    expect([shown(']'), shown('[', ']'), shown('[', '[', ']', ']', ']')]).toEqual(Array(3).fill(undefined));
    expect(shown('[', 'n')).toBeUndefined();
    const none = newState();
    expect(pressed(none, '[', ']', '[').state).toEqual(none);
  });
});

describe('the way out', () => {
  const asked = pressed(training, 'q').state;

  it('Esc asks like q', () => {
    expect(pressed(training, 'escape').state).toEqual(asked);
  });

  it.each(['y', 'Y', 'enter'])('%j stops', (key) => {
    const { state, requests } = pressed(asked, key);
    expect(changes(state)).toEqual({ phase: 'stopping' });
    expect(requests).toEqual([{ type: 'stop' }]);
  });

  it.each(['n', 'N', 'escape'])('%j continues', (key) => {
    expect(pressed(asked, key)).toEqual({ state: training, requests: [] });
  });

  it('no other key answers', () => {
    for (const key of ['p', 'q', 's', '?', ' ', 'tab', 'backspace']) {
      expect(pressed(asked, key)).toEqual({ state: asked, requests: [] });
    }
  });

  it('Ctrl-C interrupts in every dialog, each time it is pressed', () => {
    for (const dialog of [undefined, 'quit', 'help', { draft: 'Call' }] as const) {
      const { state, requests } = pressed({ ...training, dialog }, 'ctrl-c', 'ctrl-c');
      expect(changes(state)).toEqual({ phase: 'stopping' });
      expect(requests).toEqual([{ type: 'interrupt' }, { type: 'interrupt' }]);
    }
  });

  it('Ctrl-Z suspends without changing the state', () => {
    for (const dialog of [undefined, 'quit', 'help', { draft: 'Call' }] as const) {
      const state = frozen({ ...training, dialog });
      expect(pressed(state, 'ctrl-z')).toEqual({ state, requests: ['suspend'] });
    }
  });
});

describe('help', () => {
  const open = pressed(training, '?').state;

  it('is closed by Esc, q, h and ?', () => {
    for (const key of ['q', 'h', '?', 'escape']) {
      expect(pressed(open, key)).toEqual({ state: training, requests: [] });
    }
  });

  it('is closed by keys with another meaning, but not by others', () => {
    expect(changes(pressed(open, 'u').state)).toEqual(view({ unit: 'bits' }));
    expect(pressed(open, '7').state).toEqual(open);
  });
});

describe('the prompt', () => {
  const editing = pressed(training, 'e').state;
  const draft = (...keys: (Stroke | string)[]) => pressed(editing, ...keys).state.dialog;

  it('is typed, sent with Enter and edited again', () => {
    const { state, requests } = pressed(pressed(training, '[').state, 'e', 'p', 'q', ' ', '?', 'enter');
    const pending = { lr: 0, prompt: 1 };
    expect(changes(state)).toEqual({ prompt: 'pq ?', pending, ...samples(undefined) });
    expect(requests).toEqual([{ type: 'prompt', text: 'pq ?' }]);
    expect(pressed(state, 'e').state.dialog).toEqual({ draft: 'pq ?' });
  });

  it('Esc discards the draft', () => {
    expect(pressed(editing, 'a', 'escape')).toEqual({ state: training, requests: [] });
  });

  it('Backspace removes one grapheme', () => {
    const back = 'backspace';
    expect(draft('鯨', 'e', '\u0301', '👨‍👩‍👧')).toEqual({ draft: '鯨e\u0301👨‍👩‍👧' });
    expect(draft('鯨', 'e', '\u0301', '👨‍👩‍👧', back)).toEqual({ draft: '鯨e\u0301' });
    expect(draft('鯨', 'e', '\u0301', '👨‍👩‍👧', back, back)).toEqual({ draft: '鯨' });
    expect(draft('鯨', back, back)).toEqual({ draft: '' });
  });

  it('takes pasted text, with line breaks as line feeds', () => {
    const pasted = new Keyboard().take('\x1b[200~Call\r\nme\rIshmael\n\tq\x1b[201~');
    expect(draft('a', ...pasted)).toEqual({ draft: 'aCall\nme\nIshmael\n\tq' });
  });

  it('is no longer than 200 characters', () => {
    expect(draft('🐋'.repeat(199), 'ab', 'c')).toEqual({ draft: `${'🐋'.repeat(199)}a` });
  });

  it('Ctrl-J adds a line feed, and Ctrl-U clears it', () => {
    expect(draft('a', 'ctrl-j', 'b')).toEqual({ draft: 'a\nb' });
    expect(draft('a', 'ctrl-j', 'b', 'ctrl-u')).toEqual({ draft: '' });
  });

  it('ignores Tab and control keys', () => {
    expect(pressed(editing, 'tab', 'ctrl-a').state).toEqual(editing);
  });
});
