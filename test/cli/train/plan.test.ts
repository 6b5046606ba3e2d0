// `train --plan` says what training would do, and does nothing.

import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { fileLines } from '../../../src/cli/train/plan/files.js';
import type { FileFound } from '../../../src/text/files/readable.js';
import { events, expectFailure, run, start, temporaryFolder } from '../../helpers/cli.js';

const folder = await temporaryFolder();
const TINY = ['--hidden', '8', '--layers', '1', '--batch-size', '4', '--seq-length', '16', '--threads', '1'];
const text = readFileSync(new URL('../../../corpora/lighthouse.txt', import.meta.url), 'utf8').slice(0, 3000);

/** The paths, sizes and times of all files below the folder. */
const everything = () =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => ({ name, ...stateOf(join(folder, name)) }));

const stateOf = (path: string) => {
  const stats = statSync(path);
  return stats.isFile() ? { size: stats.size, time: stats.mtimeMs } : {};
};

/** Plans, and makes sure that no file is left, lost or changed. */
async function plan(...args: string[]) {
  const before = everything();
  const result = await run(folder, ['train', ...args, '--plan']);
  expect(everything()).toEqual(before);
  return result;
}

async function jsonPlan(...args: string[]) {
  const { stdout, stderr, code } = await plan(...args, '--json');
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

beforeAll(async () => {
  writeFileSync(join(folder, 'novel.txt'), text);
  const done = await run(folder, [
    'train',
    'novel.txt',
    ...TINY,
    '--steps',
    '6',
    '--eval-every',
    '3',
    '--out',
    'done',
  ]);
  expect(done.code, done.stderr).toBe(0);
});

describe('a new run', () => {
  it('is described in lines of at most 80 columns, with all notices once', async () => {
    const { stdout, stderr, code } = await plan('novel.txt', ...TINY);
    expect(code, stderr).toBe(0);
    expect(stderr).toBe('');
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    const labels = [...stdout.matchAll(/^(\w+(?: \w+)?) {2,}/gm)].map(([, label]) => label);
    expect(labels).toEqual([
      'text',
      'files',
      'line ends',
      'vocabulary',
      'split',
      'network',
      'batches',
      'length',
      'time',
      'run',
    ]);
    expect(stdout).toMatch(/^text +novel, 3,000 characters$/m);
    expect(stdout).toMatch(/^split +2,700 to train on, 300 to validate on$/m);
    expect(stdout).toMatch(/^run +checkpoints\/novel-1, which would be new; nothing is written yet$/m);
    expect(stdout.match(/^note the text is short/gm)).toHaveLength(1);
  });

  it('takes the steps and validations that are planned', async () => {
    const args = ['novel.txt', ...TINY, '--epochs', '0.3', '--eval-every', '5', '--patience', '1'];
    const { length, network, split, time, training } = await jsonPlan(...args);
    const { stdout } = await run(folder, [
      'train',
      ...args,
      '--patience',
      '0',
      '--ui',
      'json',
      '--out',
      'real',
    ]);
    const seen = (type: string) => events(stdout).filter((event) => event.type === type).length;
    expect(length).toMatchObject({ steps: seen('step'), validations: seen('validation'), mayEndEarly: true });
    expect(time.total).toBeCloseTo(length.steps * time.step + length.validations * time.validation, 6);
    const info = JSON.parse((await run(folder, ['info', 'real', '--json'])).stdout);
    expect(network).toMatchObject({ ...info.model, parameters: info.parameters.count });
    expect(training).toEqual({ ...info.training, patience: 1 });
    expect(split.training).toBe(info.corpus.trainLength);
  });

  it('says how many steps fit into minutes', async () => {
    const { length, time } = await jsonPlan('novel.txt', ...TINY, '--minutes', '0.5');
    expect(length.isEstimated).toBe(true);
    expect(time.total).toBeGreaterThan(29);
    expect(time.total).toBeLessThan(31);
  });

  it('may read standard input', async () => {
    const args = ['train', '-', ...TINY, '--plan'];
    const { stdout, code } = await run(folder, args, { input: 'one\ntwo and three\n'.repeat(40) });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^text +stdin, 720 characters$/m);
    expect(existsSync(join(folder, 'checkpoints'))).toBe(false);
  });

  it('may start from the weights of another', async () => {
    const { from, run: path } = await jsonPlan('novel.txt', '--from', 'done', '--out', 'deep/er');
    expect(from).toMatchObject({ corpus: 'novel', step: 6 });
    expect(path).toBe('deep/er');
  });

  it('leaves nothing behind if it cannot be trained', async () => {
    expectFailure(await plan('novel.txt', '--max-memory', '1M'), 2, '--max-memory allows');
    expectFailure(await plan('novel.txt', '--out', 'done'), 73, 'already holds a run');
  });

  it('leaves nothing behind if a signal comes', async () => {
    const child = start(folder, [
      'train',
      'novel.txt',
      '--hidden',
      '400',
      '--layers',
      '4',
      '--plan',
      '--out',
      'gone',
    ]);
    // The ids are there, so the network is about to be measured.
    await vi.waitUntil(() => existsSync(join(folder, 'gone/corpus.u8')), { timeout: 30_000 });
    child.kill('SIGINT');
    const { signal, exitCode } = await child;
    expect(signal ?? exitCode).toBe(signal ? 'SIGINT' : 130);
    expect(existsSync(join(folder, 'gone'))).toBe(false);
  });
});

