// Surroundings in which Node's own functions fail: a command works, or one line says what is missing.

import { spawnSync } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { PROGRAM, temporaryFolder } from '../helpers/cli.js';
import { begin } from './runs.js';

const folder = await temporaryFolder();
const run = join(folder, 'run');
const TINY = ['--hidden', '8', '--steps', '4', '--batch-size', '4', '--seq-length', '16'];

/** Commands that need nothing from the working folder. */
const COMMANDS: readonly string[][] = [
  ['--help'],
  ['engine'],
  ['corpora'],
  ['info', run],
  ['doctor', run],
  ['sample', run, '--length', '10', '--threads', '2'],
  ['train', '--resume', run, '--steps', '6', '--threads', '2'],
];

beforeAll(async () => {
  await chmod(folder, 0o777);
  await begin(folder, ['train', 'lighthouse', ...TINY, '--threads', '1', '--out', run]);
});

/** Runs a command after a preparation in the shell. */
function runAfter(preparation: string, args: readonly string[]) {
  const script = `${preparation} "$0" "$@"`;
  return spawnSync('sh', ['-c', script, process.execPath, PROGRAM, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
}

const STRANGER = 'exec env -u HOME -u XDG_CACHE_HOME setpriv --reuid 12345 --regid 12345 --clear-groups';
const canBeStranger = runAfter(STRANGER, ['--version']).status === 0;

describe('a user without a home and an entry in passwd', () => {
  it.runIf(canBeStranger).each(COMMANDS.slice(0, 6))('can use %s', (...args) => {
    expect(runAfter(STRANGER, args)).toMatchObject({ status: 0 });
  });
});

describe('a working folder that has been deleted', () => {
  const deleted = 'mkdir gone && cd gone && rmdir ../gone && exec';

  it.each(COMMANDS)('does not matter to %s', (...args) => {
    expect(runAfter(deleted, args)).toMatchObject({ status: 0 });
  });

  it('is named where a file would be created in it', () => {
    const { status, stderr } = runAfter(deleted, ['train', 'lighthouse', ...TINY]);
    expect(stderr).toContain('checkpoints/lighthouse-1 cannot be created there');
    expect(status).toBe(73);
  });
});

describe('few files that may be open', () => {
  it.each([24, 30, 50])('are enough, or are named as the reason: %i', (limit) => {
    for (const args of COMMANDS) {
      const { status, stderr } = runAfter(`ulimit -n ${limit} && exec`, args);
      expect(status === 0 || (status === 74 && /ulimit -n 1024/.test(stderr)), stderr).toBe(true);
    }
  });
});
