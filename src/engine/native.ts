import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Arena } from './arena.js';
import { type Engine, type Kernels, type Level, NATIVE } from './kernels.js';
import { prebuildPath, THIS_PLATFORM } from './prebuilds.js';
import { selfCheck } from './self-check.js';

/** The exports of kernels/addon/levels.c: the levels that run here, the best one first. */
type Addon = Readonly<Partial<Record<Level, (memory: Float32Array) => NativeKernels>>>;

/** `extend` reports that the memory has grown. */
export type NativeKernels = Kernels & { extend(bytes: number): void };

/** Why there is no native engine, in words for the user. */
export interface Missing {
  readonly reason: string;
  /** Whether there is a build, but it must not be used. */
  readonly isBroken?: boolean;
}

let loaded: { path: string; level: Level } | Missing | undefined;

function find(): { path: string; level: Level } | Missing {
  const path = prebuildPath(THIS_PLATFORM);
  if (!existsSync(path)) return { reason: `it has not been built for ${THIS_PLATFORM}` };
  try {
    const [level] = levelsOf(path);
    if (level === undefined) return { reason: 'this processor has neither AVX2 nor AVX-512' };
    const failed = selfCheck(loadAddon(path)[level]!);
    return failed === undefined
      ? { path, level }
      : { reason: `its ${failed} failed the self-check`, isBroken: true };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { reason: `it does not load (${why})`, isBroken: true };
  }
}

/** Finds the build for this processor, if it exists and passes its self-check. */
export function nativeBuild(): { path: string; level: Level } | Missing {
  loaded ??= find();
  return loaded;
}

/** Opens the native build on a new arena, or says why there is none. */
export function openNativeEngine(): { engine: Engine } | Missing {
  const build = nativeBuild();
  return 'reason' in build ? build : { engine: nativeEngineAt(build.path, build.level) };
}

/** Returns the levels of a native build that run on this processor, the best one first. */
export function levelsOf(path: string): Level[] {
  return Object.keys(loadAddon(path)) as Level[];
}

/** Opens a level of a native build on a new arena. */
export function nativeEngineAt(path: string, level: Level): Engine {
  const arena = new Arena();
  const kernels = attachNative({ path, level }, arena.memory);
  arena.onGrow = (bytes) => kernels.extend(bytes);
  return { name: NATIVE, kernels, arena, threads: 1, finish() {}, build: { kind: 'native', path, level } };
}

/** Attaches a native build to a memory. */
export function attachNative(
  { path, level }: { path: string; level: Level },
  memory: WebAssembly.Memory,
): NativeKernels {
  return loadAddon(path)[level]!(new Float32Array(memory.buffer));
}

function loadAddon(path: string): Addon {
  return createRequire(import.meta.url)(path) as Addon;
}
