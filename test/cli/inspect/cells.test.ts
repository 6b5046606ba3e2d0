// `charlstm inspect cells` as a user runs it, on a tiny network.

import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { harmless } from '../../../src/format.js';
import { load } from '../../../src/index.js';
import { cellStates } from '../../../src/insight/cells.js';
import { STATE_SCALE } from '../../../src/ui/cells/tint.js';
import { expectFailure, run, start, temporaryFolder } from '../../helpers/cli.js';
import { expectWellFormed } from '../../helpers/xml.js';

const folder = await temporaryFolder();
const HOSTILE = '<b>"it\'s"\n\x1b[2J\x1b]0;title\x07\u202eabc\u2066 \x9b31m\r\n👨‍👩‍👧 e\u0301 (鯨)\tz\nend';
const PLAIN = 'The lamp was lit.\n\nThe wind went north, and the sea was rough.';

beforeAll(async () => {
  await writeFile(join(folder, 'hostile.txt'), HOSTILE);
  await writeFile(join(folder, 'learn.txt'), `${HOSTILE}\n`.repeat(40));
  await writeFile(join(folder, 'plain.txt'), PLAIN);
  const tiny = ['--hidden', '16', '--layers', '2', '--embedding', '8', '--batch-size', '4', '--steps', '30'];
  await run(folder, ['train', 'learn.txt', '--no-normalize-newlines', ...tiny, '--out', 'hostile']);
  await run(folder, ['train', 'lighthouse', ...tiny, '--out', 'plain']);
});

const inspect = (...args: string[]) => run(folder, ['inspect', ...args]);
const plain = (...args: string[]) => inspect('cells', 'plain', ...args);

