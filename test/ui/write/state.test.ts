import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Keyboard } from '../../../src/ui/screen/keyboard.js';
import { lineWidth } from '../../../src/ui/text/line.js';
import { press, type WriteRequest } from '../../../src/ui/write/keys.js';
import { visibleRows } from '../../../src/ui/write/page.js';
import { initialState, isUnsaved, questionOf, reduce, type WriteState } from '../../../src/ui/write/state.js';
import { shownGhost } from '../../../src/ui/write/suggestions.js';
import { picture } from '../../../src/ui/write/view.js';
import { frozen } from '../../helpers/ui-fixture.js';

const SETTINGS = { temperature: 0.8, topK: 0, topP: 1, minP: 0 };

function newState(text = '', size = { columns: 80, rows: 24 }, colors = true): WriteState {
  return initialState({ file: 'draft.txt', model: 'a model', text, settings: SETTINGS, colors }, size);
}

/** Returns the state after keys as a terminal sends them, and their requests. */
function typed(state: WriteState, input: string): { state: WriteState; requests: WriteRequest[] } {
  const keyboard = new Keyboard();
  const requests: WriteRequest[] = [];
  let now = state;
  const strokes = Array.from(input).flatMap((character) => keyboard.take(character));
  for (const stroke of [...strokes, ...keyboard.flush()]) {
    const answer = press(frozen(now), stroke);
    now = answer.state;
    if (answer.request) requests.push(answer.request);
  }
  return { state: now, requests };
}

const pressed = (state: WriteState, ...inputs: string[]) =>
  inputs.reduce((now, input) => typed(now, input).state, state);
const textOf = ({ draft }: WriteState) =>
  `${draft.text.slice(0, draft.cursor)}|${draft.text.slice(draft.cursor)}`;

/** Returns the state after the question was answered and typing paused. */
function answered(state: WriteState, ...alternatives: string[]): WriteState {
  const { question } = state.suggestions;
  const suggested = reduce(state, { type: 'suggested', question, left: 0, alternatives, done: true });
  return reduce(suggested, { type: 'paused' });
}

const linesOf = (state: WriteState) =>
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

