// The dashboard in a real terminal, from the first screen to every exit.

import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { events, temporaryFolder } from '../../helpers/cli.js';
import { PseudoTerminal, type TerminalOptions } from '../../helpers/terminal.js';

vi.setConfig({ testTimeout: 60_000 });

const folder = await temporaryFolder();
const TINY = '--hidden 16 --layers 1 --embedding 8 --batch-size 4 --seq-length 16 --eval-every 100';
let runs = 0;

function open(command: string, options?: TerminalOptions): PseudoTerminal {
  const terminal = new PseudoTerminal(folder, command, options);
  onTestFinished(() => terminal.kill());
  return terminal;
}

/**
 * Trains endlessly in a terminal. Afterwards, the shell prints the exit code and the mode of the terminal.
 */
function train(more = '', options: TerminalOptions = {}) {
  const run = `run-${runs++}`;
  const command = `$charlstm train lighthouse ${TINY} --epochs 1e6 --out ${run} ${more}; echo "code $?"; stty -a`;
  const terminal = open(command, options);
  return { terminal, run: join(folder, run) };
}

const log = (run: string) => events(readFileSync(join(run, 'log.jsonl'), 'utf8'));
const commands = (run: string) =>
  log(run).flatMap((event) => (event.type === 'command' ? event.command : []));
const checkpoints = (run: string) => readdirSync(run).filter((name) => name.endsWith('.safetensors'));
const pid = (run: string) => Number(/\d+/.exec(readFileSync(join(run, 'lock'), 'utf8'))![0]);

/** Expects the terminal to be restored. */
async function expectRestored(terminal: PseudoTerminal, code: number): Promise<void> {
  await terminal.ended;
  await terminal.until(/isig|-isig/);
  expect(terminal.text).toContain(`code ${code}`);
  expect(terminal.isAlternate).toBe(false);
  expect(terminal.isCursorVisible).toBe(true);
  expect(terminal.raw).toMatch(/ icanon /);
  expect(terminal.raw).toMatch(/ echo /);
  expect(terminal.raw.lastIndexOf('\x1b[?2004l')).toBeGreaterThan(terminal.raw.lastIndexOf('\x1b[?2004h'));
}

