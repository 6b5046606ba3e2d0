import type { Abandon } from './abandon.js';
import type { Kernels } from './kernels.js';

type Name = Exclude<keyof Kernels, 'packed_length' | 'peak' | 'squared_norm'>;

/**
 * How the work of a kernel is divided among threads: by `argument`, a count of rows, columns or elements, of which each
 * thread takes a stretch. What depends on where the stretch begins moves by `moves`: for each unit by `by` (4 for
 * pointers to floats) times the argument `times`, if there is one.
 *
 * Kernels of one domain and one count are divided alike, and touch of what others of them have made only what the same
 * thread made; so no thread need wait between them. All others wait for each other. However the work is divided, each
 * number is made by the same operations in the same order: results do not depend on the number of threads.
 */
interface Division {
  readonly domain: string;
  readonly argument: number;
  /** Stretches begin at multiples of it. */
  readonly granule?: number;
  readonly moves: readonly { readonly argument: number; readonly by: number; readonly times?: number }[];
}

const pointer = (argument: number, times?: number, by = 4) =>
  times === undefined ? { argument, by } : { argument, by, times };

/** Sequences side by side, in one step of time or in all of them. */
const byRows = (argument: number, moves: Division['moves']): Division => ({
  domain: 'rows',
  argument,
  moves,
});

const DIVISIONS: Record<Name, Division> = {
  // Whole panels, of however many columns (see kernels/matmul.c).
  pack: { domain: 'panels', argument: 3, granule: 64, moves: [pointer(0, 2), pointer(1, 5)] },
  matmul: byRows(6, [pointer(0, 1), pointer(2, 3)]),
  broadcast_rows: byRows(2, [pointer(0, 3)]),
  gather_rows: { domain: 'gather', argument: 3, moves: [pointer(0, 4), pointer(2)] },
  scatter_add_rows: { domain: 'columns', argument: 4, granule: 16, moves: [pointer(0), pointer(1)] },
  sum_rows: { domain: 'columns', argument: 3, granule: 16, moves: [pointer(0), pointer(1)] },
  sum_products: { domain: 'columns', argument: 6, granule: 16, moves: [pointer(0), pointer(1), pointer(3)] },
  add: { domain: 'sum', argument: 2, granule: 16, moves: [pointer(0), pointer(1)] },
  lstm_forward: byRows(5, [pointer(0, 7), pointer(1, 6), pointer(2, 6), pointer(3, 6)]),
  lstm_backward: byRows(6, [pointer(0, 8), ...[1, 2, 3, 4].map((i) => pointer(i, 7))]),
  rnn_forward: byRows(2, [pointer(0, 3), pointer(1, 3)]),
  rnn_backward: byRows(2, [pointer(0, 3), pointer(1, 3)]),
  gru_forward: byRows(4, [pointer(0, 5, 12), pointer(1, 5, 12), pointer(2, 5), pointer(3, 5)]),
  gru_backward: byRows(5, [pointer(0, 6, 12), pointer(1, 6, 12), ...[2, 3, 4].map((i) => pointer(i, 6))]),
  normalise_rows: byRows(2, [pointer(0, 3), pointer(1)]),
  add_scaled_rows: byRows(3, [pointer(0, 4), pointer(1, 4)]),
  normalise_rows_backward: byRows(5, [pointer(0, 6), pointer(1, 6), pointer(2, 6), pointer(3)]),
  softmax_cross_entropy: byRows(3, [pointer(0, 4), pointer(1), pointer(2)]),
  dropout: { domain: 'dropout', argument: 4, moves: [{ argument: 3, by: 1 }] },
  adamw: { domain: 'elements', argument: 4, granule: 16, moves: [0, 1, 2, 3].map((i) => pointer(i)) },
};

/** The product of a single row, as in sampling, is divided by its columns. */
const OF_ONE_ROW: Division = {
  domain: 'panels',
  argument: 7,
  granule: 64,
  moves: [pointer(0), pointer(5, 8)],
};

/** A transposed left side is that of a gradient of weights: divided by its rows, but those are outputs. */
const OF_WEIGHTS: Division = { ...DIVISIONS.matmul, domain: 'outputs' };

/** How a call is divided. `at` is where its arguments begin. */
function divisionOf(name: Name, args: ArrayLike<number>, at = 0): Division {
  if (name !== 'matmul') return DIVISIONS[name];
  if (args[at + 6] === 1) return OF_ONE_ROW;
  return args[at + 4] === 1 ? DIVISIONS.matmul : OF_WEIGHTS;
}

