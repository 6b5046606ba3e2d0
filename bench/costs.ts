import type { Kernels } from '../src/engine/kernels.js';
import { type Phase, VOCABULARY } from './step.js';

/** The cost of a kernel call. */
export interface Cost {
  readonly what: string;
  readonly size: string;
  /** Floating-point operations in the source, a division counting as one; 0 if only memory matters. */
  readonly operations: number;
  /** Bytes read and written, each once. */
  readonly bytes: number;
}

type Args = readonly number[];

// Operations per element of the functions in kernels/vector.h.
const EXP = 22;
const SIGMOID = EXP + 3;
const TANH = EXP + 16;

const rowsOf = (what: string, [rows, width]: readonly [number, number], floats: number, operations = 0) => ({
  what,
  size: `${rows} x ${width}`,
  operations: operations * rows * width,
  bytes: 4 * floats * rows * width,
});

const elements = (what: string, n: number, floats: number, operations: number): Cost => ({
  what,
  size: `${n}`,
  operations: operations * n,
  bytes: 4 * floats * n,
});

/** Names a matrix product by its role in the step; see model/linear.ts and model/layer.ts. */
function product(args: Args, phase: Phase, rows: number): string {
  const [, , , , columnStride, , m, n, k] = args;
  if (columnStride !== 1) return 'gradient of weights';
  const isRecurrent = m === rows;
  if (phase === 'forward') return isRecurrent ? 'recurrent' : n === VOCABULARY ? 'decoder' : 'input';
  return isRecurrent ? 'gradient of state' : k === VOCABULARY ? 'gradient of outputs' : 'gradient of input';
}

/** The kernels in a training step of the plain LSTM. */
const COSTS: Partial<Record<keyof Kernels, (args: Args, phase: Phase, rows: number) => Cost>> = {
  matmul(args, phase, rows) {
    const [m, n, k, accumulate] = args.slice(6) as [number, number, number, number];
    return {
      what: `product: ${product(args, phase, rows)}`,
      size: `${m} x ${k} x ${n}`,
      operations: 2 * m * n * k,
      bytes: 4 * (m * k + k * n + (accumulate ? 2 : 1) * m * n),
    };
  },
  pack: ([, , k, n, , columnStride]) => rowsOf(columnStride === 1 ? 'pack' : 'pack, transposed', [k!, n!], 2),
  broadcast_rows: ([, , rows, width]) => rowsOf('broadcast_rows', [rows!, width!], 1),
  gather_rows: ([, , , rows, width]) => rowsOf('gather_rows', [rows!, width!], 2),
  scatter_add_rows: ([, , , rows, width]) => rowsOf('scatter_add_rows', [rows!, width!], 3),
  sum_rows: ([, , rows, width]) => rowsOf('sum_rows', [rows!, width!], 1),
  lstm_forward: ([, , , , , rows, hidden]) =>
    rowsOf('lstm_forward', [rows!, hidden!], 11, 3 * SIGMOID + 2 * TANH + 4),
  lstm_backward: ([, , , , , , rows, hidden]) => rowsOf('lstm_backward', [rows!, hidden!], 13, TANH + 22),
  softmax_cross_entropy: ([, , , rows, vocabulary]) =>
    rowsOf('softmax_cross_entropy', [rows!, vocabulary!], 2, EXP + 4),
  dropout: ([, , n]) => elements('dropout', n!, 2, 0),
  squared_norm: ([, n]) => elements('squared_norm', n!, 1, 2),
  adamw: ([, , , , n]) => elements('adamw', n!, 8, 15),
};

/** @param rows number of parallel sequences, which identifies the recurrent products */
export function costOf(name: string, args: Args, phase: Phase, rows: number): Cost {
  const cost = COSTS[name as keyof Kernels];
  if (!cost) throw new RangeError(`${name} is not part of a step`);
  return cost(args, phase, rows);
}
