// Full disks and folders that disappear: the last good checkpoint stays, and training waits if somebody is
// watching.

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, unlinkSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { PROGRAM, temporaryFolder } from '../helpers/cli.js';
import { PseudoTerminal } from '../helpers/terminal.js';
import { begin, checkpointsIn, expectTidy, outcome, SHORT } from './runs.js';
import { tries } from './scale.js';

vi.setConfig({ testTimeout: 30 * 60_000, hookTimeout: 60_000 });

const folder = await temporaryFolder();
const PLACE = ['--threads', '1', '--ui', 'plain'];
let whole: ReturnType<typeof outcome>;

/** A run stopped at step 7, to be copied. Its next checkpoint is due at step 10. */
beforeAll(async () => {
  await begin(folder, ['train', 'lighthouse', ...SHORT, ...PLACE, '--out', 'whole']);
  whole = outcome(join(folder, 'whole'));
  await begin(folder, ['train', 'lighthouse', ...SHORT, ...PLACE, '--out', 'stopped', '--stop-at', '7']);
});

const stateOf = (run: string) =>
  Object.fromEntries(checkpointsIn(run).map((name) => [name, readFileSync(join(run, name), 'base64')]));

const sizeOf = (run: string) => Math.max(...checkpointsIn(run).map((name) => statSync(join(run, name)).size));

/**
 * The run ran out of space: it said so, kept what it had, left nothing else, and ends the same once there is
 * space.
 */
async function expectSurvived(
  run: string,
  { exitCode, stderr }: { exitCode?: number; stderr: string },
): Promise<void> {
  expect(stderr).toMatch(/charlstm: \S+ could not be written: [^\n]+\. [^\n]+\n$/);
  expect(stderr).not.toMatch(/\n +at /);
  expect(exitCode).toBe(74);
  expect(stateOf(run)).toEqual(stateOf(join(folder, 'stopped')));
  expectTidy(run);
  const again = await begin(folder, ['train', '--resume', run, ...PLACE]);
  expect(again.exitCode, again.stderr).toBe(0);
  expect(outcome(run)).toEqual(whole);
}

describe('a limit on the size of files', () => {
  it(`reached at ${tries(100, 2)} places of a checkpoint stops with code 74`, async () => {
    const count = tries(100, 2);
    for (let i = 0; i < count; i++) {
      const run = join(folder, `limit-${i}`);
      cpSync(join(folder, 'stopped'), run, { recursive: true });
      // In blocks of 512 bytes, which the log or the text may exceed as well.
      const blocks = Math.floor(((i + 0.5) / count) * (sizeOf(run) / 512));
      const command = `ulimit -f ${blocks}; exec "$0" "$@"`;
      const limited = await execa(
        '/bin/sh',
        ['-c', command, process.execPath, PROGRAM, 'train', '--resume', run, ...PLACE],
        { cwd: folder, reject: false, stripFinalNewline: false, stdin: 'ignore', env: { NO_COLOR: '1' } },
      );
      await expectSurvived(run, limited as { exitCode?: number; stderr: string });
      await rm(run, { recursive: true });
    }
  });
});

