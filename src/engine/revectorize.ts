import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';

/**
 * V8 joins pairs of operations on 128 bits into one on 256, where it is told to. All functions are compiled at once by
 * the optimizing compiler: the same bytes always become the same code, and no code is exchanged while it is in use.
 */
const JOINED = ['--experimental-wasm-revectorize', '--no-liftoff', '--no-wasm-lazy-compilation'];
const PLAIN = ['--no-experimental-wasm-revectorize', '--liftoff', '--wasm-lazy-compilation'];

/** Compiles a module with pairs of vectors joined; what is compiled afterwards is as ever. */
export function compileJoined(bytes: Uint8Array): WebAssembly.Module {
  JOINED.forEach(setFlagsFromString);
  try {
    return new WebAssembly.Module(bytes);
  } finally {
    PLAIN.forEach(setFlagsFromString);
  }
}

/**
 * Whether joined vectors can be used here: a process of its own (joined-check.ts) compiles the kernels, compares their
 * results to the bit with those of the plain build, and their speed. A process of its own because this part of V8 is an
 * experiment, and a fault in it ends the process. Takes some tenths of a second.
 */
export function isJoiningSound(): boolean {
  if (process.arch !== 'x64' || Number.parseInt(process.versions.node, 10) < 24) return false;
  const check = fileURLToPath(new URL('../../dist/engine/joined-check.js', import.meta.url));
  return spawnSync(process.execPath, [check], { stdio: 'ignore', timeout: 10_000 }).status === 0;
}
