/**
 * A process of its own, started by revectorize.ts: ends with 0 where the kernels that V8 makes with joined vectors give the
 * same bits as those without, and multiply matrices faster.
 */
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { compileJoined } from './revectorize.js';
import { haveSameBits } from './same-bits.js';
import { attachWasm } from './wasm.js';

/** Times as fast as the plain build that is worth it. Where the processor lacks 256 bits, it is slower. */
const LEAST_GAIN = 1.2;

const [M, N, K] = [24, 256, 256];

const attach = (module: WebAssembly.Module) => (memory: WebAssembly.Memory) => attachWasm(module, memory);

/** A product by some kernels, for its duration. */
function timed(module: WebAssembly.Module): () => number {
  const memory = new WebAssembly.Memory({ initial: 32, maximum: 32, shared: true });
  const { matmul } = attach(module)(memory);
  const a = 4 * 65_536;
  const c = a + 4 * M * K;
  const packed = c + 4 * M * N;
  return () => {
    const start = performance.now();
    matmul(c, N, a, K, 1, packed, M, N, K, 0);
    return performance.now() - start;
  };
}

/** How many times as fast one is, by the best of either; in turns, so that what else the machine does slows both. */
function gain(slower: () => number, faster: () => number): number {
  const turns = Array.from({ length: 100 }, () => [slower(), faster()] as const);
  return (
    Math.min(...turns.map(([duration]) => duration)) / Math.min(...turns.map(([, duration]) => duration))
  );
}

const bytes = (variant: string) => readFileSync(new URL(`../kernels/${variant}.wasm`, import.meta.url));

const joined = compileJoined(bytes('relaxed256'));
setFlagsFromString('--no-liftoff'); // the plain build too, or it would be measured before it is optimized
const plain = new WebAssembly.Module(bytes('relaxed'));
const isSound = haveSameBits(attach(plain), attach(joined)) && gain(timed(plain), timed(joined)) > LEAST_GAIN;
process.exit(isSound ? 0 : 1);
