import { readFileSync } from 'node:fs';
import { Arena } from './arena.js';
import type { Engine, Kernels } from './kernels.js';
import { compileJoined, isJoiningSound } from './revectorize.js';

/** Fastest first; the last one runs wherever Node >= 20 does. */
export const VARIANTS = ['relaxed256', 'relaxed', 'simd'] as const;

type Variant = (typeof VARIANTS)[number];

function compile(variant: Variant): WebAssembly.Module | undefined {
  const bytes = readFileSync(new URL(`../../dist/kernels/${variant}.wasm`, import.meta.url));
  if (variant === 'relaxed256') return isJoiningSound() ? compileJoined(bytes) : undefined;
  return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : undefined;
}

const compiled = new Map<Variant, WebAssembly.Module | undefined>();

/**
 * A build of the kernels for WebAssembly, on an arena of its own.
 * @returns undefined if this version of Node does not run it
 */
export function openWasmEngine(variant: Variant): Engine | undefined {
  if (!compiled.has(variant)) compiled.set(variant, compile(variant));
  const module = compiled.get(variant);
  if (!module) return undefined;
  const arena = new Arena();
  const kernels = attachWasm(module, arena.memory);
  return {
    name: `wasm-${variant}`,
    kernels,
    arena,
    threads: 1,
    finish() {},
    build: { kind: 'wasm', module },
  };
}

/**
 * Kernels on a memory.
 * @param stackTop where their C stack ends, in bytes; by default where the build has it, which one thread may use
 */
export function attachWasm(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  stackTop?: number,
): Kernels {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  if (stackTop !== undefined) (exports.__stack_pointer as { value: number }).value = stackTop;
  // The build exports exactly the functions of kernels.h; test/kernels.test.ts calls each of them.
  return exports as unknown as Kernels;
}
