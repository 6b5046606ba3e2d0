import { readFileSync } from 'node:fs';
import { Arena } from './arena.js';
import { type Engine, type Kernels, WASM } from './kernels.js';

let compiled: WebAssembly.Module | undefined;

/** Opens the WebAssembly build of the kernels on a new arena. */
export function openWasmEngine(): Engine {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('../../dist/kernels/simd.wasm', import.meta.url)));
  const arena = new Arena();
  const kernels = attachWasm(compiled, arena.memory);
  return { name: WASM, kernels, arena, threads: 1, finish() {}, build: { kind: 'wasm', module: compiled } };
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
