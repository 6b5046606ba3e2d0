import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { systemErrorCode } from '../errors.js';

/**
 * With these flags, only the optimizing compiler compiles a module, and all of it at once: the same bytes
 * always become the same code, and no code is replaced while in use. The last two follow from the first, but
 * when flags change while V8 runs, Node 26 no longer draws that conclusion, and ends for want of statistics.
 */
const OPTIMIZED = {
  liftoff: false,
  'wasm-lazy-compilation': false,
  'wasm-dynamic-tiering': false,
  'wasm-inlining': false,
};

/** Whether this version of V8 can join vectors for this kind of processor. */
export const V8_JOINS = process.arch === 'x64' && Number.parseInt(process.versions.node, 10) >= 24;

/** The program that tries it. */
export const JOINED_CHECK = fileURLToPath(new URL('../../dist/engine/joined-check.js', import.meta.url));

/** With these, V8 also joins pairs of 128-bit operations into 256-bit ones. */
const JOINED = { ...OPTIMIZED, 'experimental-wasm-revectorize': true };

/** Compiles a module as a whole with the optimizing compiler. Later compilations are not affected. */
export function compileOptimized(
  bytes: Uint8Array,
  flags: Record<string, boolean> = OPTIMIZED,
): WebAssembly.Module {
  const set = (flipped: boolean) => {
    for (const [name, value] of Object.entries(flags))
      setFlagsFromString(`--${value === flipped ? 'no-' : ''}${name}`);
  };
  set(false);
  try {
    return new WebAssembly.Module(bytes);
  } finally {
    set(true);
  }
}

/** Compiles a module with pairs of vectors joined. Later compilations are not affected. */
export function compileJoined(bytes: Uint8Array): WebAssembly.Module {
  return compileOptimized(bytes, JOINED);
}

/**
 * Whether joined vectors can be used here. A separate process (joined-check.ts) compiles the kernels and
 * compares their bits and speed with the plain build, because this part of V8 is experimental and a fault in
 * it would end the process. Takes a few tenths of a second.
 */
export function isJoiningSound(): boolean {
  if (!V8_JOINS) return false;
  const run = () => spawnSync(process.execPath, [JOINED_CHECK], { stdio: 'ignore', timeout: 10_000 });
  let { status, error } = run();
  // The time may have run out because both processes were suspended.
  if (error && systemErrorCode(error) === 'ETIMEDOUT') ({ status } = run());
  return status === 0;
}
