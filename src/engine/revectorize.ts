import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';

/**
 * With these flags, V8 joins pairs of 128-bit operations into 256-bit ones. The optimizing compiler compiles
 * all functions at once: the same bytes always become the same code, and no code is replaced while in use.
 */
const JOINED = ['--experimental-wasm-revectorize', '--no-liftoff', '--no-wasm-lazy-compilation'];
const PLAIN = ['--no-experimental-wasm-revectorize', '--liftoff', '--wasm-lazy-compilation'];

/** Compiles a module with pairs of vectors joined. Later compilations are not affected. */
export function compileJoined(bytes: Uint8Array): WebAssembly.Module {
  JOINED.forEach(setFlagsFromString);
  try {
    return new WebAssembly.Module(bytes);
  } finally {
    PLAIN.forEach(setFlagsFromString);
  }
}

/**
 * Whether joined vectors can be used here. A separate process (joined-check.ts) compiles the kernels and
 * compares their bits and speed with the plain build, because this part of V8 is experimental and a fault in
 * it would end the process. Takes a few tenths of a second.
 */
export function isJoiningSound(): boolean {
  if (process.arch !== 'x64' || Number.parseInt(process.versions.node, 10) < 24) return false;
  const check = fileURLToPath(new URL('../../dist/engine/joined-check.js', import.meta.url));
  return spawnSync(process.execPath, [check], { stdio: 'ignore', timeout: 10_000 }).status === 0;
}