export const TAPED = Object.keys(DIVISIONS) as Name[];

/** A kernel is noted by its place in that list. */
const CODES = Object.fromEntries(TAPED.map((name, code) => [name, code])) as Record<Name, number>;

/** The kernels by their codes. */
export type Functions = readonly ((...args: number[]) => void)[];

export function functionsOf(kernels: Kernels): Functions {
  return TAPED.map((name) => kernels[name] as (...args: number[]) => void);
}

/** Numbers of an entry: which kernel (-1 for a wait), and its arguments. */
const ENTRY = 14;
const WAIT = -1;

const FEW_ROWS = 16;

/** Calls of kernels in their order, to be carried out by several threads that all read it. */
export class Tape {
  /** Entries so far. */
  length = 0;
  /** Operations of the products, roughly. */
  work = 0;
  /** Domain and count of the last entry. */
  #domain = '';
  #count = 0;

  constructor(readonly entries: Float64Array) {}

  static readonly BYTES = 8 * ENTRY * 4096;

  get isFull(): boolean {
    return (this.length + 2) * ENTRY > this.entries.length;
  }

  clear(): void {
    this.length = 0;
    this.work = 0;
    this.#domain = '';
  }

  add(name: Name, args: readonly number[]): void {
    const { domain, argument } = divisionOf(name, args);
    const count = args[argument]!;
    const isAlike = domain === this.#domain && count === this.#count;
    if (!isAlike && this.length > 0) this.entries[this.length++ * ENTRY] = WAIT;
    const at = this.length++ * ENTRY;
    this.entries[at] = CODES[name];
    for (let i = 0; i < args.length; i++) this.entries[at + 1 + i] = args[i]!;
    this.#domain = domain;
    this.#count = count;
    // A product of few rows takes as long as its matrix takes to come from memory.
    if (name === 'matmul') this.work += 2 * Math.max(args[6]!, FEW_ROWS) * args[7]! * args[8]!;
  }
}

/**
 * Carries out the part of a tape that is one thread's.
 * @param wait is called where all threads must have come before any goes on, also where work is given up: each thread
 *   may learn of that at another entry
 */
export function play(
  entries: Float64Array,
  length: number,
  functions: Functions,
  { index, threads, wait, abandon }: { index: number; threads: number; wait: () => void; abandon: Abandon },
): void {
  const a = new Float64Array(ENTRY - 1);
  for (let entry = 0; entry < length; entry++) {
    const at = entry * ENTRY;
    const kernel = entries[at]!;
    if (kernel === WAIT) {
      wait();
      continue;
    }
    if (abandon.isOn) continue;
    const { argument, granule = 1, moves } = divisionOf(TAPED[kernel]!, entries, at + 1);
    for (let i = 0; i < a.length; i++) a[i] = entries[at + 1 + i]!;
    const count = a[argument]!;
    const units = Math.ceil(count / granule);
    const from = Math.floor((units * index) / threads) * granule;
    const to = Math.min(count, Math.floor((units * (index + 1)) / threads) * granule);
    if (to <= from) continue;
    for (const { argument: moved, by, times } of moves) {
      a[moved]! += from * by * (times === undefined ? 1 : entries[at + 1 + times]!);
    }
    a[argument] = to - from;
    call(functions[kernel]!, a, 0);
  }
}

/** Carries out a tape that no other thread plays. */
export function playAlone(
  entries: Float64Array,
  length: number,
  functions: Functions,
  abandon: Abandon,
): void {
  for (let entry = 0; entry < length; entry++) {
    const kernel = entries[entry * ENTRY]!;
    if (kernel !== WAIT && !abandon.isOn) call(functions[kernel]!, entries, entry * ENTRY + 1);
  }
}

/** Calls a kernel with arguments from a place on; those that it does not have are passed over. */
function call(kernel: (...args: number[]) => void, a: Float64Array, at: number): void {
  kernel(
    a[at]!,
    a[at + 1]!,
    a[at + 2]!,
    a[at + 3]!,
    a[at + 4]!,
    a[at + 5]!,
    a[at + 6]!,
    a[at + 7]!,
    a[at + 8]!,
    a[at + 9]!,
    a[at + 10]!,
    a[at + 11]!,
    a[at + 12]!,
  );
}
