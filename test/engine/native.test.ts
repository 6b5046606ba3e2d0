// What the loader does with a damaged, foreign or missing build, in a copy of the program.

import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Missing, type NativeBuild, nativeBuild } from '../../src/engine/native.js';
import {
  type Prebuild,
  prebuildPath,
  readPrebuilds,
  sha256Of,
  THIS_PLATFORM,
} from '../../src/engine/prebuilds.js';
import { passesTrial } from '../../src/engine/trial.js';
import { temporaryFolder } from '../helpers/cli.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const here = nativeBuild();
if ('reason' in here) console.warn(`the loader of native builds is not tested: ${here.reason}`);

interface Copy {
  readonly root: string;
  /** The native build of this platform. */
  readonly file: string;
  readonly checksums: string;
}

async function copyOfProgram(): Promise<Copy> {
  const root = await temporaryFolder();
  for (const part of ['bin', 'dist', 'corpora', 'package.json']) {
    cpSync(join(ROOT, part), join(root, part), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  const file = join(root, 'prebuilds', THIS_PLATFORM, 'charlstm.node');
  mkdirSync(join(file, '..'), { recursive: true });
  return { root, file, checksums: join(root, 'prebuilds', 'checksums.json') };
}

const copy = await copyOfProgram();

beforeEach(() => {
  cpSync(prebuildPath(THIS_PLATFORM), copy.file);
  writeFileSync(copy.checksums, JSON.stringify(readPrebuilds()));
});

/** What the copy's loader finds. */
async function found(): Promise<NativeBuild | Missing> {
  const program = 'console.log(JSON.stringify((await import("./dist/engine/native.js")).nativeBuild()))';
  const { stdout } = await execa('node', ['--input-type=module', '--eval', program], {
    cwd: copy.root,
  });
  return JSON.parse(stdout) as NativeBuild | Missing;
}

/** Writes the checksum of a file that was exchanged. */
function accept(): void {
  const recorded = readPrebuilds()[THIS_PLATFORM]!;
  const forged: Record<string, Prebuild> = { [THIS_PLATFORM]: { ...recorded, sha256: sha256Of(copy.file) } };
  writeFileSync(copy.checksums, JSON.stringify(forged));
}

describe.runIf('path' in here)('a native build', () => {
  it('is found in a copy of the program', async () => {
    expect(await found()).toMatchObject({ level: expect.any(String) });
  });

  const damages: Record<string, () => void> = {
    'with one bit changed': () => {
      const bytes = readFileSync(copy.file);
      bytes[bytes.length >> 1]! ^= 1;
      writeFileSync(copy.file, bytes);
    },
    'that is cut short': () => writeFileSync(copy.file, readFileSync(copy.file).subarray(0, 5000)),
    'that is empty': () => writeFileSync(copy.file, ''),
  };

  it.each(Object.entries(damages))('%s is noticed before use and named', async (_, damage) => {
    damage();
    expect(await found()).toEqual({
      reason: `${copy.file} is damaged: its checksum is wrong`,
      help: 'Install charlstm again.',
    });
  });

  const replacements: Record<string, () => void> = {
    'that is no addon': () => writeFileSync(copy.file, 'kernels\n'),
    ...Object.fromEntries(
      ['linux-arm64', 'win32-x64', 'darwin-arm64']
        .filter((platform) => platform !== THIS_PLATFORM && existsSync(prebuildPath(platform)))
        .map((platform) => [`for ${platform}`, () => cpSync(prebuildPath(platform), copy.file)]),
    ),
  };

  it.each(Object.entries(replacements))(
    '%s does not load, even with the right checksum',
    async (_, replace) => {
      replace();
      accept();
      const result = await found();
      expect(result).toMatchObject({ help: 'Install charlstm again.' });
      expect('reason' in result && result.reason).toContain(`${copy.file} does not load (`);
    },
  );

  it('that is missing is missed', async () => {
    rmSync(copy.file);
    expect(await found()).toMatchObject({ reason: `${copy.file} is missing` });
    writeFileSync(copy.checksums, '{}');
    expect(await found()).toEqual({ reason: `there is none for ${THIS_PLATFORM}` });
  });

  it.each(['{', 'null', '[]', `{"${THIS_PLATFORM}":{"sha256":"0","source":"0"}}`])(
    'is not used if what is recorded of it is %s',
    async (text) => {
      writeFileSync(copy.checksums, text);
      expect(await found()).toEqual({
        reason: `${copy.checksums} is damaged`,
        help: 'Install charlstm again.',
      });
    },
  );

  it('is not read if it is a folder, a pipe or far too large', async () => {
    truncateSync(copy.file, 2 ** 25);
    const tooLarge = 'has 33,554,432 bytes, and no such file has more than 16,777,216';
    expect(await found()).toMatchObject({ reason: `${copy.file} ${tooLarge}` });
    rmSync(copy.file);
    mkdirSync(copy.file);
    expect(await found()).toMatchObject({ reason: `${copy.file} is a folder, not a file` });
    rmSync(copy.file, { recursive: true });
    await execa('mkfifo', [copy.file]);
    expect(await found()).toMatchObject({ reason: `${copy.file} is a named pipe, not a file` });
    rmSync(copy.file);
  });

  it('that cannot be used is told of by train, which goes on with WebAssembly', async () => {
    damages['that is cut short']!();
    writeFileSync(join(copy.root, 'short.txt'), 'One line after another. '.repeat(50));
    const tiny = '--hidden 8 --layers 1 --batch-size 2 --seq-length 8 --steps 1 --ui json'.split(' ');
    const { stdout, stderr } = await execa('node', ['bin/charlstm.js', 'train', 'short.txt', ...tiny], {
      cwd: copy.root,
    });
    expect(stdout).toContain('"reason":"finished"');
    expect(stderr).toContain('training takes two to three times as long without a native engine:');
    expect(stderr).toContain('is damaged: its checksum is wrong. Install charlstm again.');
  });

  it('is tried in a process of its own, once', async () => {
    const cache = await temporaryFolder();
    const broken = join(cache, 'broken.node');
    writeFileSync(broken, 'kernels\n');
    process.env.XDG_CACHE_HOME = cache;
    expect(passesTrial(broken, 'abc')).toBe(false);
    expect(readdirSync(cache)).toEqual(['broken.node']);
    expect(passesTrial(prebuildPath(THIS_PLATFORM), 'abc')).toBe(true);
    // The memory of the trial, not another one, lets the broken file pass now.
    expect(passesTrial(broken, 'abc')).toBe(true);
    expect(passesTrial(broken)).toBe(false);
  });
});
