// The screen of `charlstm inspect cells` without a terminal: its keys and pictures.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Tracking } from '../../../src/insight/ranking.js';
import { type CellsRequest, press } from '../../../src/ui/cells/keys.js';
import { type CellsState, initialState, reduce } from '../../../src/ui/cells/state.js';
import { STATE_SCALE } from '../../../src/ui/cells/tint.js';
import { CELL_STATE, valuesOf } from '../../../src/ui/cells/values.js';
import { picture } from '../../../src/ui/cells/view.js';
import { Keyboard } from '../../../src/ui/screen/keyboard.js';
import { lineWidth } from '../../../src/ui/text/line.js';

const LAYERS = 2;
const HIDDEN = 5;
const HOSTILE = 'a\x1b[2J\u202e\tb 👨‍👩‍👧 e\u0301 (鯨)\r\n\u0301x';

/** Cell states that differ at each place, from -3 to 3. */
function stateAt(layer: number, unit: number, t: number): number {
  return Math.fround(3 * Math.sin(1 + layer * 1.7 + unit * 2.3 + t * 0.4));
}

function statesOf(text: string) {
  const { length } = Array.from(text);
  return ({ layer, unit }: { layer: number; unit: number }) =>
    Float32Array.from({ length }, (_, t) => stateAt(layer, unit, t));
}

const FOUND: Tracking[] = [
  {
    property: 'quote',
    layer: 1,
    unit: 2,
    measure: 'F1',
    score: 0.846,
    clarity: 0.8,
    direction: 'below',
    threshold: 0.7,
  },
  {
    property: 'line-position',
    layer: 0,
    unit: 4,
    measure: 'r',
    score: 0.597,
    clarity: 0.597,
    direction: 'rises',
  },
  {
    property: 'caps',
    layer: 0,
    unit: 0,
    measure: 'F1',
    score: 0.5,
    clarity: 0.4,
    direction: 'above',
    threshold: -0.25,
  },
];

function newState(text = 'one two', more: Partial<CellsState> = {}): CellsState {
  const { columns = 80, rows = 24, ...known } = more;
  const stretch = {
    start: 1000,
    text,
    layers: LAYERS,
    hidden: HIDDEN,
    kind: CELL_STATE,
    statesOf: statesOf(text),
  };
  return initialState(
    {
      colors: true,
      model: 'runs/one',
      source: 'validation',
      stretch,
      layer: 1,
      unit: 2,
      scale: 'bounded',
      found: FOUND,
      tracked: FOUND,
      ...known,
    },
    { columns, rows },
  );
}

/** Returns the state after keys as a terminal sends them, and their requests. */
function typed(state: CellsState, input: string): { state: CellsState; requests: CellsRequest[] } {
  const keyboard = new Keyboard();
  const requests: CellsRequest[] = [];
  let now = state;
  // The screen presses typed characters one by one.
  const strokes = Array.from(input).flatMap((character) => keyboard.take(character));
  for (const stroke of [...strokes, ...keyboard.flush()]) {
    const answer = press(Object.freeze(now), stroke);
    now = answer.state;
    if (answer.request) requests.push(answer.request);
  }
  return { state: now, requests };
}

const pressed = (state: CellsState, input: string) => typed(state, input).state;
const placeOf = ({ layer, unit }: CellsState) => `${layer}/${unit}`;
const linesOf = (state: CellsState) =>
  picture(state).lines.map((line) =>
    line
      .map(({ text }) => text)
      .join('')
      .trimEnd(),
  );

const UP = '\x1b[A';
const DOWN = '\x1b[B';
const RIGHT = '\x1b[C';
const LEFT = '\x1b[D';
const PAGE_UP = '\x1b[5~';
const PAGE_DOWN = '\x1b[6~';
const HOME = '\x1b[H';
const END = '\x1b[F';

