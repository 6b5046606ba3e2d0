// Cost and latency of the dashboard. Alternates the same training with plain lines and with the dashboard in
// a real pseudo-terminal, then measures the time from a key press to the change on screen while a large
// network trains.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawn } from '@lydell/node-pty';
import { median, spread } from './measure.js';

const PROGRAM = fileURLToPath(new URL('../bin/charlstm.js', import.meta.url));
const SIZES = [
  { columns: 80, rows: 24 },
  { columns: 200, rows: 60 },
];
const ROUNDS = 3;

const folder = await mkdtemp(join(tmpdir(), 'charlstm-bench-'));
let runs = 0;

/** Starts training in a terminal. */
function start(args: readonly string[], { columns, rows } = SIZES[0]!) {
  const out = join(folder, `run-${runs++}`);
  const { CI: _, NO_COLOR: __, ...env } = process.env;
  const terminal = spawn(process.execPath, [PROGRAM, 'train', '--out', out, ...args], {
    cols: columns,
    rows,
    env: { ...env, TERM: 'xterm-256color', COLORTERM: 'truecolor' },
  });
  const ended = new Promise<void>((resolve) => terminal.onExit(() => resolve()));
  return { terminal, out, ended };
}

/** Characters per second over the second half of a run. */
async function speed(args: readonly string[], size = SIZES[0]!): Promise<number> {
  const { out, ended } = start(args, size);
  await ended;
  const log = await readFile(join(out, 'log.jsonl'), 'utf8');
  const speeds = log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; charsPerSecond: number })
    .flatMap((event) => (event.type === 'step' ? event.charsPerSecond : []));
  return median(speeds.slice(speeds.length >> 1));
}

async function cost(name: string, args: readonly string[]): Promise<void> {
  for (const size of SIZES) {
    const ratios: number[] = [];
    const plain: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const without = await speed([...args, '--ui', 'plain'], size);
      plain.push(without);
      ratios.push((await speed(args, size)) / without);
    }
    console.log(
      `${name}, ${size.columns}x${size.rows}: plain ${Math.round(median(plain))} chars/s, ` +
        `dashboard / plain ${spread(ratios)}`,
    );
  }
}

/** Milliseconds from each key press until its effect is drawn. */
async function latencies(args: readonly string[], keys: number): Promise<number[]> {
  const { terminal, ended } = start(args);
  let screen = '';
  let heard: (() => void) | undefined;
  terminal.onData((data) => {
    screen += data;
    heard?.();
  });
  const shown = (text: string) =>
    new Promise<void>((resolve) => {
      heard = () => {
        if (screen.includes(text)) resolve();
      };
      heard();
    });
  await shown('p pause');
  const found: number[] = [];
  for (let i = 0; i < keys; i++) {
    screen = '';
    const begun = performance.now();
    terminal.write('u');
    await shown(i % 2 === 0 ? 'loss · bits' : 'loss · nats');
    found.push(performance.now() - begun);
    await new Promise((resolve) => setTimeout(resolve, 137));
  }
  terminal.write('\x03');
  terminal.write('\x03');
  await ended;
  return found;
}

try {
  await cost('2x128', ['--steps', '150', '--eval-every', '1000000']);
  await cost('2x512', ['--hidden', '512', '--steps', '12', '--eval-every', '1000000']);
  const found = await latencies(['--hidden', '512', '--layers', '3', '--steps', '1000000'], 40);
  found.sort((a, b) => a - b);
  console.log(
    `a key while 3x512 trains: median ${median(found).toFixed(1)} ms, slowest of 40 ${found.at(-1)!.toFixed(1)} ms`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
