import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { replaceFile } from '../files.js';
import { bindings } from './bindings.js';
import { KERNEL_SOURCE, type Missing, nativePaths } from './native.js';

const run = promisify(execFile);

/** Instruction sets to build for: the processor's own by default, narrower ones for tests. */
export const TARGETS = {
  host: arch() === 'arm64' ? ['-mcpu=native'] : ['-march=native'],
  avx512: ['-march=x86-64-v4'],
  avx2: ['-march=x86-64-v3'],
} as const;

const FLAGS = [
  '-O3',
  '-std=gnu11',
  '-ffp-contract=off',
  '-fno-math-errno',
  '-fPIC',
  '-shared',
  '-fvisibility=hidden',
  ...(process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : []),
];

/**
 * Compiles the kernels for this processor, which takes a few seconds.
 * @returns the path of the build, or why there is none
 */
export async function buildNative(): Promise<{ path: string } | Missing> {
  let reason = 'no C compiler was found (cc, gcc, clang, or $CC)';
  for (const compiler of [process.env.CC, 'cc', 'gcc', 'clang']) {
    if (!compiler) continue;
    for (const path of nativePaths()) {
      const failure = await compile(compiler, path);
      if (failure === undefined) return { path };
      if (failure !== NOT_FOUND) reason = failure;
    }
  }
  return { reason };
}

const NOT_FOUND = 'not found';

/** @returns a description of the failure, if any */
export async function compile(
  compiler: string,
  path: string,
  flags: readonly string[] = TARGETS.host,
): Promise<string | undefined> {
  const include = join(dirname(createRequire(import.meta.url).resolve('node-api-headers')), 'include');
  try {
    const sources = (await readdir(KERNEL_SOURCE)).filter((name) => name.endsWith('.c'));
    await mkdir(dirname(path), { recursive: true });
    const files = sources.map((name) => join(KERNEL_SOURCE, name));
    const build = async (temporary: string) => {
      await run(compiler, [...FLAGS, ...flags, ...bindings(), '-I', include, ...files, '-o', temporary]);
    };
    await replaceFile(path, build);
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { code, syscall }: NodeJS.ErrnoException = error;
    if (code === 'ENOENT' && syscall === `spawn ${compiler}`) return NOT_FOUND;
    return `${compiler}: ${firstLine(error)}`;
  }
}

function firstLine(error: Error): string {
  const stderr = 'stderr' in error ? String(error.stderr) : '';
  const lines = (stderr || error.message).split('\n');
  return (lines.find((line) => /error/i.test(line)) ?? lines[0] ?? '').trim();
}
