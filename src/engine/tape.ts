import type { Abandon } from './abandon.js';
import { MOST_ARGUMENTS, SIGNATURES, type WritingKernel } from './kernel-table.js';
import type { Kernels } from './kernels.js';
import type { Move, Split } from './shapes.js';

/** How the calls of a kernel are divided, and what moves with the start of a thread's range. */
interface Division extends Split {
  readonly moves: readonly Move[];
}

const signatures = SIGNATURES.filter(({ returns }) => returns === 'nothing');

/** The kernels that go on a tape, which refers to them by their index in this list. */
export const TAPED = signatures.map(({ name }) => name as WritingKernel);

const CODES = Object.fromEntries(TAPED.map((name, code) => [name, code])) as Record<WritingKernel, number>;

const DIVISIONS: readonly (readonly Division[])[] = signatures.map(({ splits, parts }) =>
  splits.map((split) => ({
    ...split,
    moves: parts
      .flatMap(({ moves = [] }) => moves)
      .filter(({ dimension }) => dimension.index === split.dimension.index),
  })),
);

const PRODUCTS = signatures.map(({ parts }) => parts.find(({ product }) => product)?.product);

/** How a call is divided. `at` is where its arguments start. */
function divisionOf(code: number, args: ArrayLike<number>, at = 0): Division {
  for (const division of DIVISIONS[code]!) {
    const { most } = division;
    if (most === undefined || args[at + most[0].index]! <= most[1]) return division;
  }
  throw new RangeError(`the table divides no such call of ${TAPED[code]}`);
}

/** The kernels by their codes. */
export type Functions = readonly ((...args: number[]) => void)[];

export function functionsOf(kernels: Kernels): Functions {
  return TAPED.map((name) => kernels[name] as (...args: number[]) => void);
}

/** Numbers per entry: the code of a kernel, or WAIT, and the arguments. */
const ENTRY = 1 + MOST_ARGUMENTS;
const WAIT = -1;

/** A product of fewer rows takes as long as reading its matrix from memory. */
const FEW_ROWS = 16;

/**
 * Calls of kernels in order, for several threads that all read it.
 *
 * Consecutive calls of the same domain and size are divided alike: what one of them wrote, the next one reads
 * in the same thread, so there is no wait between them. Between any others all threads wait. However the work
 * is divided, each number results from the same operations in the same order, with any number of threads.
 */
export class Tape {
  /** Number of entries. */
  length = 0;
  /** Approximate number of operations in the matrix products. */
  work = 0;
  /** Domain and size of the last entry. */
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

  add(name: WritingKernel, args: readonly number[]): void {
    const code = CODES[name];
    const { domain, dimension } = divisionOf(code, args);
    const count = args[dimension.index]!;
    const isAlike = domain === this.#domain && count === this.#count;
    if (!isAlike && this.length > 0) this.entries[this.length++ * ENTRY] = WAIT;
    const at = this.length++ * ENTRY;
    this.entries[at] = code;
    for (let i = 0; i < args.length; i++) this.entries[at + 1 + i] = args[i]!;
    this.#domain = domain;
    this.#count = count;
    const product = PRODUCTS[code];
    if (product) {
      const [m, n, k] = product;
      this.work += 2 * Math.max(args[m.index]!, FEW_ROWS) * args[n.index]! * args[k.index]!;
    }
  }
}

/**
 * Carries out one thread's part of a tape.
 * @param wait is called where all threads must arrive before any continues, even when the work is given up:
 *   each thread may notice that at a different entry
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
    const { dimension, granule, moves } = divisionOf(kernel, entries, at + 1);
    for (let i = 0; i < a.length; i++) a[i] = entries[at + 1 + i]!;
    const count = a[dimension.index]!;
    const units = Math.ceil(count / granule);
    const from = Math.floor((units * index) / threads) * granule;
    const to = Math.min(count, Math.floor((units * (index + 1)) / threads) * granule);
    if (to <= from) continue;
    for (const { argument, by, times } of moves) {
      a[argument.index]! += from * by * (times === undefined ? 1 : entries[at + 1 + times.index]!);
    }
    a[dimension.index] = to - from;
    call(functions[kernel]!, a, 0);
  }
}

/** Carries out a whole tape in one thread. */
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

/** Calls a kernel with the arguments from `at` on; a kernel ignores those that it does not have. */
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
