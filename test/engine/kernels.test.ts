import { describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/kernels.js';
import { Random, Stream, threefry } from '../../src/random.js';
import { builds } from '../helpers/engines.js';

const engines = builds.map(([label, open]) => ({ label, engine: open() }));
const SIZES = [1, 2, 3, 4, 5, 7, 8, 9, 16, 31, 33];

/** Allocates random numbers: their byte offset and a view of them. */
function random({ arena }: Engine, length: number, scale = 1): { at: number; view: Float32Array } {
  const source = new Random(length * 31 + 7, Stream.sampling);
  const at = arena.allocate(length);
  const view = arena.floats(at, length);
  for (let i = 0; i < length; i++) view[i] = (2 * source.uniform() - 1) * scale;
  return { at, view };
}

function zeros({ arena }: Engine, length: number): { at: number; view: Float32Array } {
  const at = arena.allocate(length);
  return { at, view: arena.floats(at, length) };
}

function words({ arena }: Engine, values: number[]): number {
  const at = arena.allocate(values.length);
  arena.words(at, values.length).set(values);
  return at;
}

function isSubnormal(x: number): boolean {
  return x !== 0 && Math.abs(x) < 2 ** -126;
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const e = expected[i]!;
    if (!(Math.abs(actual[i]! - e) <= tolerance * Math.max(1, Math.abs(e)))) {
      expect.fail(`element ${i} is ${actual[i]}, expected ${e}`);
    }
  }
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

describe.each(engines)('$label', ({ engine }) => {
  const { kernels } = engine;

  it.each(SIZES.flatMap((m) => SIZES.map((n) => [m, n] as const)))(
    'matmul multiplies (%i, k) by (k, %i) for all k',
    (m, n) => {
      for (const k of [1, 2, 5, 8, 17, 64]) {
        for (const transposed of [false, true]) {
          const a = random(engine, m * k);
          const b = random(engine, k * n);
          const c = random(engine, m * n);
          const before = Float64Array.from(c.view);
          const packed = engine.arena.allocate(engine.kernels.packed_length(k, n));
          const product = new Float64Array(m * n);
          // transposed: A is stored (k, m) and B (n, k).
          for (let i = 0; i < m; i++) {
            for (let j = 0; j < n; j++) {
              for (let p = 0; p < k; p++) {
                const x = a.view[transposed ? p * m + i : i * k + p]!;
                product[i * n + j]! += x * b.view[transposed ? j * k + p : p * n + j]!;
              }
            }
          }
          kernels.pack(packed, b.at, k, n, transposed ? 1 : n, transposed ? k : 1);
          const multiply = (accumulate: 0 | 1) =>
            kernels.matmul(
              c.at,
              n,
              a.at,
              transposed ? 1 : k,
              transposed ? m : 1,
              packed,
              m,
              n,
              k,
              accumulate,
            );
          multiply(1);
          expectClose(
            c.view,
            product.map((x, i) => x + before[i]!),
            2e-6,
          );
          multiply(0);
          expectClose(c.view, product, 2e-6);
        }
      }
    },
  );

  it('matmul works across blocks of rows and depth, into wider rows of C', () => {
    const [m, n, k, ldc] = [131, 13, 1100, 17];
    const a = random(engine, m * k);
    const b = random(engine, k * n);
    const c = zeros(engine, m * ldc);
    c.view.fill(7);
    const packed = engine.arena.allocate(engine.kernels.packed_length(k, n));
    kernels.pack(packed, b.at, k, n, n, 1);
    kernels.matmul(c.at, ldc, a.at, k, 1, packed, m, n, k, 0);
    const expected = new Float64Array(m * ldc).fill(7);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let total = 0;
        for (let p = 0; p < k; p++) total += a.view[i * k + p]! * b.view[p * n + j]!;
        expected[i * ldc + j] = total;
      }
    }
    expectClose(c.view, expected, 1e-4);
  });

  it.each(SIZES)('rows of width %i are broadcast, gathered, scattered and summed', (width) => {
    const rows = 6;
    const indices = [2, 0, 2, 1, 1, 2];
    const at = words(engine, indices);
    const x = random(engine, rows * width);
    const table = random(engine, 3 * width);
    const out = zeros(engine, rows * width);

    kernels.broadcast_rows(out.at, table.at, rows, width);
    expectClose(
      out.view,
      Array.from(out.view, (_, i) => table.view[i % width]!),
      0,
    );

    kernels.gather_rows(out.at, table.at, at, rows, width);
    expectClose(
      out.view,
      Array.from(out.view, (_, i) => table.view[indices[Math.floor(i / width)]! * width + (i % width)]!),
      0,
    );

    const scattered = Float64Array.from(table.view);
    for (let i = 0; i < rows * width; i++)
      scattered[indices[Math.floor(i / width)]! * width + (i % width)]! += x.view[i]!;
    kernels.scatter_add_rows(table.at, x.at, at, rows, width, width);
    expectClose(table.view, scattered, 1e-6);

    const sums = Float64Array.from(table.view.subarray(0, width));
    for (let i = 0; i < rows * width; i++) sums[i % width]! += x.view[i]!;
    kernels.sum_rows(table.at, x.at, rows, width, width);
    expectClose(table.view.subarray(0, width), sums, 1e-6);
  });

  it.each(SIZES)('an LSTM cell of %i units matches plain loops forward and backward', (hidden) => {
    const rows = 3;
    const n = rows * hidden;
    const gates = random(engine, 4 * n, 6);
    const cPrevious = random(engine, n, 2);
    const dh = random(engine, n, 1.5);
    const dc = random(engine, n, 0.7);
    const c = zeros(engine, n);
    const h = zeros(engine, n);
    const z = Float64Array.from(gates.view);
    const activations = new Float64Array(4 * n);
    const expectedC = new Float64Array(n);
    const expectedH = new Float64Array(n);
    const dz = new Float64Array(4 * n);
    const expectedDc = new Float64Array(n);
    for (let r = 0; r < rows; r++) {
      for (let j = 0; j < hidden; j++) {
        const place = (gate: number) => (r * 4 + gate) * hidden + j;
        const at = r * hidden + j;
        const i = sigmoid(z[place(0)]!);
        const f = sigmoid(z[place(1)]!);
        const g = Math.tanh(z[place(2)]!);
        const o = sigmoid(z[place(3)]!);
        [i, f, g, o].forEach((x, gate) => {
          activations[place(gate)] = x;
        });
        const cell = f * cPrevious.view[at]! + i * g;
        const t = Math.tanh(cell);
        expectedC[at] = cell;
        expectedH[at] = o * t;
        const dCell = dc.view[at]! + dh.view[at]! * o * (1 - t * t);
        dz[place(0)] = dCell * g * i * (1 - i);
        dz[place(1)] = dCell * cPrevious.view[at]! * f * (1 - f);
        dz[place(2)] = dCell * i * (1 - g * g);
        dz[place(3)] = dh.view[at]! * t * o * (1 - o);
        expectedDc[at] = dCell * f;
      }
    }
    kernels.lstm_forward(gates.at, cPrevious.at, c.at, h.at, 0, rows, hidden, 4 * hidden, 0);
    expectClose(gates.view, activations, 3e-7);
    expectClose(c.view, expectedC, 5e-7);
    expectClose(h.view, expectedH, 5e-7);
    kernels.lstm_backward(gates.at, cPrevious.at, c.at, dh.at, dc.at, 0, rows, hidden, 4 * hidden, 0);
    expectClose(gates.view, dz, 1e-6);
    expectClose(dc.view, expectedDc, 1e-6);
  });

  it('gates saturate without overflow and pass NaN on', () => {
    const gates = zeros(engine, 16);
    const c = zeros(engine, 4);
    const h = zeros(engine, 4);
    gates.view.set([1e30, -1e30, Number.POSITIVE_INFINITY, Number.NaN].flatMap((x) => [x, x, x, x]));
    // i = 1, f = 0, g = 1, o = NaN
    kernels.lstm_forward(gates.at, c.at, zeros(engine, 4).at, h.at, 0, 1, 4, 16, 0);
    expect(gates.view[0]).toBe(1);
    expect(gates.view[4]).toBeLessThan(1e-13); // not 0: see kernels/vector.h
    expect(gates.view[8]).toBe(1);
    expect(h.view[0]).toBeNaN();
  });

  it('closed gates and vanished gradients produce no subnormal numbers', () => {
    const shut = zeros(engine, 16);
    const dh = zeros(engine, 4);
    const dc = zeros(engine, 4);
    const [c, h, none] = [zeros(engine, 4), zeros(engine, 4), zeros(engine, 4)];
    shut.view.set([-1000, -1000, 0.5, -1000].flatMap((x) => [x, x, x, x]));
    kernels.lstm_forward(shut.at, none.at, c.at, h.at, 0, 1, 4, 16, 0);
    expect(h.view[0]).toBeGreaterThan(0);
    dh.view.fill(1e-20);
    dc.view.fill(1e-20);
    kernels.lstm_backward(shut.at, c.at, c.at, dh.at, dc.at, 0, 1, 4, 16, 0);
    const past = zeros(engine, 12);
    const gru = zeros(engine, 12);
    gru.view.fill(-1000, 4, 8);
    dh.view.fill(1e-36);
    kernels.gru_forward(gru.at, past.at, h.at, c.at, 1, 4);
    kernels.gru_backward(gru.at, past.at, h.at, dh.at, none.at, 1, 4);
    const rnn = random(engine, 4);
    kernels.rnn_forward(rnn.at, c.at, 1, 4);
    kernels.rnn_backward(rnn.at, dh.at, 1, 4);
    const [m, v] = [zeros(engine, 4), zeros(engine, 4)];
    dh.view.set([1e-10, 1e-15, 1e-20, 1e-30]);
    for (let step = 0; step < 9000; step++) {
      kernels.adamw(none.at, dh.at, m.at, v.at, 4, 1, 0.01, 0.9, 0.99, 1e-8, 0, 1, 1);
      for (const x of [...m.view, ...v.view]) if (isSubnormal(x)) expect.fail(`${x} after ${step + 1} steps`);
    }
    for (const { view } of [shut, h, dc, gru, past, none, rnn]) expect(view.some(isSubnormal)).toBe(false);
  });

  it('tanh keeps its relative accuracy near zero', () => {
    const gates = zeros(engine, 16);
    gates.view.set([1e-3, -1e-5, 0.3, 0.62], 8);
    kernels.lstm_forward(
      gates.at,
      zeros(engine, 4).at,
      zeros(engine, 4).at,
      zeros(engine, 4).at,
      0,
      1,
      4,
      16,
      0,
    );
    [1e-3, -1e-5, 0.3, 0.62].forEach((x, i) => {
      const exact = Math.tanh(Math.fround(x));
      expect(Math.abs(gates.view[8 + i]! / exact - 1)).toBeLessThan(3e-7);
    });
  });

  it.each(SIZES)('softmax and cross-entropy over %i characters match plain loops', (vocabulary) => {
    const rows = 5;
    const logits = random(engine, rows * vocabulary, 8);
    logits.view[0] = 300; // exp would overflow
    const targets = Array.from({ length: rows }, (_, r) => (r * 3) % vocabulary);
    const at = words(engine, targets);
    const losses = zeros(engine, rows);
    const before = Float64Array.from(logits.view);
    const expected = new Float64Array(rows);
    const gradient = new Float64Array(rows * vocabulary);
    for (let r = 0; r < rows; r++) {
      const row = before.subarray(r * vocabulary, (r + 1) * vocabulary);
      const largest = Math.max(...row);
      const z = row.reduce((total, x) => total + Math.exp(x - largest), 0);
      expected[r] = Math.log(z) + largest - row[targets[r]!]!;
      row.forEach((x, j) => {
        gradient[r * vocabulary + j] = 0.25 * (Math.exp(x - largest) / z - (j === targets[r] ? 1 : 0));
      });
    }
    kernels.softmax_cross_entropy(logits.at, at, losses.at, rows, vocabulary, 0);
    expectClose(losses.view, expected, 1e-6);
    expectClose(logits.view, before, 0);
    kernels.softmax_cross_entropy(logits.at, at, losses.at, rows, vocabulary, 0.25);
    expectClose(losses.view, expected, 1e-6);
    expectClose(logits.view, gradient, 1e-6);
  });

  it.each([1, 2, 3, 8, 1001])('dropout of %i elements follows the generator of random.ts', (n) => {
    const x = random(engine, n);
    const out = zeros(engine, n);
    const [key0, key1, counter1, threshold] = [123456789, 2, 77, 0.3 * 2 ** 32];
    kernels.dropout(out.at, x.at, n, 0, Math.ceil(n / 2), key0, key1, counter1, threshold, 1 / 0.7);
    const half = Math.ceil(n / 2);
    const expected = Array.from(x.view, (value, i) => {
      const word = threefry(key0, key1, i % half, counter1)[i < half ? 0 : 1]!;
      return word < threshold ? 0 : value * Math.fround(1 / 0.7);
    });
    expectClose(out.view, expected, 1e-7);
    kernels.dropout(x.at, x.at, n, 0, Math.ceil(n / 2), key0, key1, counter1, threshold, 1 / 0.7);
    expect(x.view).toEqual(out.view);
  });

  it.each(SIZES)('the norm and AdamW of %i elements match plain loops', (n) => {
    const value = random(engine, n);
    const gradient = random(engine, n + 1);
    const m = zeros(engine, n);
    const v = zeros(engine, n);
    const norm = gradient.view.subarray(0, n).reduce((total, g) => total + g * g, 0);
    expect(kernels.squared_norm(gradient.at, n)).toBeCloseTo(norm, 10);
    const expected = Float64Array.from(value.view);
    const em = new Float64Array(n);
    const ev = new Float64Array(n);
    const before = Float32Array.from(gradient.view);
    for (let step = 1; step <= 3; step++) {
      const [bias1, bias2] = [1 - 0.9 ** step, 1 - 0.99 ** step];
      gradient.view.set(before);
      for (let i = 0; i < n; i++) {
        const g = gradient.view[i]! * 0.5;
        em[i] = 0.9 * em[i]! + 0.1 * g;
        ev[i] = 0.99 * ev[i]! + 0.01 * g * g;
        expected[i] =
          expected[i]! * (1 - 0.01 * 0.1) - (0.01 * (em[i]! / bias1)) / (Math.sqrt(ev[i]! / bias2) + 1e-8);
      }
      kernels.adamw(value.at, gradient.at, m.at, v.at, n, 0.5, 0.01, 0.9, 0.99, 1e-8, 0.1, bias1, bias2);
      expect(gradient.view.subarray(0, n).every((g) => g === 0)).toBe(true);
      expect(gradient.view[n]).toBe(before[n]);
    }
    expectClose(value.view, expected, 2e-6);
    expectClose(m.view, em, 2e-6);
    expectClose(v.view, ev, 2e-6);
  });
});