describe('a run to continue', () => {
  it('is planned from where it stands, and is not changed', async () => {
    const { resumes, length } = await jsonPlan('--resume', 'done', '--steps', '20');
    expect(resumes.step).toBe(6);
    expect(length).toMatchObject({ steps: 14, validations: 5, stopsAt: null, mayEndEarly: false });
  });

  it('is planned up to the step at which it is to stop', async () => {
    const { length } = await jsonPlan('--resume', 'done', '--steps', '20', '--stop-at', '10');
    expect(length).toMatchObject({ steps: 4, validations: 1, stopsAt: 10 });
  });

  it('that has had its length has nothing left', async () => {
    const { stdout } = await plan('--resume', 'done');
    expect(stdout).toMatch(
      /^run +done: there is nothing left to train\n\nnote done has already had its 6 steps/,
    );
    expect(await jsonPlan('--resume', 'done')).toMatchObject({
      run: 'done',
      ended: { reason: 'finished', step: 6 },
    });
  });

  it('keeps its damaged checkpoint in place', async () => {
    const args = ['novel.txt', ...TINY, '--steps', '6', '--eval-every', '3', '--out', 'damaged'];
    await run(folder, ['train', ...args]);
    const last = readdirSync(join(folder, 'damaged'))
      .filter((name) => name.startsWith('step-'))
      .sort()
      .at(-1)!;
    truncateSync(join(folder, 'damaged', last), 1000);
    const { resumes, notices } = await jsonPlan('--resume', 'damaged');
    expect(resumes.step).toBe(3);
    expect(notices.join('\n')).toContain('the run continues from the one before');
    expect(notices.join('\n')).not.toContain('.damaged');
  });
});

it('--json goes with --plan, and --ui json with training', async () => {
  expectFailure(await run(folder, ['train', 'novel.txt', '--json']), 2, '--plan is not given', '--ui json');
  expectFailure(await run(folder, ['train', 'novel.txt', '--plan', '--ui', 'json']), 2, '--json');
});

describe('files', () => {
  const file = (name: string, changes: Partial<FileFound> = {}): FileFound => ({
    name,
    bytes: 1500,
    kind: 'text',
    isPacked: false,
    encoding: 'utf8',
    ...changes,
  });

  it('have a line each if they are few', () => {
    expect(fileLines([file('a.txt'), file('b.docx', { kind: 'word', bytes: undefined })])).toEqual([
      'a.txt: plain text in UTF-8, 1.5 kB',
      'b.docx: a Word document',
    ]);
  });

  it('are summed up by kind and encoding if they are many', () => {
    const plain = Array.from({ length: 1000 }, (_, i) => file(`${i}.txt`));
    const old = file('old.txt', { encoding: 'windows-1252' });
    expect(fileLines([...plain, old])).toEqual([
      '0.txt, 1.txt, 2.txt and 997 more: 1,000 plain texts in UTF-8, 1.5 MB',
      'old.txt: plain text in windows-1252, 1.5 kB',
    ]);
  });

  it('of many kinds have at most six lines', () => {
    const encodings = ['utf8', 'latin1', 'gbk', 'big5', 'koi8-r', 'euc-kr', 'euc-jp', 'shift_jis'] as const;
    const lines = fileLines(encodings.map((encoding) => file(encoding, { encoding })));
    expect(lines).toHaveLength(6);
    expect(lines.at(-1)).toBe('and 3 more kinds of files');
  });
});
