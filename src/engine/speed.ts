import type { Engine } from './kernels.js';

/** The recurrent product of one time step: 32 sequences, 512 hidden units. */
const [M, N, K] = [32, 2048, 512];

/**
 * Measures an engine for about half a second.
 * @returns GFLOPS on one core: the matrix product, and the most that registers allow
 */
export function speedOf({ kernels, arena }: Engine): { product: number; peak: number } {
  const [a, b, c] = [arena.allocate(M * K), arena.allocate(K * N), arena.allocate(M * N)];
  const packed = arena.allocate(kernels.packed_length(K, N));
  kernels.pack(packed, b, K, N, N, 1);
  const product = rate(() => {
    kernels.matmul(c, N, a, K, 1, packed, M, N, K, 0);
    return 2 * M * N * K;
  });
  return { product, peak: rate(() => kernels.peak(100_000, 0.999, 0.001)) };
}

/** The best of several repetitions, since the machine may be busy. */
function rate(work: () => number): number {
  let best = 0;
  const end = performance.now() + 250;
  do {
    const start = performance.now();
    const operations = work();
    best = Math.max(best, operations / (performance.now() - start) / 1e6);
  } while (performance.now() < end);
  return best;
}