describe('units', () => {
  it.each<[string, string, string]>([
    ['the next one', RIGHT, '1/3'],
    ['round the end of the layer', RIGHT.repeat(3), '1/0'],
    ['round its beginning', LEFT.repeat(4), '1/3'],
    ['the layer below', DOWN, '0/2'],
    ['no layer below the first', DOWN + DOWN, '0/2'],
    ['a layer down and up', DOWN + UP, '1/2'],
    ['what was found next', 'f', '0/4'],
    ['two at once', 'ff', '0/0'],
    ['in a circle', 'fff', '1/2'],
    ['backwards', 'F', '0/0'],
    ['back to what was found, from elsewhere', `f${RIGHT}f`, '0/4'],
    ['by number', '4\r', '1/4'],
    ['by number, after a stroke', '/3\r', '1/3'],
    ['by layer and number', '0/3\r', '0/3'],
    ['a number that was mended', '99\x7f\x7f4\r', '1/4'],
    ['a number that was given up', '4\x1b', '1/2'],
    ['no such unit', '5\r', '1/2'],
    ['no such layer', '2/0\r', '1/2'],
    ['no number', '0//1\r', '1/2'],
    ['what is pasted is no key', '\x1b[200~ff4\r\x1b[201~', '1/2'],
    ['keys that nothing is bound to', 'x\x1b[15~\x06', '1/2'],
  ])('%s', (_name, input, place) => {
    const { state, requests } = typed(newState(), input);
    expect([placeOf(state), requests]).toEqual([place, []]);
    const { layer, unit } = state;
    const states = statesOf('one two')({ layer, unit });
    expect(state.shown).toEqual(valuesOf(states, state.shown.scale, CELL_STATE));
  });

  it('counting units use the relative scale, others their tanh; a key switches', () => {
    const scale = (input: string) => pressed(newState(), input).shown.scale;
    expect(['', 'f', 'ff', 'r', 'rr', 'rf', 'fr'].map(scale)).toEqual([
      'bounded',
      'relative',
      'bounded',
      'relative',
      'bounded',
      'relative',
      'bounded',
    ]);
    const { shown } = pressed(newState(), 'r');
    expect(Math.max(...shown.values.map(Math.abs))).toBe(1);
  });

  it('an impossible request is reported until the next key', () => {
    for (const [input, told] of [
      [UP, 'layer 1 is the last one'],
      ['7\r', 'there is no unit 7: units are 0 to 4, layers 0 to 1'],
    ] as const) {
      const state = pressed(newState(), input);
      expect(linesOf(state).at(-4)).toBe(` ${told}`);
      expect(linesOf(pressed(state, RIGHT)).at(-4)).toMatch(/^ layer 1, unit 3/);
    }
  });

  it('appear once they are ranked', () => {
    const early = reduce(newState('one', { found: [], tracked: 0 }), { type: 'ranking', share: 0.456 });
    expect(linesOf(early)[1]).toBe(' ranking units: 45%');
    const asked = pressed(early, 'f');
    expect(asked.notice).toBe('units are still being ranked');
    const later = reduce(asked, { type: 'ranked', found: FOUND, tracked: FOUND });
    expect(linesOf(later).at(-4)).toBe(' layer 1, unit 2  best at quote: F1 0.85, below 0.70');
    expect(placeOf(pressed(later, 'f'))).toBe('1/2');
    expect(placeOf(pressed(later, 'F'))).toBe('0/0');
    const none = reduce(asked, { type: 'ranked', found: [], tracked: [] });
    expect(linesOf(none)[1]).toBe(' the text is too short to rank units by');
    expect(placeOf(pressed(none, 'f'))).toBe('1/2');
  });
});

describe('ways out', () => {
  it.each<[string, string, CellsRequest[]]>([
    ['q', 'q', ['quit']],
    ['Escape', '\x1b', ['quit']],
    ['Ctrl-C', '\x03', ['interrupt']],
    ['Ctrl-C, whatever is open', '/1\x03', ['interrupt']],
    ['Ctrl-Z', '\x1a', ['suspend']],
    ['q closes help at first', '?q', []],
    ['and leaves then', '?qq', ['quit']],
  ])('%s', (_name, input, requests) => {
    expect(typed(newState(), input).requests).toEqual(requests);
  });
});

