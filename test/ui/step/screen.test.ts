// The screen of `charlstm inspect step`: its keys, and pictures of any size.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Quantity } from '../../../src/insight/equations.js';
import type { Equation } from '../../../src/insight/expression.js';
import { Keyboard } from '../../../src/ui/screen/keyboard.js';
import type { StepContents } from '../../../src/ui/step/contents.js';
import { equationLines } from '../../../src/ui/step/equation-lines.js';
import { press, type StepRequest } from '../../../src/ui/step/keys.js';
import { initialState, reduce, type StepState } from '../../../src/ui/step/state.js';
import { picture } from '../../../src/ui/step/view.js';
import { lineWidth } from '../../../src/ui/text/line.js';

const HIDDEN = 30;
const EQUATION: Equation = {
  name: 'f',
  symbols: "σ(Wf·x + bf + Uf·h')",
  stages: [
    { relation: '=', text: 'σ(0.412 + 0.747 − 0.671)' },
    { relation: '=', text: 'σ(0.488)' },
    { relation: '=', text: '0.620' },
  ],
};

const values = Float32Array.from({ length: HIDDEN }, (_, i) => Math.sin(i));
const SHOWN: StepContents = {
  before: Array.from('Call m'),
  character: 'e',
  ahead: Array.from(' \x1b鯨\n\u0301\u202e'),
  input: { name: 'its embedding', values },
  quantities: ['i', 'f', 'g', 'o', "c'", 'c', "h'", 'h'].map((name): Quantity => {
    if (name.startsWith('c')) return { name, kind: 'state', values: values.map((value) => 20 * value) };
    return { name, kind: /[ifo]/.test(name) ? 'share' : 'signed', values };
  }),
  equations: ['i', 'f', 'g', 'o', 'c', 'h'].map((name) => ({ ...EQUATION, name })),
  next: {
    temperature: 0.8,
    total: 2.5,
    characters: Array.from(' e\n鯨\x1b', (character, id) => ({
      id,
      character,
      logit: 3 - id,
      weight: 1 / (1 + id),
      probability: 0.4 / (1 + id),
    })),
  },
};

function stateOf(change: Partial<StepState> = {}): StepState {
  const view = { at: 6, layer: 0, unit: 0, temperature: 0.8 };
  const most = { units: HIDDEN, characters: 10 };
  const beginning = { model: 'a model', layers: 2, hidden: HIDDEN, most, known: 13, view, shown: SHOWN };
  return { ...initialState(beginning, { columns: 80, rows: 24 }), ...change };
}

/** Returns the state after keys as a terminal sends them, and their requests. */
function pressed(state: StepState, keys: string): { state: StepState; requests: StepRequest[] } {
  const keyboard = new Keyboard();
  const requests: StepRequest[] = [];
  for (const stroke of [...keyboard.take(keys), ...keyboard.flush()]) {
    const answer = press(state, stroke);
    state = answer.state;
    if (answer.request) requests.push(answer.request);
  }
  return { state, requests };
}

const RIGHT = '\x1b[C';
const LEFT = '\x1b[D';
const UP = '\x1b[A';
const DOWN = '\x1b[B';
const atEnd = stateOf({ known: 7 });

describe('keys', () => {
  it.each([RIGHT, ' ', '\r', '\x1b[6~'])('%j moves forward while characters are ahead', (key) => {
    const { state, requests } = pressed(stateOf(), key);
    expect([state.view.at, requests]).toEqual([7, []]);
  });

  it.each<[string, StepRequest]>([
    [RIGHT, { type: 'draw', how: 'sample' }],
    ['\r', { type: 'draw', how: 'likeliest' }],
    [' ', { type: 'feed', text: ' ' }],
    ['\x0e', { type: 'feed', text: '\n' }],
  ])('%j at the end draws a character or reads a space', (key, request) => {
    const { state, requests } = pressed(atEnd, key);
    expect(requests).toEqual([request]);
    expect(state.view).toEqual(atEnd.view);
  });

  it('typed characters are read, whatever else they mean elsewhere', () => {
    for (const text of ['q', '?', 'n', '+', '[', '鯨']) {
      expect(pressed(stateOf(), text).requests).toEqual([{ type: 'feed', text }]);
    }
    expect(pressed(stateOf(), '\x1b[200~two words\x1b[201~').requests).toEqual([
      { type: 'feed', text: 'two words' },
    ]);
  });

  it('move back and forth, but not beyond the ends', () => {
    expect(pressed(stateOf(), LEFT).state.view.at).toBe(5);
    expect(pressed(stateOf(), '\x7f\x1b[5~').state.view.at).toBe(4);
    expect(pressed(stateOf(), LEFT.repeat(20)).state.view.at).toBe(0);
    expect(pressed(stateOf(), '\x1b[H').state.view.at).toBe(0);
    expect(pressed(stateOf(), '\x1b[F').state.view.at).toBe(12);
  });

  it('change layers, units and temperatures', () => {
    expect(pressed(stateOf(), UP).state.view.layer).toBe(1);
    expect(pressed(stateOf(), UP + UP).state).toMatchObject({
      view: { layer: 1 },
      notice: 'layer 1 is the last one',
    });
    expect(pressed(stateOf(), UP + DOWN + DOWN).state).toMatchObject({
      view: { layer: 0 },
      notice: 'layer 0 is the first one',
    });
    expect(pressed(stateOf(), '\t\t').state.view.unit).toBe(2);
    expect(pressed(stateOf(), '\x1b[Z').state.view.unit).toBe(HIDDEN - 1);
    expect(pressed(stateOf(), '\x1b[1;5C').state.view.unit).toBe(10);
    expect(pressed(stateOf(), '\x1b[1;5A\x1b[1;3A').state.view.temperature).toBe(1);
    expect(pressed(stateOf(), '\x1b[1;5B'.repeat(20)).state.view.temperature).toBe(0);
  });

  it('leave help first, then the screen', () => {
    expect(pressed(stateOf(), '\x1b').requests).toEqual(['quit']);
    expect(pressed(stateOf(), '\x03').requests).toEqual(['interrupt']);
    expect(pressed(stateOf(), '\x1a').requests).toEqual(['suspend']);
    const helping = pressed(stateOf(), '\x1bOP').state;
    expect(helping.isHelping).toBe(true);
    const { state, requests } = pressed(helping, '\x1b');
    expect([state.isHelping, requests]).toEqual([false, []]);
  });
});

