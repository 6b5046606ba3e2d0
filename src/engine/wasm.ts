import { readFileSync } from 'node:fs';
import { Arena } from './arena.js';
import type { Engine, Kernels } from './kernels.js';
import { compileJoined, isJoiningSound } from './revectorize.js';

/** Fastest first. The last one runs on every Node >= 20. */
export const VARIANTS = ['relaxed256', 'relaxed', 'simd'] as const;

type Variant = (typeof VARIANTS)[number];

function compile(variant: Variant): WebAssembly.Module | undefined {
  const bytes = readFileSync(new URL(`../../dist/kernels/${variant}.wasm`, import.meta.url));
  if (variant === 'relaxed256') return isJoiningSound() ? compileJoined(bytes) : undefined;
  return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : undefined;
}

const compiled = new Map<Variant, WebAssembly.Module | undefined>();

/**
 * Opens a WebAssembly build of the kernels on a new arena.
 * @returns undefined if this version of Node cannot run it
 */
export function openWasmEngine(variant: Variant): Engine | undefined {
  if (!compiled.has(variant)) compiled.set(variant, compile(variant));
  const module = compiled.get(variant);
  if (!module) return undefined;
  const arena = new Arena();
  const kernels = attachWasm(module, arena.memory);
  const name = `wasm-${variant}`;
  return { name, kernels, arena, threads: 1, finish() {}, build: { kind: 'wasm', module } };
}

/**
 * Attaches a WebAssembly build to a memory.
 * @param stackTop byte offset of the end of the C stack; by default the build's own, which serves one thread
 */
export function attachWasm(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  stackTop?: number,
): Kernels {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  if (stackTop !== undefined) (exports.__stack_pointer as { value: number }).value = stackTop;
  // The build exports exactly the functions of kernels.h; test/engine/kernel-table.test.ts compares them.
  return exports as unknown as Kernels;
}
