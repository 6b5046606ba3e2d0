// The packed tarball as users get it, installed in an empty folder.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { beforeAll, describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import lock from '../package-lock.json' with { type: 'json' };
import { temporaryFolder } from './helpers/cli.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MEGABYTE = 1e6;
/** What may be distributed and used without conditions beyond naming the authors. */
const LICENCES = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause'];

interface Dependency {
  readonly dev?: boolean;
  readonly license?: string;
  readonly hasInstallScript?: boolean;
  readonly deprecated?: string;
}

/** The packages that are installed with the program, by their folders in a checkout. */
const dependencies = Object.entries(lock.packages as Record<string, Dependency>).filter(
  ([folder, { dev }]) => folder !== '' && !dev,
);

/** Lists the files of a folder of the checkout, with slashes, as in a tarball. */
function filesIn(folder: string, isListed: (path: string) => boolean = () => true): string[] {
  const path = join(ROOT, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .filter(isListed);
}

/** Returns the size of a folder on a disk with blocks of 4 KB, as `du` counts it. */
function sizeOnDisk(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const sizes = entries.map((entry) =>
    entry.isFile() ? Math.ceil(statSync(join(entry.parentPath, entry.name)).size / 4096) : 1,
  );
  return 4096 * sizes.reduce((sum, size) => sum + size, 0);
}

describe('the packed tarball', () => {
  let packed: { readonly size: number; readonly files: readonly { readonly path: string }[] };
  let home: string;
  /** What npm said while it installed the tarball. */
  let said: string;

  beforeAll(async () => {
    const folder = await temporaryFolder();
    await execa('node', ['--import', 'tsx', 'corpora/copy-texts.ts'], { cwd: ROOT });
    // The tests run on a fresh build, so packing need not build again.
    const flags = ['--ignore-scripts', '--json', '--pack-destination', folder];
    [packed] = JSON.parse((await execa('npm', ['pack', ...flags], { cwd: ROOT })).stdout);
    home = join(folder, 'elsewhere');
    await mkdir(home);
    await writeFile(join(home, 'package.json'), '{ "type": "module" }');
    const tarball = join(folder, `${manifest.name}-${manifest.version}.tgz`);
    const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--no-update-notifier'];
    said = (await execa('npm', ['install', ...quiet, tarball], { cwd: home })).stderr;
  }, 120_000);

  const charlstm = (...args: string[]) => execa('node_modules/.bin/charlstm', args, { cwd: home });

  it('has the program, its documentation, the native builds, and the texts with their licences', () => {
    const built = filesIn('src', (path) => /(?<!\.d)\.tsx?$/.test(path) && !path.startsWith('src/kernels/'));
    const texts = Object.keys(manifest.devDependencies).filter((name) => name.startsWith('@stdlib/'));
    const files = [
      ...['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json', 'bin/charlstm.js'],
      ...built
        .map((path) => path.replace(/^src\/(.*)\.tsx?$/, 'dist/$1'))
        .flatMap((path) => [`${path}.js`, `${path}.d.ts`]),
      'dist/kernels/simd.wasm',
      ...filesIn('docs', (path) => /\.(md|svg)$/.test(path)),
      ...filesIn('prebuilds'),
      ...['corpora/catalogue.json', 'corpora/lighthouse.txt'],
      ...texts.flatMap((name) =>
        ['LICENSE', 'NOTICE', name.endsWith('moby-dick') ? 'data/data.txt' : 'data/names.txt'].map(
          (file) => `corpora/packages/${name}/${file}`,
        ),
      ),
    ];
    // In a checkout, dist/ may have modules whose source is gone. They are removed before a release is packed.
    const isLeft = (path: string) => /^dist\/.*\.(js|d\.ts)$/.test(path) && !files.includes(path);
    const paths = packed.files.map(({ path }) => path).filter((path) => !isLeft(path));
    expect(paths.toSorted()).toEqual(files.toSorted());
    expect(packed.size).toBeLessThan(4 * MEGABYTE);
  });

  it('installs at most 60 packages and 25 MB, without a warning', () => {
    expect(said).toBe('');
    const installed = readFileSync(join(home, 'package-lock.json'), 'utf8');
    const { packages } = JSON.parse(installed) as { packages: Record<string, Dependency> };
    const folders = Object.keys(packages).filter((folder) => folder !== '');
    expect(folders.toSorted()).toEqual(
      [`node_modules/${manifest.name}`, ...dependencies.map(([folder]) => folder)].toSorted(),
    );
    expect(folders.length).toBeLessThanOrEqual(60);
    expect(sizeOnDisk(join(home, 'node_modules'))).toBeLessThan(25 * MEGABYTE);
  });

  it('has nothing that publint complains about', async () => {
    const pkgDir = join(home, 'node_modules', manifest.name);
    const { messages, pkg } = await publint({ pkgDir, pack: false, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  it('trains and samples on the build of this platform, by default on the text that it brings', async () => {
    const { stdout: engine } = await execa('npx', ['--no-install', 'charlstm', 'engine', '--json'], {
      cwd: home,
    });
    const isBuilt = existsSync(
      join(ROOT, 'prebuilds', `${process.platform}-${process.arch}`, 'charlstm.node'),
    );
    expect((JSON.parse(engine) as { used: string }).used).toMatch(isBuilt ? /^native-/ : /^wasm-/);
    const options = ['--hidden', '16', '--layers', '1', '--steps', '3', '--ui', 'json'];
    expect((await charlstm('train', ...options)).stdout).toContain('"reason":"finished"');
    expect(readdirSync(join(home, 'checkpoints'))).toEqual(['moby-dick-1']);
    expect((await charlstm('sample', '--length', '30', '--seed', '1')).stdout.length).toBeGreaterThan(10);

    const program = `
      import { generate, load } from 'charlstm';
      for await (const text of generate(await load(), { length: 20, seed: 1 })) process.stdout.write(text);
    `;
    await writeFile(join(home, 'api.js'), program);
    const api = await execa('node', ['api.js'], { cwd: home, stripFinalNewline: false });
    expect(Array.from(api.stdout).length).toBe(20);
  }, 60_000);
});

describe('each package that is installed with it', () => {
  it('has a licence that allows its use without further conditions, and comes with its text', () => {
    for (const [folder, { license }] of dependencies) {
      expect(LICENCES, folder).toContain(license);
      expect(readdirSync(join(ROOT, folder)).join(' '), folder).toMatch(/licen[cs]e/i);
    }
  });

  it('runs no script when it is installed, and is not deprecated', () => {
    const unwanted = dependencies.filter(
      ([, { hasInstallScript, deprecated }]) => hasInstallScript || deprecated,
    );
    expect(unwanted).toEqual([]);
  });
});
