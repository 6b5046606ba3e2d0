import { createHash } from 'node:crypto';
import { type Engine, type Kernels, NATIVE, WASM } from './kernels.js';

/** What `bitsOf` returns for the builds of each name. Other bits need another name. */
export const BITS: Readonly<Record<Engine['name'], string>> = {
  [NATIVE]: '0dfa1aa0665403d3c17206e53238c3db6d8123cd422f7b1ef351cf0cd9cbcc6e',
  [WASM]: '954ba04570e1223feca44f2b12259d1bed4b80d729508493ced4f28c05a7130a',
};

/** The memory on which kernels are run: floats to calculate with, then room for a packed matrix. */
const FLOATS = 65_536;
const PAGES = 16;
/** Byte offset of the floats: above the C stack, as linked by kernels/build.ts. */
const BASE = 4 * 65_536;

/** Sizes of products: each tile size with each remainder, and more than one block either way. */
const PRODUCTS: readonly (readonly [m: number, n: number, k: number])[] = [
  ...[1, 2, 3, 4, 5, 6, 7, 13].flatMap((m) =>
    [1, 3, 4, 5, 8, 11, 12, 14, 16, 17, 31, 32, 40].map((n) => [m, n, 9] as const),
  ),
  [101, 33, 5],
  [11, 37, 391],
];
const SIZES = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64];

/**
 * Runs every kernel of a build on the same numbers, in sizes with and without remainder: 20 milliseconds.
 * @param attach attaches the build to a memory
 * @returns a hash of all results: equal for builds that give the same bits
 */
export function bitsOf(attach: (memory: WebAssembly.Memory) => Kernels): string {
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES, shared: true });
  const kernels = attach(memory);
  const floats = new Float32Array(memory.buffer, BASE, FLOATS);
  for (let i = 0; i < FLOATS; i++) floats[i] = 3 * Math.sin(i * i);
  const packed = BASE + 4 * FLOATS;
  let end = 0;
  const take = (length: number) => {
    if (end + length > FLOATS) end = 0;
    const at = BASE + 4 * end;
    end += length;
    return at;
  };
  const indices = (count: number, below: number) => {
    const at = take(count);
    new Uint32Array(memory.buffer, at, count).forEach((_, i, view) => {
      view[i] = (5 * i + 3) % below;
    });
    return at;
  };
  const hash = createHash('sha256');
  const look = (at: number, length: number) => hash.update(new Uint8Array(memory.buffer, at, 4 * length));

  for (const [m, n, k] of PRODUCTS) {
    const [a, b, c] = [take(m * k), take(k * n), take(m * n)];
    kernels.pack(packed, b, k, n, n, 1);
    kernels.matmul(c, n, a, k, 1, packed, m, n, k, 0);
    look(c, m * n);
    kernels.pack(packed, b, k, n, 1, k);
    kernels.matmul(c, n, a, 1, m, packed, m, n, k, 1);
    look(c, m * n);
  }
  for (const width of SIZES) {
    const rows = 3;
    const n = rows * width;
    const fresh = () => take(n);
    const [before, c, h, dh, dc] = [fresh(), fresh(), fresh(), fresh(), fresh()];
    const [gates, past, peepholes] = [take(4 * n), take(3 * n), take(3 * width)];
    for (const gateWidth of [4 * width, 3 * width]) {
      for (const has of [0, 1] as const) {
        kernels.lstm_forward(gates, before, c, h, peepholes, rows, width, gateWidth, has);
        for (const at of [gates, c, h]) look(at, n);
        kernels.lstm_backward(gates, before, c, dh, dc, peepholes, rows, width, gateWidth, has);
        look(gates, rows * gateWidth);
        look(dc, n);
      }
    }
    kernels.rnn_forward(c, h, rows, width);
    kernels.rnn_backward(c, dh, rows, width);
    look(c, n);
    kernels.gru_forward(gates, past, before, h, rows, width);
    look(h, n);
    kernels.gru_backward(gates, past, before, dh, dc, rows, width);
    for (const at of [gates, past]) look(at, 3 * n);
    look(dc, n);
    const inverse = take(rows);
    kernels.normalise_rows(c, inverse, rows, width);
    kernels.add_scaled_rows(h, c, peepholes, rows, width);
    kernels.normalise_rows_backward(dc, dh, c, inverse, peepholes, rows, width);
    for (const at of [c, h, dc]) look(at, n);

    const [logits, losses, targets] = [fresh(), take(rows), indices(rows, width)];
    kernels.softmax_cross_entropy(logits, targets, losses, rows, width, 0.25);
    look(logits, n);
    look(losses, rows);

    const [table, x, out, which] = [fresh(), fresh(), fresh(), indices(rows, rows)];
    kernels.gather_rows(out, x, which, rows, width);
    kernels.scatter_add_rows(table, out, which, rows, width, width);
    kernels.select_rows(table, table, x, which, rows, width);
    kernels.sum_rows(table, x, rows, width, width);
    look(table, n);
    kernels.sum_products(table, x, width, out, width, rows, width);
    kernels.add(table, x, n, 1);
    look(table, n);
    kernels.broadcast_rows(out, table, rows, width);
    look(out, n);
    kernels.dropout(out, x, n, 0, Math.ceil(n / 2), 12345, 678, 9, 2 ** 30, 1.25);
    look(out, n);

    const [choices, weights, bans, uniforms, scales] = [
      take(rows),
      fresh(),
      take(width),
      take(rows),
      take(rows),
    ];
    const part = (at: number, length: number) => floats.subarray((at - BASE) / 4, (at - BASE) / 4 + length);
    part(bans, width).fill(0);
    part(uniforms, rows).set([0.2, 0.5, 0.8]);
    part(scales, rows).set([0.5, 1, 2]);
    kernels.draw_rows(choices, weights, x, bans, uniforms, scales, rows, width);
    look(choices, rows);
    look(weights, n);

    const [value, gradient, m, v] = [fresh(), fresh(), fresh(), fresh()];
    part(v, n).fill(0.5);
    hash.update(Float64Array.of(kernels.squared_norm(gradient, n)));
    kernels.adamw(value, gradient, m, v, n, 0.5, 0.01, 0.9, 0.99, 1e-8, 0.1, 0.1, 0.01);
    for (const at of [value, gradient, m, v]) look(at, n);
  }
  return hash.digest('hex');
}