/** Mounts a small file system; returns false if that is not allowed. */
function mounted(at: string, options: string): boolean {
  mkdirSync(at, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', at], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function unmount(at: string): void {
  execFileSync('umount', ['-l', at]);
}

const trial = join(folder, 'trial');
const canMount = mounted(trial, 'size=64k');
if (canMount) unmount(trial);
if (!canMount)
  process.stderr.write('no file system can be mounted here: skipping the tests with a full disk\n');

describe.runIf(canMount)('a full disk', () => {
  it(`at ${tries(40, 1)} places of a checkpoint keeps the last one`, async () => {
    const count = tries(40, 1);
    const stopped = join(folder, 'stopped');
    const used = readdirSync(stopped).reduce((sum, name) => sum + statSync(join(stopped, name)).size, 0);
    for (let i = 0; i < count; i++) {
      const disk = join(folder, `disk-${i}`);
      const room = Math.floor(((i + 0.5) / count) * 0.9 * sizeOf(stopped));
      expect(mounted(disk, `size=${used + 32_768 + room}`)).toBe(true);
      onTestFinished(() => unmount(disk));
      const run = join(disk, 'run');
      cpSync(stopped, run, { recursive: true });
      const full = await begin(folder, ['train', '--resume', run, ...PLACE]);
      execFileSync('mount', ['-o', 'remount,size=64m', disk]);
      await expectSurvived(run, full as { exitCode?: number; stderr: string });
    }
  });

  it('before a run starts is refused with code 74 and leaves no folder', async () => {
    const disk = join(folder, 'no-room');
    expect(mounted(disk, 'size=4k')).toBe(true);
    onTestFinished(() => unmount(disk));
    await writeFile(join(disk, 'filler'), Buffer.alloc(4096));
    const out = join(disk, 'some', 'where');
    const { exitCode, stderr } = await begin(folder, [
      'train',
      'lighthouse',
      ...SHORT,
      ...PLACE,
      '--out',
      out,
    ]);
    expect(stderr).toMatch(/^charlstm: \S+lock could not be written: the disk is full\. [^\n]+\n$/);
    expect(exitCode).toBe(74);
    expect(readdirSync(disk)).toEqual(['filler']);
  });

  it('that becomes read-only while it trains stops with code 74', async () => {
    const disk = join(folder, 'read-only');
    expect(mounted(disk, 'size=64m')).toBe(true);
    onTestFinished(() => unmount(disk));
    const run = join(disk, 'run');
    cpSync(join(folder, 'stopped'), run, { recursive: true });
    const child = begin(folder, ['train', '--resume', run, '--steps', '1000000', ...PLACE]);
    child.stderr!.once('data', () =>
      execFileSync('mount', ['-o', 'remount,ro', '-f', disk], { stdio: 'ignore' }),
    );
    // A busy file would prevent the remount, so a read-only mount covers the folder.
    child.stderr!.once('data', () => {
      mkdirSync(join(folder, 'cover'), { recursive: true });
      execFileSync('mount', ['--bind', run, run]);
      // Fails while a checkpoint is being written there.
      for (let isDone = false; !isDone; ) {
        isDone = spawnSync('mount', ['-o', 'remount,bind,ro', run], { stdio: 'ignore' }).status === 0;
      }
    });
    const { exitCode, stderr } = await child;
    execFileSync('umount', [run]);
    expect(stderr).toMatch(/charlstm: \S+ could not be written: the file system is read-only\. [^\n]+\n$/);
    expect(exitCode).toBe(74);
    const again = await begin(folder, ['train', '--resume', run, '--steps', '100', ...PLACE]);
    expect(again.exitCode).toBe(0);
    expectTidy(run);
  });

  it.runIf(tries(1, 0))(
    'on a terminal makes training wait and say why; it continues by itself and can be quit',
    async () => {
      const disk = join(folder, 'waits');
      expect(mounted(disk, 'size=64m')).toBe(true);
      onTestFinished(() => unmount(disk));
      cpSync(join(folder, 'stopped'), join(disk, 'run'), { recursive: true });
      const fill = async () => {
        await writeFile(join(disk, 'filler'), Buffer.alloc(80 << 20)).catch(() => {});
      };
      const terminal = new PseudoTerminal(
        folder,
        `$charlstm train --resume ${join(disk, 'run')} --steps 100000000; echo "code $?"`,
        { columns: 200, rows: 30 },
      );
      onTestFinished(() => terminal.kill());
      await terminal.until('● training');
      await fill();
      await terminal.until('‖ not saved');
      expect(terminal.text).toMatch(/safetensors could not be written: the disk is full/);
      expect(terminal.text).toMatch(/tries again in \d+s {2}s now {2}q quit {2}Make room for [\d,]+ kB/);
      await rm(join(disk, 'filler'));
      await terminal.until('● training');
      await fill();
      await terminal.until('‖ not saved');
      terminal.type('\x03');
      await terminal.ended;
      await terminal.until('code 74');
      expect(terminal.isAlternate).toBe(false);
      expect(terminal.isCursorVisible).toBe(true);
      expect(terminal.text).toMatch(/could not be written: the disk is full/);
      await rm(join(disk, 'filler'));
      const { exitCode, stderr } = await begin(folder, ['eval', join(disk, 'run')]);
      expect(exitCode, stderr).toBe(0);
      expectTidy(join(disk, 'run'));
    },
  );
});

describe('the log', () => {
  it.runIf(canMount)('stops nothing if it cannot be written, and is reported once', async () => {
    const run = join(folder, 'unlogged');
    cpSync(join(folder, 'stopped'), run, { recursive: true });
    const disk = join(folder, 'full');
    expect(mounted(disk, 'size=4k')).toBe(true);
    onTestFinished(() => unmount(disk));
    await writeFile(join(disk, 'log.jsonl'), '');
    await writeFile(join(disk, 'filler'), Buffer.alloc(4096));
    unlinkSync(join(run, 'log.jsonl'));
    symlinkSync(join(disk, 'log.jsonl'), join(run, 'log.jsonl'));
    const { exitCode, stderr } = await begin(folder, ['train', '--resume', run, ...PLACE]);
    expect(exitCode).toBe(0);
    expect(stderr.match(/note \S+log\.jsonl could not be written: the disk is full\. /g)).toHaveLength(1);
    expect(stateOf(run)).toEqual(whole.checkpoints);
  });

  it('has each step once, even if it ended in half a line or beyond the checkpoint', async () => {
    const stopped = readFileSync(join(folder, 'stopped', 'log.jsonl'), 'utf8');
    const later = '{"type":"step","step":8,"epoch":1,"loss":9,"gradNorm":1,"lr":1,"charsPerSecond":1}\n';
    for (const [i, tail] of [
      '{"type":"st',
      later,
      later + later.slice(0, 40),
      '\0'.repeat(99),
      '\n',
    ].entries()) {
      const run = join(folder, `tail-${i}`);
      cpSync(join(folder, 'stopped'), run, { recursive: true });
      await writeFile(join(run, 'log.jsonl'), stopped + tail);
      await begin(folder, ['train', '--resume', run, ...PLACE]);
      expect(outcome(run)).toEqual(whole);
    }
  });
});

describe('the folder of a run', () => {
  it('stops training with code 74 when removed, long before the next checkpoint', async () => {
    const options = [...SHORT, '--steps', '100000000', '--eval-every', '100000000', ...PLACE];
    const child = begin(folder, ['train', 'lighthouse', ...options, '--out', 'removed']);
    let [shown, isRemoved] = ['', false];
    child.stderr!.on('data', (data) => {
      shown += data;
      if (isRemoved || !shown.includes('Ctrl-C')) return; // notes come before training starts
      isRemoved = true;
      void rm(join(folder, 'removed'), { recursive: true });
    });
    const { exitCode, stderr } = await child;
    expect(exitCode).toBe(74);
    expect(stderr).toMatch(/charlstm: removed is gone: it was removed or moved during training\. [^\n]+\n$/);
  });

  it('is waited for on a terminal when moved away and back, and s tries at once', async () => {
    const options = [...SHORT, '--steps', '100000000', '--eval-every', '1000000'].join(' ');
    const terminal = new PseudoTerminal(
      folder,
      `$charlstm train lighthouse ${options} --out moved; echo "code $?"`,
      { columns: 160, rows: 30 },
    );
    onTestFinished(() => terminal.kill());
    await terminal.until('● training');
    await rename(join(folder, 'moved'), join(folder, 'elsewhere'));
    await terminal.until('‖ not saved');
    expect(terminal.text).toContain('moved is gone: it was removed or moved during training');
    await rename(join(folder, 'elsewhere'), join(folder, 'moved'));
    terminal.type('s');
    await terminal.until('● training');
    terminal.type('\x03');
    await terminal.until('code 130');
    expect(checkpointsIn(join(folder, 'moved')).length).toBeGreaterThan(0);
    expectTidy(join(folder, 'moved'));
  });
});
