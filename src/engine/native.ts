import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { UserError } from '../errors.js';
import { Arena } from './arena.js';
import { type Engine, type Kernels, type Level, NATIVE } from './kernels.js';
import {
  isCheckout,
  MEND,
  type Prebuild,
  prebuildPath,
  readPrebuilds,
  sha256Of,
  THIS_PLATFORM,
} from './prebuilds.js';
import { selfCheck } from './self-check.js';
import { passesTrial } from './trial.js';

/**
 * Platforms whose builds have run (see docs/reference/platforms.md). On others, a file is first loaded in a
 * process of its own, since a fault in it would end the process.
 */
const PROVEN: readonly string[] = ['linux-x64', 'linux-arm64', 'win32-x64'];

/** The exports of kernels/addon/levels.c: the levels that run here, the best one first. */
type Addon = Readonly<Partial<Record<Level, (memory: Float32Array) => NativeKernels>>>;

/** `extend` reports that the memory has grown. */
export type NativeKernels = Kernels & { extend(bytes: number): void };

/** A native build that can be used. */
export interface NativeBuild {
  readonly path: string;
  /** The best level that this processor has. */
  readonly level: Level;
  readonly compiler: string;
}

/** Why there is no native engine, in words for the user. */
export interface Missing {
  readonly reason: string;
  /** What to do about it, if anything can be done: a sentence. */
  readonly help?: string;
}

let found: NativeBuild | Missing | undefined;

/** Finds the build for this machine and makes sure that it works. */
export function nativeBuild(): NativeBuild | Missing {
  found ??= find();
  return found;
}

function find(): NativeBuild | Missing {
  const path = prebuildPath(THIS_PLATFORM);
  try {
    const recorded = recordedIfIntact(path);
    if ('reason' in recorded) return recorded;
    if (!PROVEN.includes(THIS_PLATFORM) && !passesTrial(path, recorded.sha256)) {
      return { reason: `${path} failed its trial on this machine` };
    }
    const [level] = levelsOf(path);
    if (level === undefined) return { reason: 'this processor has neither AVX2 nor AVX-512' };
    const wrong = selfCheck(loadAddon(path)[level]!);
    if (wrong !== undefined) return { reason: `${wrong} of ${path} failed the self-check`, help: MEND };
    return { path, level, compiler: recorded.compiler };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { reason: `${path} does not load (${why})`, help: MEND };
  }
}

/** Returns what is recorded of the build at a path, or what is wrong with the file or the record. */
function recordedIfIntact(path: string): Prebuild | Missing {
  try {
    const recorded = readPrebuilds()[THIS_PLATFORM];
    if (recorded === undefined) return notBuilt();
    if (!existsSync(path)) return { reason: `${path} is missing`, help: MEND };
    if (sha256Of(path) === recorded.sha256) return recorded;
    return { reason: `${path} is damaged: its checksum is wrong`, help: MEND };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { reason: error.message, help: error.hint };
  }
}

function notBuilt(): Missing {
  if (!isCheckout) return { reason: `there is none for ${THIS_PLATFORM}` };
  return {
    reason: 'it has not been built',
    help: 'Install a C compiler (gcc or clang) and run "npm run build".',
  };
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

/** Attaches a level of a native build to a memory. @throws Error if it does not load */
export function attachNative(
  { path, level }: { path: string; level: Level },
  memory: WebAssembly.Memory,
): NativeKernels {
  return loadAddon(path)[level]!(new Float32Array(memory.buffer));
}

function loadAddon(path: string): Addon {
  return createRequire(import.meta.url)(path) as Addon;
}
