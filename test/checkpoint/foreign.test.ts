// Files that are taken for a checkpoint, and checkpoints that were renamed.

import { readFileSync } from 'node:fs';
import { copyFile, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { readRecord } from '../../src/checkpoint/checkpoint.js';
import { readFirst } from '../../src/checkpoint/fallback.js';
import { listRuns, resolveCheckpoint } from '../../src/checkpoint/run.js';
import { withForeignTensors } from '../../src/checkpoint/safetensors.js';
import { temporaryFolder } from '../helpers/cli.js';
import { errorOf, foreignFile, thrownBy } from '../helpers/files.js';

const folder = await temporaryFolder();
const NAME = 'step-0000006-val-3.9393.safetensors';
const CHECKPOINT = fileURLToPath(new URL(`../fixtures/format-2/${NAME}`, import.meta.url));

it.each<[string, string | Uint8Array, RegExp, RegExp]>([
  [
    'lfs',
    `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 1\n`,
    /Git LFS/,
    /git lfs pull/,
  ],
  ['html', '\n<!DOCTYPE html><html>', /HTML/, /Download the file itself/],
  ['pt', 'PK\x03\x04\0\0\x08\x08\0\0\0\0\0\0archive/data.pklFB', /PyTorch/, /charlstm import/],
  ['zip', 'PK\x03\x04\0\0\0\0\0\0notes.txt', /zip archive/, /unzip/],
  ['pickle', '\x80\x02}q\0', /pickle/, /charlstm import/],
  ['t7', '\x04\0\0\0\x01\0\0\0\x03\0\0\0V 1\x0d\0\0\0torch.Tensor', /Torch 7/, /charlstm train/],
  ['gguf', 'GGUF\x03\0\0\0\0\0', /GGUF/, /LSTM/],
  ['onnx', '\x08\x0a\x12\x07pytorch\x1a\x01', /ONNX/, /LSTM/],
  ['h5', '\x89HDF\r\n\x1a\n\0\0', /HDF5/, /LSTM/],
  ['gz', gzipSync('text'), /gzip/, /gunzip/],
  ['json', '{"metadata": {"total_size": 1}}', /JSON/, /\.safetensors/],
  ['text', 'Call me Ishmaël.\nSome years ago', /plain text/, /charlstm train/],
])('%s is recognised, and the error says what to do', async (name, content, what, remedy) => {
  const path = join(folder, name);
  await writeFile(
    path,
    typeof content === 'string' && name !== 'text' ? Buffer.from(content, 'latin1') : content,
  );
  for (const read of [readRecord, (path: string) => withForeignTensors(path, async () => {})]) {
    const { message, hint, exitCode } = await errorOf(read(path));
    expect(message).toMatch(what);
    expect(hint).toMatch(remedy);
    expect(exitCode).toBe(65);
  }
  const files = [path, CHECKPOINT].map((file) => ({ path: file, step: 0, validation: undefined }));
  expect((await errorOf(readFirst(files, readRecord))).message).toMatch(what); // it is not damaged
});

it('safetensors of another program are to be imported, and an empty file counts as damaged', async () => {
  const path = join(folder, 'other.safetensors');
  await writeFile(path, foreignFile([{ name: 'decoder.bias', shape: [2], data: [1, 2] }], { format: 'pt' }));
  const { message, hint } = await errorOf(readRecord(path));
  expect(message).toMatch(/safetensors file of another program$/);
  expect(hint).toMatch(/charlstm import .*other\.safetensors/);
  await writeFile(path, '');
  const files = [path, CHECKPOINT].map((file) => ({ path: file, step: 0, validation: undefined }));
  const { damaged } = await readFirst(files, readRecord);
  expect(damaged[0]!.message).toMatch(/it is empty$/);
});

it('a renamed checkpoint is found in its folder, by the step and the loss in its header', async () => {
  const run = join(folder, 'runs', 'renamed');
  await mkdir(run, { recursive: true });
  await copyFile(CHECKPOINT, join(run, 'my-best.safetensors'));
  await writeFile(join(run, 'other.safetensors'), foreignFile([{ name: 'a', shape: [1], data: [1] }]));
  await writeFile(join(run, 'cut.safetensors'), readFileSync(CHECKPOINT).subarray(0, 100));
  const found = resolveCheckpoint(run, 'best');
  expect(found).toMatchObject({ path: join(run, 'my-best.safetensors'), step: 6 });
  expect(found.validation).toBeCloseTo(3.9393, 4);
  expect(listRuns(join(folder, 'runs')).map(({ path }) => path)).toEqual([run]);
  await copyFile(CHECKPOINT, join(run, 'step-0000007-val-3.9000.safetensors'));
  expect(resolveCheckpoint(run, 'best').step).toBe(7);
  await rename(
    join(run, 'step-0000007-val-3.9000.safetensors'),
    join(run, 'step-0000005-val-5.0000.safetensors'),
  );
  expect(resolveCheckpoint(run, 'last').path).toBe(join(run, 'my-best.safetensors'));
  const { message, hint } = thrownBy(() => resolveCheckpoint(join(folder, 'runs'), 'best'));
  expect(message).toMatch(/folder without checkpoints, but of runs$/);
  expect(hint).toContain(join('runs', 'renamed'));
});
