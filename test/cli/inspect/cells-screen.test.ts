// `charlstm inspect cells` in a real terminal: choosing units, the value at the cursor, and every way to
// leave.

import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { load } from '../../../src/index.js';
import { cellStates } from '../../../src/insight/cells.js';
import { STATE_SCALE } from '../../../src/ui/cells/tint.js';
import { run, temporaryFolder } from '../../helpers/cli.js';
import { PseudoTerminal, type TerminalOptions } from '../../helpers/terminal.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const folder = await temporaryFolder();
const HIDDEN = 16;
const HOSTILE = '<b>"it\'s"\n\x1b[2J\x1b]0;title\x07\u202eabc \x9b31m\r\n👨‍👩‍👧 e\u0301 (鯨)\tz\nend';
const PLAIN = 'The lamp was lit.\n\nThe wind went north, and the sea was rough.';

beforeAll(async () => {
  await writeFile(join(folder, 'hostile.txt'), HOSTILE);
  await writeFile(join(folder, 'plain.txt'), PLAIN);
  await writeFile(join(folder, 'learn.txt'), `${HOSTILE}\n${PLAIN}\n`.repeat(40));
  const tiny = `--hidden ${HIDDEN} --layers 2 --embedding 8 --batch-size 4 --steps 30 --out model`;
  expect((await run(folder, ['train', 'learn.txt', ...tiny.split(' ')])).code).toBe(0);
});

interface InspectOptions extends TerminalOptions {
  readonly flags?: string;
}

let shells = 0;

/** Opens the command in a terminal; the shell prints the exit code. */
async function opened({ flags = '--layer 1 --unit 5', env, ...options }: InspectOptions = {}) {
  const number = shells++;
  // exec gives the program the process id of the shell.
  const inner = `echo $$ > ${number}.pid; exec $charlstm inspect cells model --text plain.txt ${flags}`;
  const terminal = new PseudoTerminal(folder, `sh -c '${inner}'; echo "code $?"; stty -a`, {
    ...options,
    env: { COLORTERM: 'truecolor', ...env },
  });
  onTestFinished(() => terminal.kill());
  await terminal.until(/layer 1, unit/);
  return { terminal, pid: () => Number(readFileSync(join(folder, `${number}.pid`), 'utf8')) };
}

async function expectRestored(terminal: PseudoTerminal, code: number): Promise<void> {
  await terminal.ended;
  await terminal.until(/isig|-isig/);
  expect(terminal.raw).toContain(`code ${code}\r\n`);
  expect([terminal.isAlternate, terminal.isCursorVisible]).toEqual([false, true]);
  expect(terminal.raw).toMatch(/ icanon /);
  expect(terminal.raw.lastIndexOf('\x1b[?2004l')).toBeGreaterThan(terminal.raw.lastIndexOf('\x1b[?2004h'));
}

const RIGHT = '\x1b[C';
const DOWN = '\x1b[B';

