/**
 * A separate process, started by revectorize.ts. Exits with 0 if the kernels that V8 compiles with joined
 * vectors are bit-identical to those without and multiply matrices faster, with 2 if they are only identical.
 */
import { readFileSync } from 'node:fs';
import { compileJoined, compileOptimized } from './revectorize.js';
import { haveSameBits } from './same-bits.js';
import { attachWasm } from './wasm.js';

/** The least worthwhile speedup. On processors without 256-bit vectors, joining makes kernels slower. */
const LEAST_GAIN = 1.2;

const [M, N, K] = [24, 256, 256];

const attach = (module: WebAssembly.Module) => (memory: WebAssembly.Memory) => attachWasm(module, memory);

/** Returns a function that measures the milliseconds of one matrix product. */
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

/** The speedup of one over the other by their best times. They take turns, so that other load slows both. */
function gain(slower: () => number, faster: () => number): number {
  const turns = Array.from({ length: 100 }, () => [slower(), faster()] as const);
  return (
    Math.min(...turns.map(([duration]) => duration)) / Math.min(...turns.map(([, duration]) => duration))
  );
}

const bytes = (variant: string) => readFileSync(new URL(`../kernels/${variant}.wasm`, import.meta.url));

const joined = compileJoined(bytes('relaxed256'));
// Otherwise the plain build would be measured before it is optimized.
const plain = compileOptimized(bytes('relaxed'));
if (!haveSameBits(attach(plain), attach(joined))) process.exit(1);
process.exit(gain(timed(plain), timed(joined)) > LEAST_GAIN ? 0 : 2);
