import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, homedir, platform } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Arena } from './arena.js';
import { bindings } from './bindings.js';
import type { Engine, Kernels } from './kernels.js';
import { selfCheck } from './self-check.js';

/** Where the C source lies. */
export const KERNEL_SOURCE = fileURLToPath(new URL('../../src/kernels/', import.meta.url));

/** What kernels/native.c exports. */
interface Addon {
  /** "avx512", "avx2", "neon", "sse". */
  readonly vectors: string;
  attach(memory: Float32Array): NativeKernels;
}

/** `extend` tells them that their memory has grown. */
export type NativeKernels = Kernels & { extend(bytes: number): void };

/** Why there is no native engine, for a person. */
export interface Missing {
  readonly reason: string;
  /** Whether there is one that must not be used. */
  readonly isBroken?: boolean;
}

/**
 * Names the build for this processor and this source: a folder that is copied to another machine, or an update, never
 * runs what was built for another one.
 */
function buildName(): string {
  const hash = createHash('sha256').update(`${platform()} ${arch()} ${cpus()[0]?.model} ${processorFlags()}`);
  hash.update(bindings().join());
  for (const file of readdirSync(KERNEL_SOURCE).sort()) hash.update(readFileSync(join(KERNEL_SOURCE, file)));
  return `kernels-${hash.digest('hex').slice(0, 16)}.node`;
}

/** What the processor can do, where the system tells: virtual machines of one model differ in it. */
function processorFlags(): string {
  if (platform() !== 'linux') return '';
  return /^(flags|Features)\s*:.*$/m.exec(readFileSync('/proc/cpuinfo', 'latin1'))?.[0] ?? '';
}

/** Where the build may lie: with the program, or in the user's cache where the program may not be written. */
export function nativePaths(): readonly string[] {
  const name = buildName();
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return [
    fileURLToPath(new URL(`../../dist/native/${name}`, import.meta.url)),
    join(cache, 'charlstm', name),
  ];
}

let loaded: { path: string } | Missing | undefined;

function find(): { path: string } | Missing {
  const path = nativePaths().find((candidate) => existsSync(candidate));
  if (path === undefined) return { reason: 'it has not been built for this processor' };
  try {
    const addon = loadAddon(path);
    const failed = selfCheck((memory) => addon.attach(memory));
    return failed === undefined
      ? { path }
      : { reason: `its ${failed} failed the self-check`, isBroken: true };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { reason: `it does not load (${why})`, isBroken: true };
  }
}

/** Where the build for this processor lies, if it is there and passes its self-check. */
export function nativeBuild(): { path: string } | Missing {
  loaded ??= find();
  return loaded;
}

/** The kernels as the machine's own C compiler built them, on an arena of their own; or why there are none. */
export function openNativeEngine(): { engine: Engine } | Missing {
  const build = nativeBuild();
  return 'reason' in build ? build : { engine: nativeEngineAt(build.path) };
}

/** The kernels of a build, on an arena of their own. */
export function nativeEngineAt(path: string): Engine {
  const arena = new Arena();
  const kernels = attachNative(path, arena.memory);
  arena.onGrow = (bytes) => kernels.extend(bytes);
  const name = `native-${loadAddon(path).vectors}`;
  return { name, kernels, arena, threads: 1, finish() {}, build: { kind: 'native', path } };
}

/** The kernels of a build, on a memory. */
export function attachNative(path: string, memory: WebAssembly.Memory): NativeKernels {
  return loadAddon(path).attach(new Float32Array(memory.buffer));
}

function loadAddon(path: string): Addon {
  return createRequire(import.meta.url)(path) as Addon;
}
