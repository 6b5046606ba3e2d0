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
const GAIN = 1.2;

const [M, N, K] = [24, 256, 256];

const attach = (module: WebAssembly.Module) => (memory: WebAssembly.Memory) => attachWasm(module, memory);

/** Seconds of a product, the best of some. */
function duration(module: WebAssembly.Module): number {
  const memory = new WebAssembly.Memory({ initial: 32, maximum: 32, shared: true });
  const { matmul } = attach(module)(memory);
  const a = 4 * 65_536;
  const c = a + 4 * M * K;
  const packed = c + 4 * M * N;
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 30; i++) {
    const start = performance.now();
    matmul(c, N, a, K, 1, packed, M, N, K, 0);
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

const bytes = (variant: string) => readFileSync(new URL(`../kernels/${variant}.wasm`, import.meta.url));

const joined = compileJoined(bytes('relaxed256'));
setFlagsFromString('--no-liftoff'); // the plain build too, or it would be measured before it is optimized
const plain = new WebAssembly.Module(bytes('relaxed'));
const isSound = haveSameBits(attach(plain), attach(joined)) && duration(plain) > GAIN * duration(joined);
process.exit(isSound ? 0 : 1);
