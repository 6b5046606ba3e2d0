import { readFileSync } from 'node:fs';
import { Arena } from './arena.js';
import type { Kernels } from './kernels.js';

/** Kernels and the memory they work on. */
export interface Engine {
  /** The build of the kernels, recorded in checkpoints: results agree between builds to rounding, not to the bit. */
  readonly name: string;
  readonly kernels: Kernels;
  readonly arena: Arena;
}

/** Fastest first; the last one runs wherever Node >= 20 does. */
const VARIANTS = ['relaxed', 'simd'] as const;

type Variant = (typeof VARIANTS)[number];

function compile(variant: Variant): WebAssembly.Module | undefined {
  const bytes = readFileSync(new URL(`../../dist/kernels/${variant}.wasm`, import.meta.url));
  return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : undefined;
}

const compiled = new Map<Variant, WebAssembly.Module | undefined>();

/**
 * A fresh arena with the kernels on it: the named build, or the fastest that this version of Node runs.
 * @returns undefined if a named variant does not run here
 */
export function openWasmEngine(variant: Variant): Engine | undefined {
  if (!compiled.has(variant)) compiled.set(variant, compile(variant));
  const module = compiled.get(variant);
  if (!module) return undefined;
  const arena = new Arena();
  const instance = new WebAssembly.Instance(module, { env: { memory: arena.memory } });
  // The build exports exactly the functions of kernels.h; test/kernels.test.ts calls each of them.
  return { name: `wasm-${variant}`, kernels: instance.exports as unknown as Kernels, arena };
}

/** The fastest engine of this machine, on an arena of its own. */
export function openEngine(): Engine {
  for (const variant of VARIANTS) {
    const engine = openWasmEngine(variant);
    if (engine) return engine;
  }
  throw new Error('no build of the kernels runs on this version of Node');
}