describe('the cells screen', () => {
  it("shows the API's value at the cursor for every unit", async () => {
    const states = cellStates(await load(join(folder, 'model')), PLAIN);
    const { terminal } = await opened();
    const value = (layer: number, unit: number, t: number) => states[layer]!.tanh[t * HIDDEN + unit]!;
    const shows = (layer: number, unit: number, t: number) => (text: string) =>
      text.includes(`layer ${layer}, unit ${unit} `.trim()) &&
      new RegExp(`at .+ \\(${t}\\) ${value(layer, unit, t).toFixed(4)}$`, 'm').test(text);
    await terminal.until(shows(1, 5, 0));
    terminal.type('...');
    await terminal.until(shows(1, 5, 3));
    terminal.type(RIGHT);
    await terminal.until(shows(1, 6, 3));
    terminal.type(DOWN);
    await terminal.until(shows(0, 6, 3));
    terminal.type('1/12\r');
    await terminal.until(shows(1, 12, 3));
    const row = terminal.lines.findIndex((line) => line.startsWith(' The lamp'));
    for (const [t, { color }] of terminal.cells[row]!.slice(1, 18).entries()) {
      const tint = STATE_SCALE.tintOf(value(1, 12, t));
      // On a coloured block the letter has the ink colour.
      expect(color, `at ${t}`).toBe(tint?.ink ?? tint?.color);
    }
    terminal.type('q');
    await expectRestored(terminal, 0);
  });

  it('steps through the found units, the best first', async () => {
    const found = JSON.parse(
      (await run(folder, 'inspect cells model --find word-start --json'.split(' '))).stdout,
    ) as { units: { layer: number; unit: number; score: number }[] };
    const terminal = new PseudoTerminal(folder, '$charlstm inspect cells model --find word-start', {
      columns: 120,
      rows: 40,
    });
    onTestFinished(() => terminal.kill());
    for (const { layer, unit, score } of found.units.slice(0, 3)) {
      await terminal.until(
        (text) =>
          text.includes(`layer ${layer}, unit ${unit} `) &&
          new RegExp(`▸word-start +${layer}/${unit} +${score.toFixed(2)}`).test(text),
      );
      terminal.type('f');
    }
    terminal.type('q');
    await terminal.ended;
  });

  it('ranks the units of a text while it is open', async () => {
    const terminal = new PseudoTerminal(folder, '$charlstm inspect cells model --layer 1 --unit 5', {
      columns: 200,
    });
    onTestFinished(() => terminal.kill());
    await terminal.until(/layer 1, unit 5 +best at [a-z-]+: (F1|r) 0\.\d\d/);
    await terminal.until(/property +layer\/unit +score +clarity/);
    terminal.type('f');
    await terminal.until(/▸[a-z-]+ +\d+\/\d+/);
    terminal.type('q');
    expect(await terminal.ended).toBe(0);
  });

  it('redraws at any terminal size', async () => {
    const { terminal } = await opened();
    for (let i = 0; i < 30; i++) terminal.resize(2 + ((i * 37) % 130), 1 + ((i * 13) % 50));
    for (const [columns, rows] of [
      [40, 12],
      [200, 60],
      [80, 24],
    ] as const) {
      terminal.resize(columns, rows);
      await terminal.until((text) => /The lamp was/.test(text) && /q quit/.test(text.split('\n').at(-1)!));
    }
    terminal.type('q');
    await expectRestored(terminal, 0);
  });

  it('shows marks below the text and no styles without colours', async () => {
    const { terminal } = await opened({ env: { NO_COLOR: '1' } });
    const values = cellStates(await load(join(folder, 'model')), PLAIN)[1]!.tanh;
    const marks = Array.from('The lamp was lit.', (_, t) => STATE_SCALE.markOf(values[t * HIDDEN + 5]!)).join(
      '',
    );
    await terminal.until(`The lamp was lit.`);
    const row = terminal.lines.findIndex((line) => line.startsWith(' The lamp'));
    expect(terminal.lines[row + 1]!.padEnd(18).slice(0, 18)).toBe(` ${marks}`);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(terminal.raw).not.toMatch(/\x1b\[[\d;]*m/);
    terminal.type('q');
    await expectRestored(terminal, 0);
  });

  it('neither obeys escape codes in the text nor leaves any behind', async () => {
    const { terminal } = await opened({ flags: '--text hostile.txt --layer 1 --unit 3' });
    await terminal.until('␛[2J␛]0;title␇');
    await terminal.until('⇥z');
    terminal.type('q');
    await expectRestored(terminal, 0);
    for (const code of ['\x1b[2J\x1b]', '\x1b]0', '\x9b', '\u202e']) expect(terminal.raw).not.toContain(code);
    expect(terminal.raw.slice(terminal.raw.lastIndexOf('\x1b[?1049l'))).toContain('␛');
  });
});

describe('leaving the cells screen', () => {
  it('q leaves the text on the terminal with the command that shows the unit again', async () => {
    const { terminal } = await opened({ columns: 120, rows: 40 });
    terminal.type(`r${RIGHT}q`);
    await expectRestored(terminal, 0);
    const left = terminal.raw.slice(terminal.raw.lastIndexOf('\x1b[?1049l'));
    expect(left).toContain('layer 1, unit 6, from character 0 on:');
    expect(left).toContain('charlstm inspect cells model --text plain.txt --layer 1 --unit 6 --relative\r\n');
  });

  it.each([
    ['Escape', '\x1b', 0],
    ['Ctrl-C', '\x03', 130],
  ])('%s restores the terminal and prints the command', async (_name, key, code) => {
    const { terminal } = await opened();
    terminal.type(key);
    await expectRestored(terminal, code);
    expect(terminal.raw).toContain('charlstm inspect cells model --text plain.txt --layer 1 --unit 5');
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
  ] as const)('%s restores the terminal', async (signal, code) => {
    const { terminal, pid } = await opened();
    process.kill(pid(), signal);
    await expectRestored(terminal, code);
  });

  it('an internal error restores the terminal before it is reported', async () => {
    await writeFile(
      join(folder, 'break.mjs'),
      `process.stdin.prependListener('data', (chunk) => {
         if (String(chunk).includes('!')) throw new TypeError('broken on purpose');
       });`,
    );
    const { terminal } = await opened({ env: { NODE_OPTIONS: `--import ${join(folder, 'break.mjs')}` } });
    terminal.type('!');
    await expectRestored(terminal, 1);
    expect(terminal.raw).toContain('TypeError: broken on purpose');
  });
});

it('inspect cells leaves the screen alone for JSON, a drawing or a pipe', async () => {
  for (const command of ['--json', '--svg cells.svg', '| cat']) {
    const line = `$charlstm inspect cells model --text plain.txt --layer 1 --unit 5 ${command}; echo "code $?"`;
    const terminal = new PseudoTerminal(folder, line);
    await terminal.ended;
    await terminal.until('code 0');
    expect(terminal.raw).not.toContain('\x1b[?1049h');
  }
});
