import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hiddenTemporary, replaceFile, replaceFileDurably, replaceFileSync } from '../src/files.js';
import { temporaryFolder } from './helpers/cli.js';

const root = await temporaryFolder();
const FAILURE = new Error('the content could not be computed');
const fail = () => {
  throw FAILURE;
};

const WAYS: [name: string, replace: (path: string, write: () => string) => Promise<void>][] = [
  ['replaceFile', (path, write) => replaceFile(path, async (temporary) => writeFile(temporary, write()))],
  [
    'replaceFileDurably',
    (path, write) => replaceFileDurably(path, '', async (file) => file.writeFile(write())),
  ],
  [
    'replaceFileSync',
    async (path, write) => {
      const temporary = hiddenTemporary(path);
      replaceFileSync(path, ['new', ' file'], { temporary, beforeRename: write });
    },
  ],
];

describe.each(WAYS)('%s', (_name, replace) => {
  it('leaves nothing but the new file', async () => {
    const folder = await mkdtemp(join(root, 'x-'));
    const path = join(folder, 'file');
    writeFileSync(path, 'old file');
    await replace(path, () => 'new file');
    expect(readFileSync(path, 'utf8')).toBe('new file');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('leaves nothing but the old file if it fails, and reports the first failure', async () => {
    const folder = await mkdtemp(join(root, 'x-'));
    const path = join(folder, 'file');
    writeFileSync(path, 'old file');
    await expect(replace(path, fail)).rejects.toBe(FAILURE);
    expect(readFileSync(path, 'utf8')).toBe('old file');
    expect(readdirSync(folder)).toEqual(['file']);
  });
});