describe('editing', () => {
  it.each<[string, string, string]>([
    ['typing', 'ab', 'ab|'],
    ['a question mark is text', '?', '?|'],
    ['Enter', 'a\rb', 'a\nb|'],
    ['Backspace', 'ab\x7f', 'a|'],
    ['Backspace of a letter with an accent', 'ae\u0301\x7f', 'a|'],
    ['Backspace of a family', 'a👨‍👩‍👧\x7f', 'a|'],
    ['Backspace at the beginning', '\x7fa', 'a|'],
    ['Delete', `abc${LEFT}${LEFT}\x1b[3~`, 'a|c'],
    ['Delete a flag', `🇮🇸b${LEFT}${LEFT}\x1b[3~`, '|b'],
    ['left and right', `abc${LEFT}${LEFT}${RIGHT}X`, 'abX|c'],
    ['by word', 'one two  three\x1b[1;5D\x1b[1;5D', 'one |two  three'],
    ['by word to the right', 'one two three\x1b[1;5H\x1b[1;5C\x1bf', 'one two| three'],
    ['by word of Chinese', '我们今天去学校\x1b[1;5D\x1b[1;5D', '我们今天|去学校'],
    ['by word of Chinese to the right', '我们今天去。\x1b[1;5H\x1b[1;5C\x1bf', '我们今天|去。'],
    ['Home and End', 'ab\rcd\x1b[HX\x1b[FY', 'ab\nXcdY|'],
    ['the beginning and the end', 'ab\rcd\x1b[1;5HX\x1b[1;5FY', 'Xab\ncdY|'],
    ['Ctrl-W', 'one two\x17', 'one |'],
    ['Ctrl-U and Ctrl-K', `ab\rcdef${LEFT}${LEFT}\x15${RIGHT}\x0b`, 'ab\ne|'],
    ['up and down keep the column', `abcdef\rab\rabcdef${LEFT}${UP}${UP}X`, 'abcdeX|f\nab\nabcdef'],
    ['down to the end', `ab\rcd${UP}${DOWN}${DOWN}X`, 'ab\ncdX|'],
    ['undo is by word', 'one two\x1a', 'one |'],
    ['undo twice, and again', 'one two\x1a\x1a\x19', 'one |'],
    ['undo of a deletion', 'one\x7f\x7f\x1a', 'one|'],
    ['typing discards what could be redone', 'one two\x1ax\x19', 'one x|'],
    ['a paste is text, whatever is in it', '\x1b[200~a\r\nb\t\x03\x1b[A\x1b[201~c', 'a\nb\t\x03\x1b[Ac|'],
    ['undo of a paste', 'a\x1b[200~b c\rd\x1b[201~\x1a', 'a|'],
    ['keys that nothing is bound to', 'a\x1b[15~\x1b[99;3u\x1b[<0;3;4M\x06b', 'ab|'],
  ])('%s', (_name, input, text) => {
    expect(textOf(pressed(newState(), input))).toBe(text);
  });

  const keys = fc.constantFrom(
    'a',
    'é',
    'e\u0301',
    '鯨',
    '👨‍👩‍👧',
    ' ',
    'word ',
    '\r',
    '\x7f',
    '\x1b[3~',
    UP,
    DOWN,
    LEFT,
    RIGHT,
    '\x1b[H',
    '\x1b[F',
    '\x1b[1;5C',
    '\x1b[1;5D',
    '\x1b[5~',
    '\x1b[6~',
    '\x17',
    '\x15',
    '\x0b',
    '\t',
    '\x0e',
    '\x12',
    '\x1b',
    '\x14',
    '\x07',
    '\x1a',
    '\x19',
    '\x1b[1;5A',
  );

  it('undoing every edit restores the original text', () => {
    fc.assert(
      fc.property(
        fc.array(
          keys.filter((key) => !['\x1a', '\x19'].includes(key)),
          { maxLength: 60 },
        ),
        (all) => {
          const start = newState('one two\nthree');
          const end = pressed(start, ...all);
          const undone = pressed(end, '\x1a'.repeat(80));
          expect(undone.draft.text).toBe(start.draft.text);
          expect(pressed(undone, '\x19'.repeat(80)).draft.text).toBe(end.draft.text);
        },
      ),
    );
  });

  it('incremental counts of words and characters equal full counts', () => {
    fc.assert(
      fc.property(fc.array(keys, { maxLength: 60 }), (all) => {
        const { draft } = pressed(newState('one two\nthree'), ...all);
        const fresh = newState(draft.text).draft;
        expect([draft.words, draft.characters]).toEqual([fresh.words, fresh.characters]);
        expect(fresh.characters).toBe(Array.from(draft.text).length);
      }),
    );
  });

  it('keeps the cursor and the character before it on the screen, and every line within it, at any size', () => {
    const sizes = fc.record({
      columns: fc.integer({ min: 1, max: 120 }),
      rows: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(
      fc.property(
        fc.array(keys, { maxLength: 60 }),
        sizes,
        sizes,
        fc.boolean(),
        (all, size, later, colors) => {
          const start = answered(newState('one two three\n'.repeat(9), size, colors), ' and\nfour', ' five');
          const state = reduce(answered(pressed(start, ...all), 'x y z', '鯨'), { type: 'resize', ...later });
          const { lines, cursor } = picture(state);
          expect(lines.length).toBe(later.rows);
          if (later.columns < 20 || later.rows < 5) return;
          for (const line of lines) expect(lineWidth(line)).toBeLessThanOrEqual(later.columns);
          expect(cursor!.row).toBeLessThan(later.rows - 1);
          expect(cursor!.column).toBeLessThan(later.columns);
          const rows = visibleRows(state);
          for (const at of [state.draft.cursor, Math.max(0, state.draft.cursor - 1)]) {
            expect(rows.some((row) => row.start <= at && at <= row.end)).toBe(true);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('a suggested word that does not fit into the row of the cursor', () => {
  it('moves the cursor to the next row, and the text before it stays on the screen', () => {
    const suggestion = `${'w'.repeat(15)} and some ${'more '.repeat(20)}`;
    const tiny = answered(newState('one two three ', { columns: 10, rows: 1 }), suggestion);
    const state = reduce(tiny, { type: 'resize', columns: 20, rows: 5 });
    expect(visibleRows(state)[0]!.start).toBe(0);
    expect(picture(state).cursor).toMatchObject({ row: 1 });
  });
});

describe('a line far longer than the screen', () => {
  const word = fc.constantFrom('one ', 'two', '鯨', 'é', '👨‍👩‍👧', '\n', '-', ' '.repeat(80));
  const long = fc
    .tuple(fc.array(word, { minLength: 1, maxLength: 30 }), fc.integer({ min: 3000, max: 12_000 }))
    .map(([words, length]) => words.join('').repeat(Math.ceil(length / words.join('').length)));

  it('is shown in full, with each place in exactly one row', () => {
    fc.assert(
      fc.property(long, fc.integer({ min: 20, max: 102 }), (text, columns) => {
        const state = pressed(newState(text, { columns, rows: 15_000 }), '\x1b[1;5H');
        const rows = visibleRows(state);
        let at = 0;
        for (const { start, end, chunk, glyphs } of rows) {
          expect(start).toBe(at);
          expect(glyphs.map(({ source }) => source).join('')).toBe(text.slice(start, end));
          expect(glyphs.every((glyph, i) => i > 0 || chunk + glyph.at === start)).toBe(true);
          at = text[end] === '\n' ? end + 1 : end;
        }
        expect(rows.at(-1)!.end).toBe(text.length);
      }),
      { numRuns: 30 },
    );
  });

  it('keeps its graphemes whole, whatever is deleted', () => {
    const strokes = fc.constantFrom(
      UP,
      DOWN,
      '\x17',
      '\x7f',
      '\x1b[3~',
      '\x1bd',
      '\x1b[1;5D',
      '\x1b[1;5C',
      LEFT,
      RIGHT,
    );
    const glyph = fc.constantFrom('😀', '𠀀', '👨‍👩‍👧', `a${'\u{1d165}'.repeat(300)}`, '🇮🇸', '鯨');
    fc.assert(
      fc.property(glyph, fc.boolean(), fc.array(strokes, { maxLength: 20 }), (one, isOdd, keys) => {
        const text = (isOdd ? 'x' : '') + one.repeat(Math.ceil(9000 / one.length));
        const { draft } = pressed(newState(text), ...keys);
        for (const part of [draft.text.slice(0, draft.cursor), draft.text.slice(draft.cursor)]) {
          expect(Buffer.from(part).toString()).toBe(part); // fails on half a character
        }
      }),
      { numRuns: 50 },
    );
  });

  it('can be crossed row by row with the arrow keys', () => {
    fc.assert(
      fc.property(long, (text) => {
        const all = newState(text, { columns: 80, rows: 15_000 });
        const rows = visibleRows(pressed(all, '\x1b[1;5H')).length;
        let state = newState(text);
        for (let row = 1; row < rows; row++) {
          const { cursor } = state.draft;
          state = press(state, { key: 'up' }).state;
          expect(state.draft.cursor).toBeLessThan(cursor);
        }
        state = press(state, { key: 'up' }).state;
        expect(state.draft.cursor).toBe(0);
      }),
      { numRuns: 10 },
    );
  });
});

describe('suggestions', () => {
  const state = answered(newState('The '), 'whale swam', 'ship sank', 'whale swam', 'sea');

  it('continue the text before the cursor', () => {
    expect(questionOf(newState('The '))).toEqual({ before: 'The ', settings: SETTINGS, round: 0 });
    expect(questionOf(pressed(newState('ab\ncd'), '\x1b[1;5H\x1b[F'))?.before).toBe('ab');
  });

  it('appear once typing pauses, and not before', () => {
    const asked = pressed(newState('The '), 'w');
    const { question } = asked.suggestions;
    const late = reduce(asked, { type: 'suggested', question, left: 0, alternatives: ['hale'], done: true });
    expect(shownGhost(late)).toBe('');
    expect(shownGhost(reduce(late, { type: 'paused' }))).toBe('hale');
  });

  it('Tab takes the line and asks for the next one', () => {
    const taken = pressed(state, '\t');
    expect(textOf(taken)).toBe('The whale swam|');
    expect(questionOf(taken)?.before).toBe('The whale swam');
    expect(textOf(pressed(taken, '\x1a'))).toBe('The |');
  });

  it('Right takes a word and keeps the rest', () => {
    const taken = pressed(state, RIGHT);
    expect(textOf(taken)).toBe('The whale|');
    expect(shownGhost(taken)).toBe(' swam');
    expect(taken.suggestions.question).toBe(state.suggestions.question);
  });

  it('Right takes a word of Chinese with the punctuation after it', () => {
    const chinese = answered(newState('他说'), '学校。「我们今天', '我');
    expect(textOf(pressed(chinese, RIGHT))).toBe('他说学校。|');
    expect(textOf(pressed(chinese, RIGHT, RIGHT))).toBe('他说学校。「我们|');
  });

  it('Up and Down cycle through the distinct alternatives', () => {
    const shown = [DOWN, DOWN, DOWN, UP].map((_, i, all) =>
      shownGhost(pressed(state, ...all.slice(0, i + 1))),
    );
    expect(shown).toEqual(['ship sank', 'sea', 'whale swam', 'sea']);
    expect(linesOf(pressed(state, DOWN)).join('\n')).toContain('2 of 3');
  });

  it('if only one is left after taking a word, Up and Down ask for others', () => {
    const asked = pressed(state, RIGHT, DOWN);
    expect(questionOf(asked)?.before).toBe('The whale');
    expect(shownGhost(answered(asked, ' swam', ' slept'))).toBe(' slept');
  });

  it('Up and Down move the cursor within the text, or when nothing is suggested', () => {
    expect(textOf(pressed(newState('ab\ncd'), UP))).toBe('ab|\ncd');
    expect(textOf(pressed(answered(newState('ab\ncd'), 'x'), '\x1b', UP))).toBe('ab|\ncd');
    expect(textOf(answered(pressed(newState('ab\ncd'), UP, DOWN, UP), 'x', 'y'))).toBe('ab|\ncd');
    const within = answered(pressed(newState('ab\ncd'), UP), 'x', 'y');
    expect(textOf(pressed(within, DOWN))).toBe('ab\ncd|');
    expect(shownGhost(pressed(within, '\x0e'))).toBe('y');
  });

  it('stay while they are typed, and return when that is undone', () => {
    const along = pressed(state, DOWN, 'sh');
    expect([shownGhost(along), along.suggestions.question]).toEqual(['ip sank', state.suggestions.question]);
    expect(shownGhost(pressed(along, '\x7f'))).toBe('hip sank');
    expect(shownGhost(pressed(along, 'x'))).toBe('');
    expect(shownGhost(pressed(state, 's'))).toBe('hip sank');
  });

  it('are ignored if something else was typed meanwhile', () => {
    const { question } = newState('The ').suggestions;
    const late = pressed(newState('The '), 'x');
    expect(reduce(late, { type: 'suggested', question, left: 0, alternatives: ['a'], done: true })).toBe(
      late,
    );
  });

  it('are renewed by Ctrl-R, Shift-Tab and a changed setting', () => {
    for (const key of ['\x12', '\x1b[Z']) {
      expect(questionOf(pressed(state, key))).toEqual({ before: 'The ', settings: SETTINGS, round: 1 });
    }
    const warmer = pressed(state, '\x1b[1;5A');
    expect(questionOf(warmer)?.settings.temperature).toBe(0.9);
    expect(shownGhost(answered(warmer, 'x'))).toBe('x');
    expect(warmer.suggestions.question).not.toBe(state.suggestions.question);
  });

  it('Escape hides them until something is typed or they are requested', () => {
    const hidden = pressed(state, '\x1b');
    expect([shownGhost(hidden), questionOf(hidden)]).toEqual(['', undefined]);
    expect(shownGhost(pressed(hidden, '\t'))).toBe('whale swam');
    expect(questionOf(pressed(hidden, 'x'))?.before).toBe('The x');
  });

  it('a question asked twice counts as one', () => {
    const asked = newState('The ');
    expect(pressed(asked, '\t', '\t').suggestions.question).toBe(asked.suggestions.question);
  });

  it('within a line appear only on request', () => {
    const within = pressed(newState('one two'), '\x1b[1;5D');
    expect(questionOf(within)).toBeUndefined();
    const shown = answered(pressed(within, '\t'), 'and ');
    expect(linesOf(shown)[2]).toBe(' one and two');
    expect(textOf(pressed(shown, RIGHT))).toBe('one t|wo');
    expect(textOf(pressed(shown, '\t'))).toBe('one and |two');
  });

  it('are in brackets without colours', () => {
    const plain = answered(newState('The ', undefined, false), 'whale');
    expect(linesOf(plain)[2]).toBe(' The ‹whale›');
    expect(picture(plain).cursor).toEqual({ row: 2, column: 5 });
    expect(linesOf(answered(newState('The '), 'whale'))[2]).toBe(' The whale');
  });
});

describe('settings', () => {
  it('change with the arrow keys, and are shown', () => {
    const open = pressed(newState('a'), '\x14');
    expect(linesOf(open).at(-2)).toBe(' ◂ temp 0.8 ▸  top-k off  top-p off  min-p off');
    const changed = pressed(open, DOWN, RIGHT, UP, RIGHT, DOWN, RIGHT, UP, '\x1b');
    expect(changed.settings).toEqual({ temperature: 0.7, topK: 1, topP: 0.99, minP: 0.01 });
    expect(linesOf(changed).at(-2)).toMatch(/^ temp 0\.7 · top-k 1 · top-p 0\.99 · min-p 0\.01 · a model/);
  });

  it('move from any value to the next step, but not beyond the last', () => {
    const odd = { ...newState(), settings: { ...SETTINGS, temperature: 0.73 } };
    expect(pressed(odd, '\x1b[1;5A').settings.temperature).toBe(0.8);
    expect(pressed(odd, '\x1b[1;5B').settings.temperature).toBe(0.7);
    expect(pressed(odd, '\x1b[1;5B'.repeat(20)).settings.temperature).toBe(0);
  });

  it('typing closes them and enters the text', () => {
    const state = pressed(newState(), '\x14', 'x');
    expect([textOf(state), state.panel]).toEqual(['x|', undefined]);
  });
});

describe('the screen', () => {
  it('shows file, text, settings and keys at 80 x 24', () => {
    const state = answered(pressed(newState('Call me Ishmael.'), ' Some'), ' years ago', ' days');
    const lines = linesOf(
      reduce(state, { type: 'suggested', question: 0, left: 0, alternatives: [], done: true }),
    );
    expect(lines[0]).toMatch(/^ draft\.txt {2}● unsaved +4 words · 21 characters$/);
    expect(lines[2]).toBe(' Call me Ishmael. Some years ago');
    expect(lines[22]).toMatch(/^ temp 0\.8 · a model +1 of 2$/);
    expect(lines[23]).toMatch(/^ Tab take the line {2}\^Q save and quit {2}\^G keys {2}↑↓ other lines/);
    expect(lines[0]!.length).toBe(79);
  });

  it('reports unread characters, saving, and unknown characters', () => {
    const { question } = newState().suggestions;
    const reading = reduce(newState(), {
      type: 'suggested',
      question,
      left: 1234,
      alternatives: ['', ''],
      done: false,
    });
    expect(linesOf(reading)[22]).toMatch(/reading 1,234$/);
    const saved = reduce(pressed(newState(), 'ab'), { type: 'saved', text: 'ab' });
    expect(isUnsaved(saved)).toBe(false);
    expect(linesOf(saved)[22]).toMatch(/^ saved to draft\.txt/);
    expect(linesOf(pressed(saved, 'c'))[22]).toMatch(/^ temp 0\.8/);
    const strange = reduce(newState(), {
      type: 'strange',
      characters: [
        { name: '’', readAs: "'" },
        { name: '鯨', readAs: undefined },
      ],
    });
    expect(linesOf(strange)[22]).toBe(" temp 0.8 · a model · reads ’ as ', skips 鯨");
  });

  it('^G shows all keys, and any key closes the list', () => {
    const help = pressed(newState('abc'), '\x07');
    expect(linesOf(help).join('\n')).toMatch(/\^W +delete a word/);
    expect(linesOf(pressed(help, '\x1b'))[2]).toBe(' abc');
    expect(textOf(pressed(help, 'x'))).toBe('abcx|');
  });

  it('draws control characters of text and suggestions as pictures', () => {
    const state = answered(newState('a\x1b[2Jb'), '\x1b[31m\x07');
    const shown = linesOf({ ...state, file: '\x1b]0;x\x07', model: '\x9b2J' }).join('\n');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
    expect(shown).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
    expect(shown).toContain('a␛[2Jb␛[31m␇');
  });

  it('wraps between words and shows the end of the suggestion', () => {
    const state = answered(
      newState('one two three four five', { columns: 20, rows: 5 }),
      ' six seven eight nine',
    );
    expect(linesOf(state).slice(0, 4)).toEqual([' one two three four', ' five six seven', ' eight nine', '']);
    const more = answered(pressed(state, '\x1b', '\r', 'ten eleven twelve thirteen'), ' fourteen fifteen');
    expect(linesOf(more).slice(0, 4)).toEqual([
      ' five',
      ' ten eleven twelve',
      ' thirteen fourteen',
      ' fifteen',
    ]);
  });
});

describe('requests', () => {
  it.each<[string, WriteRequest]>([
    ['\x13', { type: 'save' }],
    ['\x11', 'quit'],
    ['\x18', 'quit'],
    ['\x03', 'interrupt'],
  ])('%j asks to %s', (key, request) => {
    const start = newState('a');
    const { state, requests } = typed(start, key);
    expect([requests, state.draft]).toEqual([[request], start.draft]);
  });
});
