// The packed tarball as users get it, installed in an empty folder.

import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { temporaryFolder } from './helpers/cli.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

it('the packed tarball installs and works elsewhere, without repository or dev dependencies', async () => {
  const folder = await temporaryFolder();
  // The tests run on a fresh build, so packing need not build again.
  const packed = await execa('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: ROOT,
  });
  const [{ files }] = JSON.parse(packed.stdout) as [{ files: { path: string }[] }];
  const paths = files.map((file) => file.path);
  expect(paths).toEqual(
    expect.arrayContaining(['LICENSE', 'README.md', 'bin/charlstm.js', 'dist/kernels/simd.wasm']),
  );
  // No sources, and nothing that builds them.
  const isForeign = (path: string) =>
    /^(src|test|bench|node_modules|checkpoints)\/|^dist\/kernels\/(?!simd\.wasm$)/.test(path);
  expect(paths.filter(isForeign)).toEqual([]);

  const home = join(folder, 'elsewhere');
  await mkdir(home);
  await writeFile(join(home, 'package.json'), '{ "type": "module" }');
  const tarball = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz'))!);
  await execa('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball], { cwd: home });
  expect(readdirSync(join(home, 'node_modules'))).not.toContain('vitest');

  const charlstm = (...args: string[]) => execa('node_modules/.bin/charlstm', args, { cwd: home });
  const byName = await execa('npx', ['--no-install', 'charlstm', 'engine', '--json'], { cwd: home });
  expect((JSON.parse(byName.stdout) as { used: string }).used).toMatch(/^(native|wasm)-/);
  const options = ['--hidden', '16', '--layers', '1', '--steps', '3', '--ui', 'json'];
  const { stdout } = await charlstm('train', ...options);
  expect(stdout).toContain('"reason":"finished"');
  expect(readdirSync(join(home, 'checkpoints'))).toEqual(['moby-dick-1']);
  expect((await charlstm('sample', '--length', '30', '--seed', '1')).stdout.length).toBeGreaterThan(10);

  const program = `
    import { generate, load } from 'charlstm';
    for await (const text of generate(await load(), { length: 20, seed: 1 })) process.stdout.write(text);
  `;
  await writeFile(join(home, 'api.js'), program);
  const api = await execa('node', ['api.js'], { cwd: home, stripFinalNewline: false });
  expect(Array.from(api.stdout).length).toBe(20);
  expect(readFileSync(join(home, 'node_modules/charlstm/LICENSE'), 'utf8')).toContain('MIT');
}, 120_000);
