// A fixed run, with and without interruption, and what must be equal between the two.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { events, PROGRAM } from '../helpers/cli.js';

/** Dropout, two layers, an epoch that ends at step 19 of 50, and a checkpoint every 5 steps. */
export const SHORT = [
  ...['--hidden', '48', '--layers', '2', '--embedding', '8', '--dropout', '0.3', '--seed', '7'],
  ...['--batch-size', '16', '--seq-length', '128', '--steps', '50', '--eval-every', '5', '--val', '0.05'],
];

/** Starts the program without waiting for it. */
export function begin(cwd: string, args: readonly string[]) {
  return execa(process.execPath, [PROGRAM, ...args], {
    cwd,
    reject: false,
    stripFinalNewline: false,
    stdin: 'ignore',
    env: { NO_COLOR: '1', FORCE_COLOR: undefined, npm_command: undefined },
  });
}

export function checkpointsIn(run: string): string[] {
  return readdirSync(run).filter((name) => name.endsWith('.safetensors'));
}

/** What must be equal byte for byte: the remaining checkpoints, and the log with its samples. */
export function outcome(run: string): { checkpoints: Record<string, string>; log: unknown[] } {
  const checkpoints = Object.fromEntries(
    checkpointsIn(run).map((name) => [name, readFileSync(join(run, name)).toString('base64')]),
  );
  return { checkpoints, log: comparable(readFileSync(join(run, 'log.jsonl'), 'utf8')) };
}

/**
 * The lines of a log without what depends on the clock (`charsPerSecond`, `seconds`) or reports the interruption itself:
 * the `start` of a resumed run, and the `end`, `stop` command and checkpoint of a stopped one.
 */
function comparable(log: string): unknown[] {
  expect(log.endsWith('\n')).toBe(true);
  const lines = events(log);
  const validated = new Set(lines.flatMap(({ type, step }) => (type === 'validation' ? [step] : [])));
  return lines.flatMap((event) => {
    const { type, step, reason, path, command } = event as Record<string, string>;
    if (type === 'start' && Number(step) > 0) return [];
    if (type === 'end' && reason === 'stopped') return [];
    if (type === 'command' && (command as unknown as { type: string }).type === 'stop') return [];
    if (type === 'checkpoint' && (!validated.has(step) || !path!.includes('-val-'))) return [];
    const { charsPerSecond: _speed, seconds: _time, threads: _threads, run: _run, ...rest } = event;
    return [JSON.stringify(rest).replace(/"path":"[^"]*\//, '"path":"')];
  });
}

/** Expects only files of a run in the folder. */
export function expectTidy(run: string): void {
  const stray = readdirSync(run).filter(
    (name) => !/^(step-\d+(-val-[\d.]+)?\.safetensors|corpus\.u8|log\.jsonl)$/.test(name),
  );
  expect(stray).toEqual([]);
}