async function coloured(...args: string[]): Promise<string> {
  const child = start(folder, ['inspect', 'cells', ...args], {
    env: { NO_COLOR: undefined, FORCE_COLOR: '3', COLORTERM: 'truecolor', TERM: 'xterm-256color' },
  });
  return (await child).stdout;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const stripped = (text: string) => text.replace(/\x1b\[[\d;]*m/g, '');
/** The text between the heading and the legend. */
const body = (stdout: string) => /, from character [\d,]+ on:\n([\s\S]*)\n\n[^\n]+\n$/.exec(stdout)![1]!;

interface Shown {
  readonly layer: number;
  readonly unit: number;
  readonly start: number;
  readonly text: string;
  readonly state: string;
  readonly scale: string;
  readonly largest: number;
  readonly values: number[];
}
interface Answer {
  readonly characters: number;
  readonly find?: string;
  readonly units?: Record<string, number | string>[];
  readonly shown: Shown;
}
const json = async (...args: string[]) => JSON.parse((await plain(...args, '--json')).stdout) as Answer;

describe('inspect cells with a named unit', () => {
  it('prints and tints the values that the API returns', async () => {
    const answer = await json('--layer', '0', '--unit', '3', '--text', 'plain.txt');
    const { shown } = answer;
    const states = cellStates(await load(join(folder, 'plain')), PLAIN);
    const at = (values: Float32Array) => Array.from(PLAIN, (_, t) => values[t * 16 + 3]!);
    expect(shown).toMatchObject({ layer: 0, unit: 3, start: 0, text: PLAIN, state: 'c', scale: 'tanh(c)' });
    expect(shown.values).toEqual(at(states[0]!.tanh));
    expect(answer.units).toBeUndefined();
    const c = at(states[0]!.c);
    const largest = Math.max(...c.map(Math.abs));
    expect((await json('--unit', '3', '--text', 'plain.txt')).shown).toEqual(shown);
    const relative = (await json('--layer', '0', '--unit', '3', '--text', 'plain.txt', '--relative')).shown;
    expect(relative.scale).toBe('relative');
    expect(relative.largest).toBe(largest);
    expect(relative.values).toEqual(c.map((state) => Math.fround(state / largest)));

    const rows = body((await plain('--layer', '0', '--unit', '3', '--text', 'plain.txt')).stdout).split('\n');
    const marks = Array.from(PLAIN, (character, t) => [character, STATE_SCALE.markOf(shown.values[t]!)]);
    const expected = marks.filter(([character]) => character !== '\n').map(([, mark]) => mark);
    // A tinted line feed is shown, with its mark.
    const shownMarks = rows
      .filter((_, i) => i % 2 === 1)
      .flatMap((row, i) => Array.from(rows[2 * i]!, (c, k) => (c === '↵' ? [] : [row[k] ?? ' '])).flat());
    expect(shownMarks).toEqual(expected);
  });

  it('shows the plain hidden state of a cell without a cell state', async () => {
    const tiny = '--hidden 16 --layers 1 --embedding 8 --batch-size 4 --steps 10 --cell gru --out gru'.split(
      ' ',
    );
    expect((await run(folder, ['train', 'lighthouse', ...tiny])).code).toBe(0);
    const args = ['cells', 'gru', '--unit', '3', '--text', 'plain.txt'];
    const { shown } = JSON.parse((await inspect(...args, '--json')).stdout) as Answer;
    const [states] = cellStates(await load(join(folder, 'gru')), PLAIN);
    expect(shown).toMatchObject({ state: 'h', scale: 'h' });
    expect(shown.values).toEqual(Array.from(PLAIN, (_, t) => states!.tanh[t * 16 + 3]!));
    expect(states!.tanh).toEqual(states!.c);
    expect((await inspect(...args)).stdout).toContain('under a character is h in tenths');
    const relative = await inspect(...args, '--relative');
    expect(relative.stdout).toMatch(/is h \/ 0\.\d+ in tenths/);
    expect(relative.stderr).toMatch(/marks show h \/ 0\.\d+;/);
  });

  it('draws the values that the API returns, and escapes the text in the SVG', async () => {
    const args = ['--layer', '0', '--unit', '3', '--text', 'plain.txt', '--svg', 'plain.svg'];
    expect((await plain(...args)).stderr).toContain('drawing plain.svg\n');
    const svg = readFileSync(join(folder, 'plain.svg'), 'utf8');
    expectWellFormed(svg);
    expect(svg).toContain('<title>layer 0, unit 3: tanh(c). plain/');
    const { tanh } = cellStates(await load(join(folder, 'plain')), PLAIN)[0]!;
    const titles = [...svg.matchAll(/<g><title>([^<]*)<\/title>/g)].map(([, title]) =>
      Math.fround(Number(title)),
    );
    expect(titles).toEqual(Array.from(PLAIN, (_, t) => tanh[t * 16 + 3]!));
    const drawing = [...svg.matchAll(/<g><title>[^<]*<\/title>(.*?)<\/g>/g)];
    for (const [t, [, drawn]] of drawing.entries()) {
      const tint = STATE_SCALE.tintOf(tanh[t * 16 + 3]!);
      // A faint tint colours the letter, so a space has none.
      const seen = tint?.ink || PLAIN[t] !== ' ' ? tint?.color : undefined;
      const color = /class="(t\d+)"/.exec(drawn!)?.[1];
      expect(color && new RegExp(`rect.${color} { fill: ([^;]*);`).exec(svg)![1]).toBe(seen);
    }

    await inspect('cells', 'hostile', '--text', 'hostile.txt', '--unit', '2', '--svg', 'hostile.svg');
    const hostile = readFileSync(join(folder, 'hostile.svg'), 'utf8');
    expectWellFormed(hostile);
    for (const code of ['<b>', '\x1b', '\x9b', '\u202e', '\u2066']) expect(hostile).not.toContain(code);
    expect(hostile).toContain('>鯨</text>');
    await writeFile(join(folder, 'long.txt'), PLAIN.repeat(200));
    await plain('--unit', '2', '--text', 'long.txt', '--length', '12000', '--svg', 'long.svg');
    const runs = readFileSync(join(folder, 'long.svg'), 'utf8');
    expectWellFormed(runs);
    expect(runs.includes('<g>')).toBe(false);
    const before = readFileSync(join(folder, 'plain.txt'));
    const refused = await plain('--unit', '1', '--text', 'plain.txt', '--svg', 'plain.txt');
    expectFailure(refused, 2, 'plain.txt is read by this command');
    expect(readFileSync(join(folder, 'plain.txt'))).toEqual(before);
  });

  it('defaults to layer 0, and shows the number of characters asked for', async () => {
    const { shown, characters } = await json('--unit', '5', '--length', '70');
    expect([shown.layer, shown.unit, shown.values.length, characters]).toEqual([0, 5, 70, 70]);
    const later = (await json('--unit', '5', '--length', '50', '--skip', '20')).shown;
    expect([later.start, later.text, later.values]).toEqual([
      20,
      shown.text.slice(20),
      shown.values.slice(20),
    ]);
  });

  it('changes the text only to make characters visible, and lets no escape sequence through', async () => {
    const args = ['hostile', '--text', 'hostile.txt', '--unit', '2'];
    const out = await coloured(...args);
    expect(out).toContain('\x1b[38;2;');
    expect(body(stripped(out)).replaceAll('↵', '')).toBe(harmless(HOSTILE).replaceAll('\t', '⇥'));
    for (const text of [stripped(out), (await inspect('cells', ...args)).stdout]) {
      expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u);
    }
  });
});

describe('inspect cells searching for units', () => {
  it('lists units in a table, the best first, and shows the best', async () => {
    const { stdout, stderr } = await plain('--find', 'word-start', '--length', '200');
    const [chance, colours] = stderr.split('\n');
    expect(chance).toMatch(
      /^note no unit tracks "word-start" much better than by chance, which is clarity 0/,
    );
    expect(colours).toMatch(/^note colours are off.*marks.*FORCE_COLOR=1/);
    const [, , heading, ...rows] = stdout.split('\n');
    expect(heading).toMatch(/^property +layer +unit +measure +score +clarity +direction +threshold$/);
    const cells = rows.slice(0, 10).map((row) => row.split(/ +/));
    expect(cells.every(([property, , , measure]) => property === 'word-start' && measure === 'F1')).toBe(
      true,
    );
    const scores = cells.map((row) => Number(row[4]));
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(scores[0]).toBeGreaterThan(0.3);
    expect(stdout).toContain(`\nlayer ${cells[0]![1]}, unit ${cells[0]![2]}, from character `);
    expect(stdout).toContain('tanh(c) in tenths');
  });

  it('reports the same units in JSON, with the stretch shown', async () => {
    const { find, units, shown, characters } = await json('--find', 'caps', '--length', '150');
    expect(find).toBe('caps');
    expect(units!.length).toBe(10);
    expect(units![0]).toMatchObject({
      property: 'caps',
      layer: shown.layer,
      unit: shown.unit,
      measure: 'F1',
    });
    expect(shown.text).toMatch(/\p{Lu}/u);
    expect(shown.start + 150).toBeLessThanOrEqual(characters);
    expect(shown.values.length).toBe(150);
    const named = ['--layer', `${shown.layer}`, '--unit', `${shown.unit}`];
    const again = await json(...named, '--length', `${shown.start + 150}`);
    expect(again.shown.values.slice(shown.start)).toEqual(shown.values);
  });

  it('warns when only a few characters decide', async () => {
    const { stdout, stderr } = await plain('--find', 'caps', '--text', 'plain.txt', '--json');
    expect(stderr).toMatch(/^note fewer than 50 characters.*"caps".*chance\n$/);
    expect((JSON.parse(stdout) as Answer).units!.length).toBe(10);
  });

  it('matches counters by the cell state itself, shown on its own scale', async () => {
    const { units, shown } = await json('--find', 'line-position');
    expect(units![0]).toMatchObject({ measure: 'r' });
    expect(['rises', 'falls']).toContain(units![0]!.direction);
    expect(units![0]).not.toHaveProperty('threshold');
    expect(shown.scale).toBe('relative');
    expect(Math.max(...shown.values.map(Math.abs))).toBe(1);
  });

  it('proposes units over all properties, each once, by default', async () => {
    const { find, units } = await json();
    expect(find).toBe('auto');
    const clarities = units!.map(({ clarity }) => clarity as number);
    expect(clarities).toEqual([...clarities].sort((a, b) => b - a));
    expect(new Set(units!.map(({ layer, unit }) => `${layer}/${unit}`)).size).toBe(10);
  });
});

describe('inspect cells at its limits', () => {
  it('reports errors in one line', async () => {
    expectFailure(await inspect('cell'), 2, 'no view "cell"', 'cells');
    expectFailure(await inspect('constructor'), 2, 'no view "constructor"');
    expectFailure(await inspect(), 2, 'view');
    expectFailure(await plain('--find', 'rhyme'), 2, '--find is "rhyme"', 'word-start');
    expectFailure(await plain('--find', 'caps', '--unit', '1'), 2, '--find', '--unit');
    expectFailure(await plain('--layer', '1'), 2, '--layer needs --unit');
    expectFailure(await plain('--unit', '16'), 2, '--unit is 16', 'from 0 to 15');
    expectFailure(await plain('--unit', '1', '--layer', '2'), 2, '--layer is 2', 'from 0 to 1');
    expectFailure(await plain('--find', 'number', '--text', 'plain.txt'), 65, '"number" does not vary');
    expectFailure(await plain('--text', 'plain.txt', '--length', '0'), 2, '--length is "0"');
    expectFailure(
      await plain('--text', 'plain.txt', '--unit', '1', '--skip', '99'),
      2,
      '--skip is 99',
      `${PLAIN.length} characters`,
    );
    expectFailure(await plain('--text', 'none.txt'), 66, 'none.txt');
    expectFailure(await inspect('cells', 'nowhere'), 66, 'nowhere');
  });

  it('reads a text of one character, and leaves the run unchanged', async () => {
    const before = readFileSync(join(folder, 'plain', 'log.jsonl'), 'utf8');
    const { stdout } = await run(folder, ['inspect', 'cells', 'plain', '--text', '-', '--unit', '0'], {
      input: 'T',
    });
    expect(body(stdout)).toMatch(/^T\n/);
    expect(readFileSync(join(folder, 'plain', 'log.jsonl'), 'utf8')).toBe(before);
    const few = ['inspect', 'cells', 'plain', '--text', 'plain.txt', '--find', 'auto'];
    expectFailure(await run(folder, few.slice(0, 3).concat('--text', '-'), { input: 'T' }), 65, 'too short');
    expect((await run(folder, few)).code).toBe(65);
  });
});

it('tints and marks both show sign and size', () => {
  expect([-1, -0.95, -0.5, -0.1, -0.05, 0, 0.05, 0.1, 0.55, 1].map(STATE_SCALE.markOf).join('')).toBe(
    'iiea   159',
  );
  const colours = [-0.9, -0.6, -0.3, 0.1, 0.3, 0.6, 0.9].map((value) => STATE_SCALE.tintOf(value)?.color);
  expect(new Set(colours).size).toBe(7);
  expect(colours[3]).toBeUndefined();
});
