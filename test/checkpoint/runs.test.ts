import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { claimNewRun, claimRun } from '../../src/checkpoint/claim.js';
import { ownLock } from '../../src/checkpoint/owner.js';
import {
  bestOf,
  checkpointPath,
  listCheckpoints,
  listRuns,
  pruneCheckpoints,
  resolveCheckpoint,
} from '../../src/checkpoint/run.js';
import { ExitCode, UserError } from '../../src/errors.js';
import { temporaryFolder } from '../helpers/cli.js';
import { errorOf } from '../helpers/files.js';

const root = await temporaryFolder();
const lockOf = (pid: number) => `charlstm ${pid}\n`;
const newFolder = () => mkdtemp(join(root, 'x-'));

describe('runs', () => {
  /** Makes a run with empty checkpoints, given by step or by step and validation loss. */
  async function runWith(...checkpoints: [step: number, validation?: number][]): Promise<string> {
    const run = await newFolder();
    for (const [step, validation] of checkpoints) await writeFile(checkpointPath(run, step, validation), '');
    return run;
  }

  const steps = (run: string) => listCheckpoints(run).map((file) => file.step);

  it('name their checkpoints by step and loss and list them by step', async () => {
    expect(checkpointPath('r', 42, 1.23456)).toBe(join('r', 'step-0000042-val-1.2346.safetensors'));
    expect(checkpointPath('r', 42, undefined)).toBe(join('r', 'step-0000042.safetensors'));
    const run = await runWith([12_345_678, 1], [9_999_999, 12.5], [3]);
    const others = ['step-1.safetensors.tmp', 'x-step-1.safetensors', 'log.jsonl', 'step-.safetensors'];
    for (const name of others) await writeFile(join(run, name), '');
    expect(listCheckpoints(run)).toEqual([
      { path: checkpointPath(run, 3, undefined), step: 3, validation: undefined },
      { path: checkpointPath(run, 9_999_999, 12.5), step: 9_999_999, validation: 12.5 },
      { path: checkpointPath(run, 12_345_678, 1), step: 12_345_678, validation: 1 },
    ]);
  });

  it('have a best checkpoint: the lowest loss, the first of equals, or else the last', async () => {
    const best = async (...checkpoints: [number, number?][]) =>
      bestOf(listCheckpoints(await runWith(...checkpoints)))?.step;
    expect(await best([1, 3], [2, 1.5], [3, 2], [4])).toBe(2);
    expect(await best([1, 10], [2, 9.5])).toBe(2);
    expect(await best([1, 2], [2, 1.5], [3, 1.5])).toBe(2);
    expect(await best([1], [2])).toBe(2);
    expect(await best()).toBeUndefined();
  });

  it.each([
    [0, [2, 3, 5, 6]],
    [1, [2, 3, 5, 6]],
    [2, [2, 3, 5, 6]],
    [3, [2, 3, 5, 6]],
    [4, [1, 2, 3, 5, 6]],
    [100, [1, 2, 3, 5, 6]],
  ])(
    'pruned with keep %i leave the best, the last, and that many validated ones, at least two',
    async (keep, left) => {
      const run = await runWith([1, 3], [2, 1], [3, 2], [4], [5, 1], [6]);
      await writeFile(join(run, 'log.jsonl'), '');
      await pruneCheckpoints(run, keep);
      expect(steps(run)).toEqual(left);
      expect(existsSync(join(run, 'log.jsonl'))).toBe(true);
      const unvalidated = await runWith([1], [2], [3], [4]);
      await pruneCheckpoints(unvalidated, keep);
      expect(steps(unvalidated)).toEqual([1, 2, 3, 4].slice(-Math.max(2, keep)));
      await pruneCheckpoints(await newFolder(), keep);
    },
  );

  it('resolve to their best or last, and are listed', async () => {
    const run = await runWith([1, 1], [2, 2]);
    expect(resolveCheckpoint(run, 'best').step).toBe(1);
    expect(resolveCheckpoint(run, 'last').step).toBe(2);
    expect(resolveCheckpoint(checkpointPath(run, 2, 2), 'best').path).toBe(checkpointPath(run, 2, 2));
    for (const path of [join(run, 'missing'), await newFolder()]) {
      expect((await errorOf(() => resolveCheckpoint(path, 'best'))).exitCode).toBe(ExitCode.noInput);
    }
    expect(listRuns(root).map(({ path }) => path)).toContain(run);
    expect(listRuns(join(root, 'missing'))).toEqual([]);
  });

  /** Runs `use` while a process other than this one is alive. */
  async function withProcess(use: (pid: number) => Promise<void>): Promise<void> {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    try {
      await once(child, 'spawn');
      await use(child.pid!);
    } finally {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
  }

  it('are locked by one process and taken over from a dead one', async () => {
    const run = await newFolder();
    const lock = join(run, 'lock');
    await withProcess(async (pid) => {
      await writeFile(lock, lockOf(pid));
      const { message, exitCode } = await errorOf(claimRun(run));
      expect(message).toBe(`${run} is being trained by process ${pid}`);
      expect(exitCode).toBe(ExitCode.cannotCreate);
      expect(readFileSync(lock, 'utf8')).toBe(lockOf(pid));
    });
    const claim = await claimRun(run);
    expect(readFileSync(lock, 'utf8')).toBe(ownLock(claim.ownership.token));
    await claim.release();
    expect(readdirSync(run)).toEqual([]);
    await claim.release();
  });

  it.each(['', 'x', 'charlstm 0\n', 'charlstm 99999999\n', 'charlstm 1e3\n'])(
    'are taken over from a lock with the content %j',
    async (content) => {
      const run = await newFolder();
      await writeFile(join(run, 'lock'), content);
      const { ownership } = await claimRun(run);
      expect(readFileSync(join(run, 'lock'), 'utf8')).toBe(ownLock(ownership.token));
    },
  );

  it('are locked by exactly one of many processes that find a dead lock at once', async () => {
    const claim = new URL('../../dist/checkpoint/claim.js', import.meta.url).href;
    const racer = `
      const { claimRun } = await import(${JSON.stringify(claim)});
      process.stdin.once('data', async () => {
        const won = await claimRun('.').then(() => true, () => false);
        process.stdout.write(String(won));
        process.stdin.once('data', () => process.exit());
      });
      process.stdout.write('ready ');`;
    for (let round = 0; round < 3; round++) {
      const run = await newFolder();
      await writeFile(join(run, 'lock'), lockOf(99_999_999));
      const racers = Array.from({ length: 4 }, () =>
        spawn(process.execPath, ['--input-type=module', '-e', racer], {
          cwd: run,
          stdio: ['pipe', 'pipe', 'ignore'],
        }),
      );
      await Promise.all(racers.map((child) => once(child.stdout, 'data')));
      for (const child of racers) child.stdin.write('go');
      const answers = await Promise.all(
        racers.map(async (child) => String((await once(child.stdout, 'data'))[0])),
      );
      for (const child of racers) child.stdin.write('end');
      await Promise.all(racers.map((child) => once(child, 'exit')));
      expect(answers.sort()).toEqual(['false', 'false', 'false', 'true']);
    }
  });

  /** Locks of a living process: what differs from those it would write itself, and whether they hold. */
  const LOCKS: [
    what: string,
    place: (host: string, ...ids: string[]) => string,
    holds: 'ever' | 'touched',
  ][] = [
    ['here', (host, namespace, boot) => `${host}/${namespace}/${boot}/0123`, 'ever'],
    ['here, by an earlier version', (host, namespace) => `${host}/${namespace}`, 'ever'],
    ['on another machine', (_, namespace) => `other/${namespace}/${randomUUID()}/0123`, 'touched'],
    [
      'on another machine of that name',
      (host, namespace) => `${host}/${namespace}/${randomUUID()}/0123`,
      'touched',
    ],
    ['in another container', (host, _, boot) => `${host}/123/${boot}/0123`, 'touched'],
    ['where /proc is missing', (host) => `${host}///0123`, 'touched'],
    ['on another machine, by an earlier version', (_, namespace) => `other/${namespace}`, 'touched'],
  ];

  it.runIf(process.platform === 'linux').each(LOCKS)(
    'are not taken over from a living process %s',
    async (_what, placed, holds) => {
      const run = await newFolder();
      const lock = join(run, 'lock');
      await withProcess(async (pid) => {
        const began = readFileSync(`/proc/${pid}/stat`, 'latin1').split(' ')[21]!;
        const [host, ...ids] = ownLock('').split(/ |\n/)[3]!.split('/');
        const said = `charlstm ${pid} ${began} ${placed(host!, ...ids)}\n`;
        await writeFile(lock, said);
        const { message, exitCode } = await errorOf(claimRun(run));
        expect(message).toMatch(new RegExp(`is being trained by process ${pid}( on \\S+)?$`));
        expect(exitCode).toBe(ExitCode.cannotCreate);
        expect(readFileSync(lock, 'utf8')).toBe(said);
        const longAgo = new Date(Date.now() - 10 * 60_000);
        await utimes(lock, longAgo, longAgo);
        if (holds === 'ever') await errorOf(claimRun(run));
        else await (await claimRun(run)).release();
      });
    },
  );

  it.runIf(process.platform === 'linux')(
    'are taken over from a process whose id another one has now',
    async () => {
      const run = await newFolder();
      await withProcess(async (pid) => {
        await writeFile(join(run, 'lock'), ownLock('0123').replace(/(\d+) \d+ /, `${pid} 1 `));
        await (await claimRun(run)).release();
      });
    },
  );

  it('are taken over from an unknown process with the same id once their lock is not touched', async () => {
    const run = await newFolder();
    const lock = join(run, 'lock');
    await withProcess(async (pid) => {
      // As on Windows and macOS, where nobody knows when a process started.
      await writeFile(lock, ownLock('0123').replace(/\d+ \d+ /, `${pid} 0 `));
      expect((await errorOf(claimRun(run))).message).toContain(`by process ${pid}`);
      const longAgo = new Date(Date.now() - 10 * 60_000);
      await utimes(lock, longAgo, longAgo);
      await (await claimRun(run)).release();
    });
  });

  it.runIf(process.platform === 'linux')(
    'are not taken over from a dead process that may be alive on another machine',
    async () => {
      const run = await newFolder();
      const [host, namespace] = ownLock('').split(/ |\n/)[3]!.split('/');
      for (const place of [
        `${host}/${namespace}`,
        `${host}/${namespace}/${randomUUID()}/0123`,
        `${host}///0123`,
      ]) {
        for (const pid of [99_999_999, process.pid]) {
          await writeFile(join(run, 'lock'), `charlstm ${pid} 1 ${place}\n`);
          expect((await errorOf(claimRun(run))).message).toContain(`by process ${pid}`);
        }
      }
    },
  );

  it('are locked once per process', async () => {
    const run = await newFolder();
    const claim = await claimRun(run);
    expect((await errorOf(claimRun(run))).message).toContain(`by process ${process.pid}`);
    await claim.release();
    await (await claimRun(run)).release();
  });

  it('that were taken over are noticed, and not released', async () => {
    const run = await newFolder();
    const { ownership, release } = await claimNewRun(join(run, 'new'), 'text');
    const lock = join(ownership.run, 'lock');
    ownership.verify();
    await writeFile(join(ownership.run, 'corpus.u8'), '');
    for (const other of [ownLock('0123'), lockOf(99_999_999), 'x']) {
      await writeFile(lock, other);
      expect((await errorOf(ownership.verify)).exitCode).toBe(ExitCode.cannotCreate);
    }
    await release();
    expect(readdirSync(ownership.run)).toEqual(['corpus.u8', 'lock']);
    rmSync(lock);
    expect((await errorOf(ownership.verify)).message).toContain('is gone');
    rmSync(ownership.run, { recursive: true });
    ownership.verify(); // writing will fail, and say why
  });

  it('are locked after a process that died while locking them', async () => {
    for (const content of ['', lockOf(99_999_999)]) {
      const path = await newFolder();
      await writeFile(join(path, 'lock.99999999'), content);
      expect((await claimNewRun(path, 'text')).path).toBe(path);
    }
  });

  it('cannot be locked without a folder', async () => {
    await expect(claimRun(join(root, 'missing'))).rejects.toThrow(UserError);
  });

  it('are created in new or empty folders, and removed if they end without a checkpoint', async () => {
    const above = join(await newFolder(), 'a');
    const run = await claimNewRun(join(above, 'b'), 'text');
    expect(run.path).toBe(join(above, 'b'));
    expect(readdirSync(run.path)).toEqual(['lock']);
    await writeFile(join(run.path, 'corpus.u8'), '');
    await run.release();
    expect(existsSync(above)).toBe(false);
    const there = await newFolder();
    const again = await claimNewRun(there, 'text');
    await writeFile(join(there, 'log.jsonl'), '');
    await again.release();
    expect(readdirSync(there)).toEqual([]);
  });

  it('replace a run that was killed before its first checkpoint, but not one that is alive', async () => {
    const path = await newFolder();
    const left = [
      'corpus.suffixes.4711.tmp',
      'corpus.u8',
      'corpus.u8.tmp',
      'lock',
      'log.jsonl',
      'stdin.tmp',
      'step-0000001.safetensors.tmp',
    ];
    await withProcess(async (pid) => {
      for (const name of left) await writeFile(join(path, name), lockOf(pid));
      expect((await errorOf(claimNewRun(path, 'text'))).exitCode).toBe(ExitCode.cannotCreate);
      expect(readdirSync(path)).toEqual(left);
    });
    expect((await claimNewRun(path, 'text')).path).toBe(path);
    expect(readdirSync(path)).toEqual(['lock']);
  });

  it.each([['thesis.tmp'], ['log.jsonl'], ['lock'], ['lock', 'stdin.tmp'], ['lock', 'thesis.txt']])(
    'do not replace %j',
    async (...names) => {
      const path = await newFolder();
      for (const name of names) await writeFile(join(path, name), 'x');
      expect((await errorOf(claimNewRun(path, 'text'))).exitCode).toBe(ExitCode.cannotCreate);
      expect(readdirSync(path)).toEqual(names);
    },
  );

  it('are kept if they have a checkpoint, and so is the folder of another run', async () => {
    const above = join(await newFolder(), 'a');
    const one = await claimNewRun(join(above, 'one'), 'text');
    const two = await claimNewRun(join(above, 'two'), 'text');
    await writeFile(checkpointPath(two.path, 1, 1), '');
    await one.release();
    await two.release();
    expect(readdirSync(above)).toEqual(['two']);
    expect(steps(two.path)).toEqual([1]);
  });

  it('are not created in a folder that is taken', async () => {
    const full = await newFolder();
    await writeFile(join(full, 'file'), 'x');
    const places: [path: string, message: RegExp][] = [
      [full, /is not empty$/],
      [await runWith([1]), /already holds a run/],
      [join(full, 'file'), /is a file$/],
      [join(full, 'file', 'below'), /below/],
    ];
    for (const [path, expected] of places) {
      const { message, exitCode } = await errorOf(claimNewRun(path, 'text'));
      expect(message).toMatch(expected);
      expect(exitCode).toBe(ExitCode.cannotCreate);
    }
    expect(readdirSync(full)).toEqual(['file']);
  });
});
