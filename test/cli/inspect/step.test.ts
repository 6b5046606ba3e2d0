// `charlstm inspect step` as a user runs it, on tiny networks: printed, as JSON, as a drawing, and in a
// terminal.

import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { resolveEscapes, withEscapes } from '../../../src/cli/input/escapes.js';
import { LONGEST_TRAIL, Trail } from '../../../src/cli/inspect/step/trail.js';
import { load } from '../../../src/index.js';
import { steps } from '../../../src/insight/step.js';
import { expectFailure, run, temporaryFolder } from '../../helpers/cli.js';
import { modelOf } from '../../helpers/models.js';
import { PseudoTerminal } from '../../helpers/terminal.js';
import { expectWellFormed } from '../../helpers/xml.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const folder = await temporaryFolder();
const HIDDEN = 12;
const HOSTILE = '<b>&"\x1b[2J\x07\u202e\x9b鯨👨‍👩‍👧 e\u0301\tz\n';

beforeAll(async () => {
  await writeFile(join(folder, 'learn.txt'), `${HOSTILE}The lamp was lit.\n`.repeat(60));
  const tiny = `--hidden ${HIDDEN} --layers 2 --embedding 6 --batch-size 4 --steps 30`.split(' ');
  const kinds = { lstm: [], gru: ['--cell', 'gru', '--layer-norm'] };
  for (const [name, flags] of Object.entries(kinds)) {
    const { code } = await run(folder, ['train', 'learn.txt', ...tiny, ...flags, '--out', name]);
    expect(code).toBe(0);
  }
});

const step = (...args: string[]) => run(folder, ['inspect', 'step', ...args]);

interface Gate {
  readonly activation: 'sigmoid' | 'tanh';
  readonly below: number[];
  readonly bias: number[];
  readonly past: number[];
  readonly pastBias?: number[];
  readonly sum: number[];
  readonly value: number[];
}
interface Answer {
  readonly vocabulary: string[];
  readonly steps: {
    readonly character: string;
    readonly embedding: number[];
    readonly layers: { readonly gates: Record<string, Gate>; readonly h: number[]; readonly c?: number[] }[];
    readonly logits: number[];
    readonly probabilities: number[];
  }[];
}

const FUNCTIONS = { sigmoid: (x: number) => 1 / (1 + Math.exp(-x)), tanh: Math.tanh };