it('a changed text is shown where it changed, and a notice lasts until the next key', () => {
  const longer = reduce(stateOf(), { type: 'text', known: 8, at: 7 });
  expect(longer).toMatchObject({ known: 8, view: { at: 7, temperature: 0.8 } });
  const told = reduce(stateOf(), { type: 'notice', text: 'never saw it' });
  expect(
    picture(told)
      .at(-1)!
      .map(({ text }) => text)
      .join(''),
  ).toBe(' never saw it');
  expect(pressed(told, LEFT).state.notice).toBeUndefined();
});

describe('the picture', () => {
  const textOf = (state: StepState) => picture(state).map((line) => line.map(({ text }) => text).join(''));

  it('fits any screen', () => {
    const size = fc.record({
      columns: fc.integer({ min: 1, max: 220 }),
      rows: fc.integer({ min: 1, max: 70 }),
    });
    const view = fc.record({
      at: fc.constant(6),
      layer: fc.constant(1),
      unit: fc.nat(HIDDEN - 1),
      temperature: fc.constantFrom(0, 0.8),
    });
    fc.assert(
      fc.property(size, view, fc.boolean(), ({ columns, rows }, at, isHelping) => {
        const lines = picture(stateOf({ columns, rows, view: at, isHelping }));
        expect(lines.length).toBe(rows);
        for (const line of lines) expect(lineWidth(line)).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it.each([
    [80, 24],
    [100, 30],
    [160, 50],
    [200, 60],
  ])('at %d x %d has the text, x, units, equations and the next character', (columns, rows) => {
    const text = textOf(stateOf({ columns, rows, view: { ...stateOf().view, unit: 17 } })).join('\n');
    expect(text).toContain('Call m[e] ␛鯨↵◌');
    expect(text).toContain('layer 0 of 2 · unit 17 of 30 · T 0.8');
    expect(text).toMatch(/x +its embedding|its embedding/);
    expect(text).toMatch(/▸ +17 .*−0\.96/);
    expect(text).toContain("o = σ(Wf·x + bf + Uf·h') = σ(0.412 + 0.747 − 0.671) = σ(0.488) = 0.620");
    expect(text).toContain('p = exp((l − 3.000) / 0.8) / 2.500');
    expect(text).toMatch(/ ␣ +3\.000 .*0\.400/);
  });

  it('shows the end of a text that does not fit', () => {
    const before = Array.from('one two three four e\u0301 ');
    const ahead = Array.from(' and many more characters');
    const [first] = textOf(stateOf({ columns: 24, rows: 2, shown: { ...SHOWN, before, ahead } }));
    expect(first).toBe(' hree four e◌\u0301 [e] and m');
  });

  it('shows less with less room', () => {
    const text = textOf(stateOf({ columns: 40, rows: 12 })).join('\n');
    expect(text).toContain('i = σ(0.488) = 0.620');
    expect(textOf(stateOf({ columns: 20, rows: 3 }))).toEqual([
      ' Call m[e] ␛鯨↵◌́�',
      ' i = 0.620',
      ' f = 0.620',
    ]);
  });
});

describe('equations', () => {
  const told = (width: number, height = 1) =>
    equationLines([EQUATION], width, height)
      .flat()
      .map((line) => line.map(({ text }) => text).join(''));

  it('are shortened, then broken, then cut, before an equals sign', () => {
    expect(told(70)).toEqual(["f = σ(Wf·x + bf + Uf·h') = σ(0.412 + 0.747 − 0.671) = σ(0.488) = 0.620"]);
    expect(told(69)).toEqual(["f = σ(Wf·x+bf+Uf·h') = σ(0.412+0.747−0.671) = σ(0.488) = 0.620"]);
    expect(told(50, 2)).toEqual([
      "f = σ(Wf·x + bf + Uf·h')",
      '    = σ(0.412 + 0.747 − 0.671) = σ(0.488) = 0.620',
    ]);
    expect(told(50)).toEqual(['f = σ(0.412 + 0.747 − 0.671) = σ(0.488) = 0.620']);
    expect(told(25)).toEqual(['f = σ(0.488) = 0.620']);
    expect(told(10)).toEqual(['f = 0.620']);
  });
});
