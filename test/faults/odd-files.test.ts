// Whatever lies in the folder of a run under the name of one of its files: no command hangs or takes gigabytes.

import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../helpers/cli.js';
import { begin, outcome, SHORT } from './runs.js';
import { tries } from './scale.js';

vi.setConfig({ testTimeout: 10 * 60_000, hookTimeout: 60_000 });

const folder = await temporaryFolder();
const PLACE = ['--threads', '1', '--ui', 'plain'];
/** No command below takes more than a few seconds; one that waits for a pipe never ends. */
const RESUME = ['train', '--resume', 'run', '--stop-at', '8', ...PLACE];

beforeAll(async () => {
  await begin(folder, ['train', 'lighthouse', ...SHORT, ...PLACE, '--out', 'stopped', '--stop-at', '7']);
});

/** Makes a copy of the run in which one file is something else. */
async function runWith(name: string, make: (path: string) => void): Promise<void> {
  await rm(join(folder, 'run'), { recursive: true, force: true });
  cpSync(join(folder, 'stopped'), join(folder, 'run'), { recursive: true });
  await rm(join(folder, 'run', name), { force: true });
  make(join(folder, 'run', name));
}

const pipe = (path: string) => void execFileSync('mkfifo', [path]);
const endless = (path: string) => symlinkSync('/dev/zero', path);
const huge = (path: string) => {
  writeFileSync(path, '');
  truncateSync(path, 3e9);
};

/** Every file of a run, every command that reads it, and the code and words it ends with. */
const CASES: [name: string, make: (path: string) => void, args: string[], code: number, words: string][] = [
  [
    'lock',
    pipe,
    RESUME,
    73,
    'run/lock is a named pipe, not a file. Check the permissions of the folder; move away what is not a lock',
  ],
  ['lock', huge, RESUME, 73, 'run/lock has 3,000,000,000 bytes'],
  ['log.jsonl', pipe, RESUME, 73, 'run/log.jsonl is a named pipe, not a file. Remove it'],
  ['log.jsonl', huge, RESUME, 0, ''],
  ['lock', endless, RESUME, 73, 'run/lock is a device, not a file'],
  ['lock', huge, ['train', 'lighthouse', '--out', 'run'], 73, 'run already holds a run'],
  ['log.jsonl', endless, RESUME, 73, 'run/log.jsonl is a device, not a file'],
  ['log.jsonl', pipe, ['doctor', 'run'], 0, ''],
  ['log.jsonl', huge, ['doctor', 'run'], 0, ''],
  ['corpus.u8', pipe, RESUME, 66, 'run/corpus.u8 is a named pipe, not a file'],
  ['corpus.u8', endless, ['eval', 'run'], 66, 'run/corpus.u8 is a device, not a file'],
  ['corpus.suffixes', pipe, ['sample', 'run', '--length', '10', '--copy-report'], 0, ''],
  ['corpus.suffixes', endless, ['sample', 'run', '--length', '10', '--copy-report'], 0, ''],
  ['step-0000005-val-0.1000.safetensors', pipe, ['runs'], 0, ''],
  ['step-0000005-val-0.1000.safetensors', huge, ['info', 'run'], 0, ''],
];

describe.runIf(process.platform !== 'win32')('something else in place of a file', () => {
  it.each(CASES.slice(0, tries(CASES.length, 3)))(
    '%s, by %o, of a run ends %j with code %i',
    async (name, make, args, code, words) => {
      await runWith(name, make);
      const { exitCode, stderr } = await begin(folder, args);
      expect(stderr).toContain(words);
      expect(exitCode, stderr).toBe(code);
    },
  );
});

describe('a line of the log', () => {
  it('that repeats the start of an event 300,000 times is passed over', async () => {
    const event = '{"type":"step","step":1,';
    await runWith('log.jsonl', (path) => {
      const log = readFileSync(join(folder, 'stopped', 'log.jsonl'), 'utf8');
      writeFileSync(path, `${log}${event.repeat(300_000)}\n${event.repeat(30_000)}\n`);
    });
    const { exitCode, stderr } = await begin(folder, RESUME);
    expect(exitCode, stderr).toBe(0);
    expect(outcome(join(folder, 'run')).log.length).toBeGreaterThan(8);
  });
});
