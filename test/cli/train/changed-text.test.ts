// Resuming where the text is no longer what it was when the run began.

import { readdirSync, readFileSync } from 'node:fs';
import { appendFile, copyFile, mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { expectFailure, run, temporaryFolder } from '../../helpers/cli.js';

const TINY = ['--hidden', '8', '--layers', '1', '--batch-size', '4', '--seq-length', '16', '--steps', '4'];
const folder = await temporaryFolder();
let [cwd, tries]: [string, number] = [folder, 0];
const train = (...args: string[]) => run(cwd, ['train', ...args]);
const text = readFileSync(new URL('../../../corpora/lighthouse.txt', import.meta.url), 'utf8');

/** A run that was stopped, of the files `parts/1.txt` and `parts/2.txt`. */
beforeEach(async () => {
  cwd = join(folder, String(tries++));
  await mkdir(join(cwd, 'parts'), { recursive: true });
  await writeFile(join(cwd, 'parts/1.txt'), text.slice(0, 2000));
  await writeFile(join(cwd, 'parts/2.txt'), text.slice(2000, 4000));
  expect((await train('parts', ...TINY, '--stop-at', '2', '--out', 'run')).code).toBe(0);
});

const FROM = 'to learn the new one: charlstm train parts --from run\n';

it('resuming says nothing if files were only touched, and names what has grown, come or changed', async () => {
  const since = async () => {
    const { code, stderr } = await train('--resume', 'run', '--out', `other-${tries++}`);
    expect(code).toBe(0);
    return /^note (parts .*\n)/m.exec(stderr)?.[1];
  };
  expect(await since()).toBeUndefined();
  await utimes(join(cwd, 'parts/1.txt'), 1e9, 1e9);
  expect(await since()).toBeUndefined();
  await writeFile(join(cwd, 'parts/1.txt'), text.slice(0, 2000).replace('a', 'e'));
  expect(await since()).toBe(
    `parts has changed since the run began, and the run continues with the text that it has; ${FROM}`,
  );
  await appendFile(join(cwd, 'parts/2.txt'), 'more');
  expect(await since()).toMatch(
    /^parts grew from [\d,]+ to [\d,]+ bytes since .* charlstm train parts --from run\n$/,
  );
  await writeFile(join(cwd, 'parts/3.txt'), 'and more');
  expect(await since()).toMatch(/^parts has 3 files instead of 2, and went from [\d,]+ to [\d,]+ bytes/);
});

it('the changed text named again is refused with the command that learns it', async () => {
  await appendFile(join(cwd, 'parts/2.txt'), 'more');
  const result = await train('parts', '--resume', 'run');
  expectFailure(result, 2, /parts grew from .* since run began/, 'charlstm train parts --from run.');
  const [, command] = /: charlstm train ([^:]*)\.\n$/.exec(result.stderr)!;
  expect((await train(...command!.split(' '), ...TINY.slice(4))).code).toBe(0);
  const other = await train('lighthouse', '--resume', 'run');
  expectFailure(other, 2, 'run learns another text (parts) than lighthouse', 'train lighthouse --from run.');
});

it('a checkpoint without its text comes with the command that learns it from its weights', async () => {
  const name = readdirSync(join(cwd, 'run')).find((file) => file.endsWith('.safetensors'))!;
  await copyFile(join(cwd, 'run', name), join(cwd, 'alone.safetensors'));
  const unnamed = await train('--resume', 'alone.safetensors');
  expectFailure(unnamed, 66, 'corpus.u8', 'charlstm train TEXT --from alone.safetensors.');
  const named = await train('parts', '--resume', 'alone.safetensors');
  expectFailure(named, 66, 'corpus.u8', 'charlstm train parts --from alone.safetensors.');
  expect(named.stderr).not.toContain('again');
});

it('a damaged note about the text is ignored', async () => {
  for (const note of ['', '{"names":[1]}', '{"names":["parts"]}', '[]', '{"names":"parts","files":1}']) {
    await writeFile(join(cwd, 'run/text.json'), note);
    const { code, stderr } = await train('--resume', 'run', '--stop-at', '3', '--out', `to-${tries++}`);
    expect(code, stderr).toBe(0);
    expect(stderr).not.toContain('note');
  }
});
