import {
  Argument,
  type Flag,
  matrices,
  type Part,
  packed as panels,
  type Split,
  scalars,
  strided,
  undivided,
  vectors,
} from './shapes.js';

/** What the table says about a kernel. */
interface Row<Result extends 'nothing' | 'number'> {
  readonly returns: Result;
  /** The first one that applies to a call divides it; a kernel without any is never divided. */
  readonly splits: readonly Split[];
  readonly parts: readonly Part[];
}

const by = (domain: string, dimension: Argument, granule = 1): Split => ({ domain, dimension, granule });
/** Sequences of the batch, in one time step or in all of them. */
const byRows = (rows: Argument) => by('rows', rows);
const byColumns = (width: Argument) => by('columns', width, 16);
/** Whole panels of packed columns, of any build (see kernels/matmul.c). */
const byPanels = (n: Argument) => by('panels', n, 64);

const number = (...parts: Part[][]): Row<'number'> => ({
  returns: 'number',
  splits: [],
  parts: parts.flat(),
});

const divided = (splits: Split | readonly Split[], ...parts: (Part | Part[])[]): Row<'nothing'> => ({
  returns: 'nothing',
  splits: [splits].flat(),
  parts: parts.flat(),
});

const isLstmWidth = (width: Argument, hidden: Argument) => ({
  check: `(${width} == 4 * ${hidden} || ${width} == 3 * ${hidden})`,
});

/**
 * The signatures of the kernels, in the order of kernels/kernels.h, which has their contracts. From a row
 * follow the kernel's type (kernels.ts), how threads divide a call of it (tape.ts), and its binding in the
 * native addon with the bounds checks (bindings.ts).
 */
