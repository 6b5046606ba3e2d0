import type { Kernels } from './kernels.js';

/** Primes, so that tiles, vectors and blocks all have a remainder. */
const [M, N, K] = [13, 37, 29];
const TOLERANCE = 1e-5;

/**
 * Compares the most important kernels with plain loops, in a millisecond: a build for another processor or by
 * a faulty compiler must not be used to train for hours.
 * @param attach attaches the kernels to a memory
 * @returns the name of a wrong kernel, if any
 */
export function selfCheck(attach: (memory: Float32Array) => Kernels): string | undefined {
  const memory = new Float32Array(new SharedArrayBuffer(4 * 16_384));
  const kernels = attach(memory);
  let end = 0;
  const take = (length: number) => {
    const at = end;
    end += Math.ceil(length / 16) * 16;
    return { at: 4 * at, view: memory.subarray(at, at + length) };
  };
  const wave = (length: number) => {
    const { at, view } = take(length);
    for (let i = 0; i < length; i++) view[i] = Math.sin(7 * i + length);
    return { at, view };
  };
  const isWrong = (view: Float32Array, expected: (i: number) => number) =>
    view.some((x, i) => !(Math.abs(x - expected(i)) <= TOLERANCE * Math.max(1, Math.abs(expected(i)))));

  const [a, b, c] = [wave(M * K), wave(K * N), take(M * N)];
  const packed = take(kernels.packed_length(K, N));
  kernels.pack(packed.at, b.at, K, N, N, 1);
  kernels.matmul(c.at, N, a.at, K, 1, packed.at, M, N, K, 0);
  const product = (i: number) => {
    let sum = 0;
    for (let p = 0; p < K; p++) sum += a.view[Math.floor(i / N) * K + p]! * b.view[p * N + (i % N)]!;
    return sum;
  };
  if (isWrong(c.view, product)) return 'matmul';

  const [gates, before] = [wave(4 * N), wave(N)];
  const z = Float32Array.from(gates.view);
  const [cell, h] = [take(N), take(N)];
  kernels.lstm_forward(gates.at, before.at, cell.at, h.at, 0, 1, N, 4 * N, 0);
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  const state = (i: number) =>
    sigmoid(z[N + i]!) * before.view[i]! + sigmoid(z[i]!) * Math.tanh(z[2 * N + i]!);
  if (isWrong(cell.view, state)) return 'lstm_forward';
  if (isWrong(h.view, (i) => sigmoid(z[3 * N + i]!) * Math.tanh(state(i)))) return 'lstm_forward';

  const [logits, targets, losses] = [wave(N), take(1), take(1)];
  const total = logits.view.reduce((sum, x) => sum + Math.exp(x), 0);
  const loss = Math.log(total) - logits.view[0]!;
  kernels.softmax_cross_entropy(logits.at, targets.at, losses.at, 1, N, 0);
  return isWrong(losses.view, () => loss) ? 'softmax_cross_entropy' : undefined;
}