describe('the text', () => {
  const long = Array.from({ length: 200 }, (_, line) => `line ${line} of the text\n`).join('');

  it('scrolls by pages that overlap by one row, to the end and back', () => {
    const shown = (state: CellsState) => linesOf(state).filter((line) => line.startsWith(' line '));
    const first = newState(long);
    const second = pressed(first, PAGE_DOWN);
    expect(shown(second)[0]).toBe(shown(first).at(-1));
    expect(shown(pressed(second, PAGE_UP))).toEqual(shown(first));
    const last = pressed(first, END);
    expect(shown(last).at(-1)).toMatch(/^ line 199 of the text/);
    expect(shown(pressed(last, PAGE_DOWN))).toEqual(shown(last));
    expect(shown(pressed(last, HOME))).toEqual(shown(first));
  });

  it('shows the value of the grapheme at the cursor', () => {
    let state = newState(HOSTILE);
    let read = 0;
    for (const { source, last } of state.glyphs) {
      read += Array.from(source).length;
      expect(last).toBe(read - 1);
      expect(linesOf(state).at(-3)).toMatch(new RegExp(` ${Math.tanh(stateAt(1, 2, last)).toFixed(4)}$`));
      state = pressed(state, '.');
    }
    expect(read).toBe(Array.from(HOSTILE).length);
    expect(pressed(state, '.,').cursor).toBe(state.glyphs.length - 2);
  });

  it('keeps its place when the size changes', () => {
    const state = pressed(newState(long), PAGE_DOWN.repeat(3));
    const small = reduce(state, { type: 'resize', columns: 16, rows: 9 });
    expect(small.cursor).toBe(state.cursor);
    expect(reduce(small, { type: 'resize', columns: 80, rows: 24 }).cursor).toBe(state.cursor);
  });

  it('has marks below it without colours', () => {
    const text = 'one two';
    const lines = linesOf(newState(text, { colors: false }));
    const values = valuesOf(statesOf(text)({ layer: 1, unit: 2 }), 'bounded', CELL_STATE).values;
    const at = lines.indexOf(` ${text}`);
    expect(lines[at + 1]).toBe(` ${Array.from(values, STATE_SCALE.markOf).join('')}`.trimEnd());
    expect(
      picture(newState(text, { colors: false }))
        .lines.flat()
        .every(({ tint }) => !tint),
    ).toBe(true);
  });

  const keys = fc.constantFrom(
    ...[UP, DOWN, LEFT, RIGHT, PAGE_UP, PAGE_DOWN, HOME, END, 'f', 'F', 'r', '.', ',', '/', '3', '\r', '?'],
  );
  const words = fc.array(
    fc.constantFrom('a', ' ', 'word ', '\n', '鯨', 'e\u0301', '\x1b', '\t', '👨‍👩‍👧', '\r\n'),
    {
      minLength: 1,
      maxLength: 300,
    },
  );
  const size = fc.record({
    columns: fc.integer({ min: 1, max: 200 }),
    rows: fc.integer({ min: 1, max: 60 }),
  });

  it('keeps the cursor on the screen at any size and after any keys', () => {
    fc.assert(
      fc.property(words, fc.array(keys, { maxLength: 20 }), size, fc.boolean(), (text, input, to, colors) => {
        let state = newState(text.join(''), { colors });
        input.forEach((key, i) => {
          state = pressed(state, key);
          if (i === 5) state = reduce(Object.freeze(state), { type: 'resize', ...to });
          const { lines, cursor } = picture(state);
          expect(lines.length).toBeLessThanOrEqual(state.rows);
          if (state.columns >= 12) {
            for (const line of lines) expect(lineWidth(line)).toBeLessThanOrEqual(state.columns);
          }
          const all = lines.flat().map(({ text }) => text);
          expect(all.join('')).not.toMatch(/\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u);
          if (!cursor) return;
          expect(cursor.column).toBeLessThan(state.columns);
          expect(cursor.row).toBeLessThan(state.rows);
        });
      }),
      { numRuns: 200 },
    );
  });
});
