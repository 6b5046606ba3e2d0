import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { beforeAll, expect, it } from 'vitest';
import { API_PAGE, apiPage } from '../../docs/api.js';
import { run, temporaryFolder } from '../helpers/cli.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = await temporaryFolder();

it('docs/api.md is what "npm run docs" makes of the docstrings', () => {
  expect(readFileSync(API_PAGE, 'utf8')).toBe(apiPage());
});

const guides = readdirSync(join(ROOT, 'docs/guide')).filter((name) => name.endsWith('.md'));
const pages = ['README.md', 'docs/api.md', ...guides.map((name) => join('docs/guide', name))];
const examples = pages.flatMap((page) => {
  const source = readFileSync(join(ROOT, page), 'utf8');
  const blocks = [...source.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map((match) => match[1]!);
  return blocks.map((code, i) => ({ page, number: i + 1, code }));
});

/** A small model under the names that examples use, and the text that it learned. */
beforeAll(async () => {
  const text = 'Once there was a dark night. “Thou poor, proud heaven-gazer”\nCall me some text, It was.\n';
  await writeFile(join(folder, 'novel.txt'), text.repeat(80));
  const size = ['--hidden', '96', '--layers', '2', '--batch-size', '8', '--seq-length', '16'];
  const trained = await run(folder, ['train', 'novel.txt', ...size, '--steps', '60', '--out', 'novel-1']);
  expect(trained.code, trained.stderr).toBe(0);
  cpSync(join(folder, 'novel-1'), join(folder, 'checkpoints/moby-dick-1'), { recursive: true });
  cpSync(join(folder, 'novel-1'), join(folder, 'moby-dick-1'), { recursive: true });
  await mkdir(join(folder, 'node_modules'));
  await symlink(ROOT, join(folder, 'node_modules/charlstm'), 'junction');
});

it.each(examples)('example $number of $page runs', async ({ code }) => {
  await writeFile(join(folder, 'example.mjs'), code);
  const { exitCode, stderr } = await execa('node', ['example.mjs'], { cwd: folder, reject: false });
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
});
