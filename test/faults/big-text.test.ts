// A large text through the real command: memory use, leftovers after a stop, and reuse by a second run.

import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { PROGRAM, temporaryFolder } from '../helpers/cli.js';
import { tries } from './scale.js';

/** Bytes. The test needs twice as many on the disk, and as many again for standard input. */
const SIZE = tries(10_000_000_000, 40_000_000);
const LIMIT_MB = 512;
const MINUTES = 60_000;

const folder = await temporaryFolder();
const NETWORK = ['--steps', '1', '--ui', 'plain'];
const BLOCK = Buffer.from('The lamp was lit; the sea went on, and on.\n'.repeat(100_000));

function* blocks(bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= BLOCK.length)
    yield BLOCK.subarray(0, Math.min(left, BLOCK.length));
}

function writeText(name: string, bytes: number): void {
  const file = openSync(join(folder, name), 'w');
  for (const block of blocks(bytes)) writeSync(file, block);
  closeSync(file);
}

/** Writes its peak memory, in MB, to the file named by PEAK. Only Linux reports a process's own peak. */
const WATCH = join(folder, 'watch.mjs');
await writeFile(
  WATCH,
  `import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
if (isMainThread) process.on('exit', () => {
  const [, kilobytes] = /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'));
  writeFileSync(process.env.PEAK, String(kilobytes / 1024));
});
`,
);

function train(args: readonly string[], input?: Iterable<Buffer>) {
  const options = { cwd: folder, reject: false, env: { NO_COLOR: '1', PEAK: join(folder, 'peak') } } as const;
  const watch = ['--import', pathToFileURL(WATCH).href];
  const command = [...watch, PROGRAM, 'train', ...args];
  return input
    ? execa(process.execPath, command, { ...options, stdin: input })
    : execa(process.execPath, command, { ...options, stdin: 'ignore' });
}

describe.runIf(existsSync('/proc/self/status'))(`a text of ${SIZE / 1e6} MB`, () => {
  const peak = () => Number(readFileSync(join(folder, 'peak'), 'utf8'));
  const ids = (run: string) => readFileSync(join(folder, run, 'corpus.json'), 'utf8');

  it('trains in little memory, and is not read a second time', { timeout: 20 * MINUTES }, async () => {
    writeText('text.txt', SIZE);
    expect((await train(['text.txt', ...NETWORK])).exitCode).toBe(0);
    expect(peak()).toBeLessThan(LIMIT_MB);
    expect((await train(['text.txt', ...NETWORK])).exitCode).toBe(0);
    expect(peak()).toBeLessThan(LIMIT_MB);
    expect(ids('checkpoints/text-2')).toBe(ids('checkpoints/text-1'));
    rmSync(join(folder, 'checkpoints'), { recursive: true });
    rmSync(join(folder, 'text.txt'));
  });

  it('trains in little memory from standard input', { timeout: 20 * MINUTES }, async () => {
    expect((await train(['-', ...NETWORK], blocks(SIZE))).exitCode).toBe(0);
    expect(peak()).toBeLessThan(LIMIT_MB);
    const left = readdirSync(join(folder, 'checkpoints/stdin-1'));
    expect(left.filter((name) => name.endsWith('.tmp') || name === 'corpus.json')).toEqual([]);
    rmSync(join(folder, 'checkpoints'), { recursive: true });
  });
});

describe('a run stopped while its text is read', { timeout: MINUTES }, () => {
  const run = join(folder, 'run');
  /** Starts on standard input that never ends, and waits until some of it has been stored. */
  const begin = async () => {
    const child = execa(process.execPath, [PROGRAM, 'train', '-', '--out', 'run', ...NETWORK], {
      cwd: folder,
      reject: false,
    });
    child.stdin.write(BLOCK);
    while (!existsSync(join(run, 'stdin.tmp'))) await new Promise((resolve) => setTimeout(resolve, 20));
    return { child };
  };

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('by %s leaves nothing behind', async (signal) => {
    const { child } = await begin();
    child.kill(signal);
    const result = await child;
    expect(result.signal).toBe(signal);
    expect(result.stderr).toBe('');
    expect(existsSync(run)).toBe(false);
  });

  it('by SIGKILL leaves nothing that the next run mistakes for complete', async () => {
    const { child } = await begin();
    child.kill('SIGKILL');
    await child;
    expect(readdirSync(run).sort()).toEqual(['lock', 'stdin.tmp']);
    writeText('whole.txt', 20_000);
    expect((await train(['whole.txt', '--out', 'run', ...NETWORK])).exitCode).toBe(0);
    const files = readdirSync(run).filter((name) => !name.endsWith('.safetensors'));
    expect(files.sort()).toEqual(['corpus.u8', 'log.jsonl', 'text.json']);
    expect(readFileSync(join(run, 'corpus.u8')).length).toBe(20_000);
  });
});
