// `charlstm inspect step` as a user runs it, on tiny networks: printed, as JSON, as a drawing, and in a terminal.

import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { resolveEscapes, withEscapes } from '../../../src/cli/options.js';
import { load } from '../../../src/index.js';
import { steps } from '../../../src/insight/step.js';
import { expectFailure, run, temporaryFolder } from '../../helpers/cli.js';
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
  it('has the numbers of the programming interface, and parts that add up', async () => {
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

describe('printed', () => {
  it('has a table a character, the equations of one unit, and what comes next', async () => {
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

  it('begins with a line break where there is no prompt', async () => {
    expect((await step('lstm')).stdout).toContain('1  ↵');
  });

  it('obeys no escape codes, in the text nor among what comes next', async () => {
    await writeFile(join(folder, 'prompt.txt'), HOSTILE);
    for (const flags of [['--top', '99'], ['--json']]) {
      const { stdout, code } = await step('lstm', '--prompt', '@prompt.txt', ...flags);
      expect(code).toBe(0);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    }
  });
});

it('the drawing is XML with the numbers of the last step, and replaces no model', async () => {
  const { code, stderr } = await step('gru', '--prompt', '@prompt.txt', '--svg', 'step.svg', '--unit', '5');
  expect([code, stderr]).toEqual([0, 'drawing step.svg\n']);
  const svg = readFileSync(join(folder, 'step.svg'), 'utf8');
  expectWellFormed(svg);
  expect(svg).toContain('gru, 2 x 12 GRU (layer norm): layer 0, unit 5');
  expect(svg).toContain('n</tspan> = tanh(γn·N(Wn·x) + bn + r·(δn·N(Un·h');
});

it('a drawing beside the JSON shows what was chosen', async () => {
  const svg = ['--prompt', 'lamp', '--json', '--svg', 'beside.svg'];
  const { code, stdout } = await step('lstm', ...svg, '--layer', '1', '--unit', '3', '--units', '2');
  expect(code).toBe(0);
  expect(stdout).toBe((await step('lstm', '--prompt', 'lamp', '--json')).stdout);
  expect(readFileSync(join(folder, 'beside.svg'), 'utf8')).toContain('layer 1, unit 3');
});

describe('what it refuses', () => {
  it.each<[string, string[], number, RegExp]>([
    ['characters that the model never saw', ['--prompt', 'ßω'], 65, /'ß' U\+00DF.*'ω' U\+03C9.*--unknown/],
    ['an escape character', ['--prompt', '\x1a'], 65, /U\+001A/],
    ['a layer that is not there', ['--layer', '2'], 2, /--layer is 2. Give a number from 0 to 1/],
    ['a unit that is not there', ['--unit', '12'], 2, /--unit is 12. Give a number from 0 to 11/],
    ['a long prompt', ['--prompt', 'e'.repeat(2001)], 2, /2,001 characters. Give at most 2,000/],
    [
      'a prompt of which nothing is left',
      ['--prompt', 'ω', '--unknown', 'skip'],
      2,
      /no character of the prompt/,
    ],
    ['a seed where nothing is drawn', ['--seed', '1'], 2, /--seed has no effect on printed steps/],
    ...['--layer', '--unit', '--units', '--top'].map((flag): [string, string[], number, RegExp] => [
      `${flag} where all is told`,
      ['--json', flag, '1'],
      2,
      new RegExp(`${flag} has no effect with --json.* Leave ${flag} out`),
    ]),
    [
      'a drawing in place of the prompt',
      ['--prompt', '@prompt.txt', '--svg', 'prompt.txt'],
      2,
      /prompt.txt is read by this command/,
    ],
    ['a drawing in a folder', ['--svg', '.'], 73, /a folder/],
  ])('%s', async (_name, flags, code, message) => {
    expectFailure(await step('lstm', ...flags), code, message);
  });
});

it('a text becomes an argument that means the same', () => {
  const awkward = fc.string({ unit: fc.constantFrom('\\', 'n', 't', '\n', '\t', "'", 'a') });
  fc.assert(fc.property(awkward, (text) => resolveEscapes(withEscapes(text)) === text));
  expect(withEscapes('a\\n\n')).toBe('a\\\\n\\n');
});

describe('in a terminal', () => {
  async function opened(env: Record<string, string> = {}) {
    const command = `$charlstm inspect step lstm --prompt 'The lamp' --seed 1; echo "code $?"; stty -a`;
    const terminal = new PseudoTerminal(folder, command, { env: { COLORTERM: 'truecolor', ...env } });
    onTestFinished(() => terminal.kill());
    await terminal.until('[T]he lamp');
    return terminal;
  }

  it('goes on, back, up, to another unit; reads what is typed; gives the terminal back', async () => {
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

  it('without colours has no styles; Ctrl-C is told from a quit', async () => {
    const terminal = await opened({ NO_COLOR: '1' });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(terminal.raw).not.toMatch(/\x1b\[[\d;]*m/);
    terminal.type('\x03');
    await terminal.until('code 130');
  });
});
