/**
 * The matrix product of the kernels against a naive loop and against what the registers of one core can do at most, in
 * one run, on one core. The shapes are those of a step of a 256-unit and of a 512-unit layer.
 */
import { openEngine } from '../src/engine/engine.js';
import { medianSeconds } from './measure.js';

const SHAPES: [what: string, m: number, n: number, k: number][] = [
  ['recurrent product, 256 units, batch 32', 32, 1024, 256],
  ['its gradient of the state', 32, 256, 1024],
  ['its gradient of the weights, 64 steps', 1024, 256, 2048],
  ['recurrent product, 512 units, batch 32', 32, 2048, 512],
  ['decoder, 65 characters, 64 steps', 2048, 65, 256],
];

function naive(c: Float32Array, a: Float32Array, b: Float32Array, m: number, n: number, k: number): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++) sum += a[i * k + p]! * b[p * n + j]!;
      c[i * n + j] = sum;
    }
  }
}

const engine = openEngine();
const { peak } = engine.kernels;
const operations = peak(1e5, 0.999, 0.001);
const most = operations / medianSeconds(() => peak(1e5, 0.999, 0.001)) / 1e9;
console.log(`Node ${process.versions.node}, ${engine.name}: at most ${most.toFixed(1)} GFLOPS on one core\n`);
console.log(`${'product (m x k by k x n)'.padEnd(62)}  GFLOPS   of most   naive loop  ratio`);
for (const [what, m, n, k] of SHAPES) {
  const { arena, kernels } = engine;
  const [a, b, c] = [arena.allocate(m * k), arena.allocate(k * n), arena.allocate(m * n)];
  const packed = arena.allocate(engine.kernels.packed_length(k, n));
  for (const [at, length] of [
    [a, m * k],
    [b, k * n],
  ] as const) {
    arena.floats(at, length).forEach((_, i, view) => {
      view[i] = Math.sin(i);
    });
  }
  kernels.pack(packed, b, k, n, n, 1);
  const flops = 2 * m * n * k;
  const ours = flops / medianSeconds(() => kernels.matmul(c, n, a, k, 1, packed, m, n, k, 0)) / 1e9;
  const plain = [arena.floats(c, m * n), arena.floats(a, m * k), arena.floats(b, k * n)].map((x) =>
    Float32Array.from(x),
  );
  const slow = flops / medianSeconds(() => naive(plain[0]!, plain[1]!, plain[2]!, m, n, k)) / 1e9;
  const label = `${what} (${m} x ${k} x ${n})`;
  const share = `${((100 * ours) / most).toFixed(0)}%`;
  console.log(
    `${label.padEnd(62)}${ours.toFixed(1).padStart(8)}${share.padStart(10)}${slow.toFixed(2).padStart(13)}` +
      `${(ours / slow).toFixed(0).padStart(7)}x`,
  );
}