export const KERNEL_TABLE = {
  packed_length: (k, n) => number(scalars(k, n)),
  pack: (packed, b, k, n, rowStride, columnStride) =>
    divided(byPanels(n), panels(packed, k, n), strided(b, [k, rowStride], [n, columnStride])),
  matmul: (c, ldc, a, rowStride, columnStride, packed, m, n, k, accumulate: Flag) =>
    divided(
      [
        { ...byPanels(n), most: [m, 8] }, // few rows, as in sampling: each thread reads a part of the matrix
        { ...byRows(m), most: [columnStride, 1] },
        by('outputs', m), // A is transposed, as for gradients of weights
      ],
      strided(c, [m, ldc], [n]),
      strided(a, [m, rowStride], [k, columnStride]),
      panels(packed, k, n),
      { product: [m, n, k] },
      scalars(accumulate),
    ),
  peak: (n, x, y) => number(scalars(n, x, y)),

  broadcast_rows: (out, x, rows, width) =>
    divided(byRows(rows), matrices(rows, width, out), vectors(width, x)),
  // At least one row of the table; the indices are the caller's to keep in range.
  gather_rows: (out, table, indices, rows, width) =>
    divided(by('gather', rows), matrices(rows, width, out), vectors(width, table), vectors(rows, indices)),
  scatter_add_rows: (table, x, indices, rows, width, ld) =>
    divided(byColumns(width), vectors(width, table), strided(x, [rows, ld], [width]), vectors(rows, indices)),
  select_rows: (out, x, y, marks, rows, width) =>
    divided(byRows(rows), matrices(rows, width, out, x, y), vectors(rows, marks)),
  sum_rows: (out, x, rows, width, ld) =>
    divided(byColumns(width), vectors(width, out), strided(x, [rows, ld], [width])),
  sum_products: (out, a, lda, b, ldb, rows, width) =>
    divided(
      byColumns(width),
      vectors(width, out),
      strided(a, [rows, lda], [width]),
      strided(b, [rows, ldb], [width]),
    ),
  add: (out, x, n, accumulate: Flag) => divided(by('sum', n, 16), vectors(n, out, x), scalars(accumulate)),

  lstm_forward: (gates, cPrevious, c, h, peepholes, rows, hidden, width, hasPeepholes: Flag) =>
    divided(
      byRows(rows),
      isLstmWidth(width, hidden),
      matrices(rows, width, gates),
      matrices(rows, hidden, cPrevious, c, h),
      undivided(peepholes, `${hasPeepholes} * (${width} - ${hidden})`),
    ),
  lstm_backward: (gates, cPrevious, c, dh, dc, peepholes, rows, hidden, width, hasPeepholes: Flag) =>
    divided(
      byRows(rows),
      isLstmWidth(width, hidden),
      matrices(rows, width, gates),
      matrices(rows, hidden, cPrevious, c, dh, dc),
      undivided(peepholes, `${hasPeepholes} * (${width} - ${hidden})`),
    ),
  rnn_forward: (z, h, rows, hidden) => divided(byRows(rows), matrices(rows, hidden, z, h)),
  rnn_backward: (z, dh, rows, hidden) => divided(byRows(rows), matrices(rows, hidden, z, dh)),
  gru_forward: (gates, past, hPrevious, h, rows, hidden) =>
    divided(byRows(rows), matrices(rows, hidden.times(3), gates, past), matrices(rows, hidden, hPrevious, h)),
  gru_backward: (gates, past, hPrevious, dh, dhPrevious, rows, hidden) =>
    divided(
      byRows(rows),
      matrices(rows, hidden.times(3), gates, past),
      matrices(rows, hidden, hPrevious, dh, dhPrevious),
    ),

  normalise_rows: (x, inverse, rows, width) =>
    divided(byRows(rows), matrices(rows, width, x), vectors(rows, inverse)),
  add_scaled_rows: (out, x, scale, rows, width) =>
    divided(byRows(rows), matrices(rows, width, out, x), vectors(width, scale)),
  normalise_rows_backward: (dx, dy, x, inverse, scale, rows, width) =>
    divided(byRows(rows), matrices(rows, width, dx, dy, x), vectors(rows, inverse), vectors(width, scale)),

  softmax_cross_entropy: (logits, targets, losses, rows, vocabulary, scale) =>
    divided(byRows(rows), matrices(rows, vocabulary, logits), vectors(rows, targets, losses), scalars(scale)),

  draw_rows: (choices, weights, logits, bans, uniforms, scales, rows, vocabulary) =>
    divided(
      byRows(rows),
      matrices(rows, vocabulary, weights, logits),
      vectors(vocabulary, bans),
      vectors(rows, choices, uniforms, scales),
    ),

  dropout: (out, x, n, first, count, key0, key1, counter1, threshold, keepScale) =>
    divided(
      by('dropout', count),
      vectors(n, out, x),
      {
        check: `${first} >= 0 && ${count} >= 0 && 2 * (${first} + ${count}) <= ${n} + 1`,
        moves: [{ argument: first, dimension: count, by: 1 }],
      },
      scalars(key0, key1, counter1, threshold, keepScale),
    ),

  squared_norm: (x, n) => number(vectors(n, x)),
  adamw: (value, gradient, m, v, n, gradientScale, lr, beta1, beta2, epsilon, weightDecay, bias1, bias2) =>
    divided(
      by('elements', n, 16),
      vectors(n, value, gradient, m, v),
      scalars(gradientScale, lr, beta1, beta2, epsilon, weightDecay, bias1, bias2),
    ),
} satisfies Record<string, (...args: Argument[]) => Row<'nothing' | 'number'>>;

type Table = typeof KERNEL_TABLE;

/** The kernels that only write to memory. */
export type WritingKernel = {
  [Name in keyof Table]: ReturnType<Table[Name]>['returns'] extends 'nothing' ? Name : never;
}[keyof Table];

/** The rows, with each kernel's arguments identified by their positions. */
export const SIGNATURES = Object.entries(KERNEL_TABLE).map(([name, row]) => {
  const args = Array.from({ length: row.length }, (_, index) => new Argument(index));
  const described = (row as (...args: Argument[]) => Row<'nothing' | 'number'>)(...args);
  return { name: name as keyof Table, arity: row.length, ...described };
});

/** Of the longest signature. */
export const MOST_ARGUMENTS = Math.max(...SIGNATURES.map(({ arity }) => arity));