describe.each(['lstm', 'gru'])('JSON of the %s', (name) => {
  it('has the numbers that the API returns, and parts that add up', async () => {
    const { stdout, code } = await step(name, '--prompt', 'The lamp', '--json', '--temp', '0.5');
    expect(code).toBe(0);
    const answer = JSON.parse(stdout) as Answer;
    const model = await load(join(folder, name));
    const expected = [...steps(model, model.vocabulary.encode('The lamp'))];
    expect(answer.steps.map(({ character }) => character).join('')).toBe('The lamp');
    answer.steps.forEach((one, t) => {
      expect(one.embedding).toEqual([...expected[t]!.embedding]);
      expect(one.logits).toEqual([...expected[t]!.logits]);
      expect(one.probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
      const [a, b] = [0, 1].map((id) => Math.log(one.probabilities[id]!)) as [number, number];
      expect(a - b).toBeCloseTo((one.logits[0]! - one.logits[1]!) / 0.5, 9);
      one.layers.forEach(({ gates, h, c }, layer) => {
        const { after } = expected[t]!.layers[layer]!;
        expect(h).toEqual([...after.h]);
        expect(c ?? []).toEqual([...after.c]);
        for (const [gate, { activation, below, bias, past, pastBias, sum, value }] of Object.entries(gates)) {
          for (let unit = 0; unit < HIDDEN; unit++) {
            const fromPast = past[unit]! + (pastBias?.[unit] ?? 0);
            const reset = gate === 'n' ? gates.r!.value[unit]! : 1;
            expect(below[unit]! + bias[unit]! + reset * fromPast).toBeCloseTo(sum[unit]!, 9);
            expect(Math.abs(FUNCTIONS[activation](sum[unit]!) - value[unit]!)).toBeLessThan(1e-5);
          }
        }
      });
    });
  });
});

describe('inspect step printed', () => {
  it('prints a table per character, the equations of one unit and the next characters', async () => {
    const { stdout, code } = await step(
      'lstm',
      '--prompt',
      'The\\n',
      '--layer',
      '1',
      '--unit',
      '3',
      '--units',
      '2',
      '--top',
      '3',
    );
    expect(code).toBe(0);
    const lines = stdout.split('\n');
    expect(lines[0]).toBe(`lstm, 2 x ${HIDDEN} LSTM`);
    expect(lines.filter((line) => /^\d .* unit /.test(line)).map((line) => line.slice(0, 4))).toEqual([
      '1  T',
      '2  h',
      '3  e',
      '4  ↵',
    ]);
    expect(stdout.match(/^ +1\/[34]( +−?\d\.\d{3}){8}$/gm)).toHaveLength(8);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    expect(stdout).toContain('after ↵: unit 3 of layer 1\n');
    for (const name of ['i', 'f', 'o']) {
      const number = String.raw`−?\d+\.\d{3}`;
      const sum = String.raw`σ\(${number} [+−] \d+\.\d{3} [+−] \d+\.\d{3}\)`;
      expect(stdout).toMatch(
        new RegExp(
          String.raw`^${name} = σ\(W${name}·x \+ b${name} \+ U${name}·h'\) = ${sum} [=≈] σ\(${number}\) [=≈] ${number}$`,
          'm',
        ),
      );
    }
    expect(stdout).toMatch(/^c = f·c' \+ i·g = /m);
    expect(stdout.split('next character')[1]!.trimEnd().split('\n')).toHaveLength(5);
  });

  it('starts from a line break without a prompt', async () => {
    expect((await step('lstm')).stdout).toContain('1  ↵');
  });

  it('prints no escape codes, neither from the text nor from the next characters', async () => {
    await writeFile(join(folder, 'prompt.txt'), HOSTILE);
    for (const flags of [['--top', '99'], ['--json']]) {
      const { stdout, code } = await step('lstm', '--prompt', '@prompt.txt', ...flags);
      expect(code).toBe(0);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    }
  });
});

it('the drawing is well-formed XML with the numbers of the last step', async () => {
  const { code, stderr } = await step('gru', '--prompt', '@prompt.txt', '--svg', 'step.svg', '--unit', '5');
  expect([code, stderr]).toEqual([0, 'drawing step.svg\n']);
  const svg = readFileSync(join(folder, 'step.svg'), 'utf8');
  expectWellFormed(svg);
  expect(svg).toContain('gru, 2 x 12 GRU (layer norm): layer 0, unit 5');
  expect(svg).toContain('n</tspan> = tanh(γn·N(Wn·x) + bn + r·(δn·N(Un·h');
});

it('a drawing made together with JSON shows the selected layer and unit', async () => {
  const svg = ['--prompt', 'lamp', '--json', '--svg', 'beside.svg'];
  const { code, stdout } = await step('lstm', ...svg, '--layer', '1', '--unit', '3', '--units', '2');
  expect(code).toBe(0);
  expect(stdout).toBe((await step('lstm', '--prompt', 'lamp', '--json')).stdout);
  expect(readFileSync(join(folder, 'beside.svg'), 'utf8')).toContain('layer 1, unit 3');
});

describe('inspect step rejects', () => {
  it.each<[string, string[], number, RegExp]>([
    ['characters that the model never saw', ['--prompt', 'ßω'], 65, /'ß' U\+00DF.*'ω' U\+03C9.*--unknown/],
    ['an escape character', ['--prompt', '\x1a'], 65, /U\+001A/],
    ['a layer that does not exist', ['--layer', '2'], 2, /--layer is 2. Give a number from 0 to 1/],
    ['a unit that does not exist', ['--unit', '12'], 2, /--unit is 12. Give a number from 0 to 11/],
    ['a long prompt', ['--prompt', 'e'.repeat(2001)], 2, /2,001 characters. Give at most 2,000/],
    [
      'a prompt with no known characters left',
      ['--prompt', 'ω', '--unknown', 'skip'],
      2,
      /no character of the prompt/,
    ],
    ['a seed when no characters are drawn', ['--seed', '1'], 2, /--seed has no effect on printed steps/],
    ...['--layer', '--unit', '--units', '--top'].map((flag): [string, string[], number, RegExp] => [
      `${flag} with JSON, which has everything`,
      ['--json', flag, '1'],
      2,
      new RegExp(`${flag} has no effect with --json.* Leave ${flag} out`),
    ]),
    [
      'a drawing that would replace the prompt',
      ['--prompt', '@prompt.txt', '--svg', 'prompt.txt'],
      2,
      /prompt.txt is read by this command/,
    ],
    ['a drawing in a folder', ['--svg', '.'], 73, /a folder/],
  ])('%s', async (_name, flags, code, message) => {
    expectFailure(await step('lstm', ...flags), code, message);
  });
});

it('a trail grows up to its limit, whether fed or drawn', () => {
  const trail = new Trail(modelOf('ab'), [0], 1);
  const most = { known: LONGEST_TRAIL, at: LONGEST_TRAIL - 1 };
  expect(trail.feed(0, 'a'.repeat(LONGEST_TRAIL))).toEqual({ notice: expect.stringContaining('2,001') });
  expect(trail.length).toBe(1);
  expect(trail.feed(0, 'a'.repeat(LONGEST_TRAIL - 1))).toEqual(most);
  expect(trail.draw(most.at, 'likeliest', 1)).toEqual({ notice: expect.stringContaining('2,001') });
  expect(trail.feed(most.at - 1, 'b')).toEqual(most);
});

it('an escaped text resolves to the same text', () => {
  const awkward = fc.string({ unit: fc.constantFrom('\\', 'n', 't', '\n', '\t', "'", 'a') });
  fc.assert(fc.property(awkward, (text) => resolveEscapes(withEscapes(text)) === text));
  expect(withEscapes('a\\n\n')).toBe('a\\\\n\\n');
});

describe('inspect step in a terminal', () => {
  async function opened(env: Record<string, string> = {}) {
    const command = `$charlstm inspect step lstm --prompt 'The lamp' --seed 1; echo "code $?"; stty -a`;
    const terminal = new PseudoTerminal(folder, command, { env: { COLORTERM: 'truecolor', ...env } });
    onTestFinished(() => terminal.kill());
    await terminal.until('[T]he lamp');
    return terminal;
  }

  it('moves forward, back, up and to another unit, reads typed text, and restores the terminal', async () => {
    const terminal = await opened();
    expect(terminal.lines[0]).toMatch(/lstm, 2 x 12 LSTM +layer 0 of 2 · unit 0 of 12 · T 1$/);
    terminal.type('\x1b[C\x1b[C');
    await terminal.until('Th[e] lamp');
    const printed = (await step('lstm', '--prompt', 'The', '--unit', '2', '--layer', '1')).stdout;
    terminal.type('\x1b[A\t\t');
    await terminal.until('layer 1 of 2 · unit 2 of 12');
    const [h] = /^h = .*$/m.exec(printed)!;
    expect(terminal.text).toContain(h);
    terminal.type('\x1b[D');
    await terminal.until('T[h]e lamp');
    terminal.type('at');
    await terminal.until('Tha[t]');
    terminal.type('ß');
    await terminal.until(/never saw: 'ß' U\+00DF/);
    terminal.type('\r\x1b[C');
    await terminal.until('character 6 of 6');
    terminal.resize(40, 12);
    await terminal.until(/^ p = exp/m);
    terminal.resize(160, 50);
    await terminal.until((text) => text.split('\n').length === 50 && /\b6 numbers|12 numbers/.test(text));
    terminal.type('\x1b');
    await terminal.ended;
    await terminal.until(/isig/);
    expect(terminal.text).toContain('code 0');
    const [again] = /charlstm inspect step (.*)/.exec(terminal.text)!;
    expect(again).toMatch(/ lstm\/step-\S+ --prompt 'That.{2}' --layer 1 --unit 2 --temp 1$/);
    expect([terminal.isAlternate, terminal.isCursorVisible]).toEqual([false, true]);
    expect(terminal.raw).toMatch(/ icanon /);
  });

  it('uses no styles without colours, and distinguishes Ctrl-C from quitting', async () => {
    const terminal = await opened({ NO_COLOR: '1' });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(terminal.raw).not.toMatch(/\x1b\[[\d;]*m/);
    terminal.type('\x03');
    await terminal.until('code 130');
  });
});