describe('the screen', () => {
  it('shows corpus, model, engine, run, chart, sample, progress and keys', async () => {
    const { terminal } = train('', { columns: 120, rows: 30 });
    await terminal.until(/still improving|hardly improving|no better/);
    expect(terminal.isAlternate).toBe(true);
    expect(terminal.isCursorVisible).toBe(false);
    for (const part of [
      /lighthouse · 1 x 16 LSTM · [\d,]+ parameters · (wasm|native)-\w+, \d+ threads? · run-\d+ +● training/,
      /╭─ loss · nats per character · whole run ─+╮╭─ live · step [\d,]+ · temp 0\.8 ─+╮/,
      /uniform│/,
      /★/,
      /epoch \d+ of 1,000,000 ─+ 0% {3}ETA [\dhms ]+ {3}step [\d,]+ of [\d,]+/,
      /training \d\.\d{3} {3}validation • \d\.\d{3} {3}best ★ \d\.\d{3} at step [\d,]+ {3}nats\/char/,
      /[\d,]+ chars\/s {2}gradient \d\.\d\d \(\d+% clipped\) {2}rate \d\.\de-\d \(peak 5\.0e-3\) {2}memory \d+ MB/,
      /p pause {2}s save {2}q quit {2}\? help/,
    ]) {
      expect(terminal.text).toMatch(part);
    }
  });

  it('survives fifty resizes during training', async () => {
    const { terminal } = train();
    await terminal.until('● training');
    for (let i = 0; i < 50; i++) terminal.resize(20 + ((i * 37) % 130), 5 + ((i * 13) % 50));
    for (const [columns, rows] of [
      [120, 40],
      [40, 12],
      [39, 11],
      [100, 30],
      [60, 40],
    ] as const) {
      terminal.resize(columns, rows);
      // No residue of earlier frames: one header, one footer in the last row, and closed frames.
      const count = (text: string, what: RegExp) => text.match(what)?.length ?? 0;
      await terminal.until((text) => {
        if (columns < 40) return /^\d+% {2}loss \d\S+ .*\n*$/.test(text);
        const isWhole = text.split('\n')[0]!.endsWith('s') && text.split('\n')[rows - 1]!.includes('p pause');
        const isSingle = count(text, /p pause/g) === 1 && count(text, /● training/g) === 1;
        return isWhole && isSingle && count(text, /╭/g) === count(text, /╯/g);
      });
    }
    terminal.type('\x03');
    await expectRestored(terminal, 130);
  });

  it('has the same layout without colours', async () => {
    const { terminal } = train('', { env: { NO_COLOR: '1' } });
    await terminal.until('★');
    expect(terminal.text).toMatch(/╭─ loss · nats per character/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
    expect(terminal.raw).not.toMatch(/\x1b\[[\d;]*m/);
  });
});

describe('keys', () => {
  it('do what their labels say, and their requests are in the log', async () => {
    const { terminal, run } = train('', { columns: 110, rows: 30 });
    await terminal.until('p pause');
    const press = async (key: string, shown: string | RegExp) => {
      terminal.type(key);
      await terminal.until(shown);
    };
    await press('u', 'loss · bits per character');
    await press('x', / epoch│/);
    await press('l', 'whole run · log');
    await press('\t', 'recent · log');
    await press('c', 'live');
    await press('g', /gates and gradients · step [\d,]+ ─/);
    await terminal.until(/│ layer 0 {2}gradient \d\S+ +[▁▂▃▄▅▆▇█]+ +│/);
    expect(terminal.text).toMatch(/│ {3}f [▒─█]+ +\d+% +\d+% │/);
    await press('g', '╭─ live');
    await press('?', '╭─ keys');
    await press('\x1b', '╭─ loss');
    await press('+', 'temp 0.9');
    await press('-', 'temp 0.8');
    await press('n', /\[ (2|3) of \1 \]/);
    await press('[', /╭─ sample · step/);
    // On a slow machine, more samples may have been started meanwhile.
    while (!terminal.text.includes('╭─ live')) {
      const shown = Number(/\[ (\d+) of/.exec(terminal.text)![1]);
      await press(']', `[ ${shown + 1} of`);
    }
    await press('>', 'peak 6.3e-3');
    await press('<', 'peak 5.0e-3');
    await press('s', 'saved at step');
    await press('p', '‖ paused');
    await press('p', '● training');
    await press('e', 'prompt: ▌');
    await press('Keep€r', 'prompt: Keep€r▌');
    await press('\x7f\x7f\x7fp', 'prompt: Keep▌');
    await press('\r', /│ Keep/);
    await press('q', 'Stop training?');
    await press('n', 'p pause');
    await press('q', 'Stop training?');
    terminal.type('y');
    await expectRestored(terminal, 0);
    expect(terminal.text).toContain(`charlstm train --resume run-`);
    expect(commands(run)).toEqual([
      { type: 'gauges', watched: true },
      { type: 'gauges', watched: false },
      { type: 'temperature', value: 0.9 },
      { type: 'temperature', value: 0.8 },
      { type: 'sample' },
      { type: 'lr', value: 0.00625 },
      { type: 'lr', value: 0.005 },
      { type: 'save' },
      { type: 'pause' },
      { type: 'continue' },
      { type: 'prompt', text: 'Keep' },
      { type: 'stop' },
    ]);
  });

  it('report characters of the prompt that are not in the corpus', async () => {
    const { terminal, run } = train();
    await terminal.until('p pause');
    terminal.type('eOil→\r');
    await terminal.until('a character of the prompt left out');
    expect(commands(run)).toEqual([{ type: 'prompt', text: 'Oil' }]);
  });

  it('are not triggered by pasted text', async () => {
    const { terminal } = train();
    await terminal.until('p pause');
    terminal.type('\x1b[200~q\ry\x1b[201~e\x1b[200~two\rlines\x1b[201~');
    await terminal.until('prompt: two↵lines▌');
  });

  it('change the learning rate of the checkpoint, and a resumed run continues with it', async () => {
    const { terminal, run } = train();
    await terminal.until('p pause');
    terminal.type('<<');
    await terminal.until('of 3.2e-3');
    terminal.type('\x03');
    await expectRestored(terminal, 130);
    const resumed = open(`$charlstm train --resume ${run}`);
    await resumed.until('of 3.2e-3');
  });

  // As a command of its own, and under a shell, as npx starts it.
  it.each([
    ['suspended', (command: string) => command],
    ['below', (command: string) => `sh -c '${command}; :'`],
  ])('suspend the command and resume it: %s', async (name, started) => {
    const terminal = open('exec bash --norc -i');
    terminal.type(`${started(`$charlstm train lighthouse ${TINY} --epochs 1e6 --out ${name}`)}\r`);
    await terminal.until('p pause');
    terminal.type('\x1a');
    await terminal.until('Stopped');
    expect(terminal.isAlternate).toBe(false);
    expect(terminal.isCursorVisible).toBe(true);
    const before = terminal.raw.length;
    terminal.type('fg\r');
    await terminal.until('p pause');
    expect(terminal.isAlternate).toBe(true);
    terminal.type('?');
    await terminal.until('suspend; fg resumes');
    expect(terminal.raw.slice(before).split('\x1b[?1049h')).toHaveLength(2); // entered again once
    terminal.type('\x03');
    await terminal.until('charlstm train --resume');
  });

  it('do not suspend a command that no shell could resume', async () => {
    const { terminal } = train();
    await terminal.until('p pause');
    terminal.type('\x1a?');
    await terminal.until('suspend; fg resumes');
    expect(terminal.isAlternate).toBe(true);
    terminal.type('\x03');
    await expectRestored(terminal, 130);
  });
});

describe('ways out', () => {
  it('the end of training leaves a summary with baselines on the normal screen', async () => {
    const terminal = open(`$charlstm train lighthouse ${TINY} --steps 2500 --eval-every 500 --out finished`, {
      rows: 50,
    });
    expect(await terminal.ended).toBe(0);
    await terminal.until('continue:');
    expect(terminal.isAlternate).toBe(false);
    expect(terminal.text).toMatch(
      /done at step 2,500\n\nloss per character +nats +bits\nuniform +4\.2341 +6\.1085\n/,
    );
    expect(terminal.text).toMatch(/best validation, step [\d,]+ +\d\.\d{4} +\d\.\d{4}/);
    expect(terminal.text).toMatch(/training, last \d+ steps +\d\.\d{4}/);
    expect(terminal.text).toContain('checkpoint finished/step-');
    expect(terminal.text).toContain('write text:  charlstm sample finished');
  });

  it('Ctrl-C saves a checkpoint and prints how to resume', async () => {
    const { terminal, run } = train();
    await terminal.until('p pause');
    terminal.type('\x03');
    await expectRestored(terminal, 130);
    expect(terminal.text).toContain('charlstm train --resume');
    expect(checkpoints(run).length).toBeGreaterThan(0);
    expect(log(run).at(-1)).toMatchObject({ type: 'end', reason: 'stopped' });
  });

  it('a second Ctrl-C stops at once, without saving', async () => {
    // So large that saving takes longer than the second key takes to arrive.
    const { terminal, run } = train('--hidden 1024 --layers 2 --eval-every 100000000');
    await terminal.until('p pause');
    terminal.type('\x03\x03');
    await expectRestored(terminal, 130);
    expect(checkpoints(run)).toEqual([]);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s acts like Ctrl-C, with its own exit code', async (signal, code) => {
    const { terminal, run } = train();
    await terminal.until('p pause');
    process.kill(pid(run), signal);
    await expectRestored(terminal, code);
    expect(checkpoints(run).length).toBeGreaterThan(0);
  });

  it('a crash in the training thread restores the terminal before the report', async () => {
    // Breaks writing of the log after a while, in the training thread only.
    await writeFile(
      join(folder, 'break.mjs'),
      `import fs from 'node:fs';
       import { syncBuiltinESMExports } from 'node:module';
       import { isMainThread } from 'node:worker_threads';
       const write = fs.writeSync;
       let calls = 0;
       if (!isMainThread) fs.writeSync = (...args) => {
         if (++calls > 10_000) throw new TypeError('broken on purpose');
         return write(...args);
       };
       syncBuiltinESMExports();`,
    );
    const { terminal } = train('', { env: { NODE_OPTIONS: `--import ${join(folder, 'break.mjs')}` } });
    await terminal.until('p pause');
    await expectRestored(terminal, 1);
    expect(terminal.text).toContain(
      'charlstm: internal error, please report it\nTypeError: broken on purpose',
    );
  });

  it('events after the end keep neither the screen nor the program open', async () => {
    const event = { type: 'baseline', name: 'zlib', loss: 2, bpc: 3 };
    await writeFile(
      join(folder, 'late.mjs'),
      `const { openDashboard } = await import('${new URL('../../../dist/ui/dashboard/open.js', import.meta.url)}');
       const dashboard = openDashboard({ lr: 1e-3, clip: 1, history: [] }, () => {});
       dashboard.take([${JSON.stringify(event)}]);
       setTimeout(() => {
         dashboard.close();
         dashboard.take([${JSON.stringify(event)}]);
       }, 100);`,
    );
    const terminal = open(`${process.execPath} late.mjs; echo "code $?"; stty -a`);
    await expectRestored(terminal, 0);
  });

  it('training saves when the terminal disappears', async () => {
    const { terminal, run } = train();
    await terminal.until('p pause');
    const process = pid(run);
    terminal.hangUp();
    await terminal.ended;
    await waitForEnd(process);
    expect(log(run).at(-1)).toMatchObject({ type: 'end', reason: 'stopped' });
  });
});

/** Resolves when a process has ended. */
async function waitForEnd(process_: number): Promise<void> {
  for (;;) {
    try {
      process.kill(process_, 0);
    } catch {
      return;
    }
    await new Promise(setImmediate);
  }
}

describe('no dashboard', () => {
  it.each([
    ['--ui plain', '--ui plain', {}],
    ['TERM=dumb', '', { TERM: 'dumb' }],
    ['CI', '', { CI: 'true' }],
    ['no terminal on stdin', '< /dev/null', {}],
    ['no terminal on stdout', '> out.txt', {}],
  ])('%s leads to plain lines without escape codes', async (_name, more, env) => {
    const command = `$charlstm train lighthouse ${TINY} --steps 20 --out plain-${runs++} ${more}; cat out.txt 2> /dev/null`;
    const terminal = open(command, { env, rows: 60, columns: 100 });
    await terminal.ended;
    await terminal.until('continue:');
    expect(terminal.text).toMatch(/ step +epoch +loss/);
    expect(terminal.raw).not.toContain('\x1b');
  });
});
