import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, homedir, platform } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unlessRefused } from '../errors.js';
import { Arena } from './arena.js';
import { bindings } from './bindings.js';
import { type Engine, type Kernels, NATIVE } from './kernels.js';
import { selfCheck } from './self-check.js';

/** The folder of the C source. */
export const KERNEL_SOURCE = fileURLToPath(new URL('../../src/kernels/', import.meta.url));

/** The exports of kernels/native.c. */
interface Addon {
  /** "avx512", "avx2", "neon", "sse". */
  readonly vectors: string;
  attach(memory: Float32Array): NativeKernels;
}

/** `extend` reports that the memory has grown. */
export type NativeKernels = Kernels & { extend(bytes: number): void };

/** Why there is no native engine, in words for the user. */
export interface Missing {
  readonly reason: string;
  /** Whether there is a build, but it must not be used. */
  readonly isBroken?: boolean;
}

/** Names the build after the processor and the source, so that a copy or an update never runs a wrong one. */
function buildName(): string {
  const hash = createHash('sha256').update(`${platform()} ${arch()} ${cpus()[0]?.model} ${processorFlags()}`);
  hash.update(bindings().join());
  for (const file of readdirSync(KERNEL_SOURCE).sort()) hash.update(readFileSync(join(KERNEL_SOURCE, file)));
  return `kernels-${hash.digest('hex').slice(0, 16)}.node`;
}

/** The processor's features, if the system reports them: virtual machines of the same model can differ. */
function processorFlags(): string {
  if (platform() !== 'linux') return '';
  const reported = unlessRefused(() => readFileSync('/proc/cpuinfo', 'latin1')) ?? '';
  return /^(flags|Features)\s*:.*$/m.exec(reported)?.[0] ?? '';
}

/** Possible paths of the build: with the program, or in the user's cache if that folder is read-only. */
export function nativePaths(): readonly string[] {
  const name = buildName();
  const own = fileURLToPath(new URL(`../../dist/native/${name}`, import.meta.url));
  const cache = cacheFolder();
  return cache === undefined ? [own] : [own, join(cache, 'charlstm', name)];
}

/** Returns the user's cache; undefined for a user without a home, as in many containers. */
function cacheFolder(): string | undefined {
  const home = process.env.XDG_CACHE_HOME || unlessRefused(() => join(homedir(), '.cache'));
  return home !== undefined && isAbsolute(home) ? home : undefined;
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

/** Finds the build for this processor, if it exists and passes its self-check. */
export function nativeBuild(): { path: string } | Missing {
  loaded ??= find();
  return loaded;
}

/** Opens the native build on a new arena, or says why there is none. */
export function openNativeEngine(): { engine: Engine } | Missing {
  const build = nativeBuild();
  return 'reason' in build ? build : { engine: nativeEngineAt(build.path) };
}

/** Opens a native build on a new arena. */
export function nativeEngineAt(path: string): Engine {
  const arena = new Arena();
  const kernels = attachNative(path, arena.memory);
  arena.onGrow = (bytes) => kernels.extend(bytes);
  return { name: NATIVE, kernels, arena, threads: 1, finish() {}, build: { kind: 'native', path } };
}

/** Attaches a native build to a memory. */
export function attachNative(path: string, memory: WebAssembly.Memory): NativeKernels {
  return loadAddon(path).attach(new Float32Array(memory.buffer));
}

function loadAddon(path: string): Addon {
  return createRequire(import.meta.url)(path) as Addon;
}
