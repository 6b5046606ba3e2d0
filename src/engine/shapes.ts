/**
 * The terms of the kernel table: shapes of the arrays behind a kernel's pointers. They determine the bounds
 * checks of the native build (bindings.ts) and how far pointers move when threads share a call (tape.ts).
 */

/** An argument of a kernel, identified by its position; `factor` scales a size. */
export class Argument {
  constructor(
    readonly index: number,
    readonly factor = 1,
  ) {}

  times(factor: number): Argument {
    return new Argument(this.index, factor);
  }

  /** The value as C; V is a macro of kernels/native.c. */
  toString(): string {
    return this.factor === 1 ? `V(${this.index})` : `${this.factor} * V(${this.index})`;
  }
}

/** An argument that is 0 or 1. */
export interface Flag extends Argument {
  readonly isFlag?: true;
}

/** With each unit of `dimension` before a thread's range, `argument` grows by `by`, or `by` * `times`. */
export interface Move {
  readonly argument: Argument;
  readonly dimension: Argument;
  readonly by: number;
  readonly times?: Argument | undefined;
}

/** What the table says about one argument, or several. */
export interface Part {
  /** Set where the argument points to an array. */
  readonly pointer?: Argument;
  /** A C condition that must hold. */
  readonly check?: string;
  readonly moves?: readonly Move[];
  /** Set for a matrix product, whose work grows faster than its arrays: rows, columns and depth. */
  readonly product?: readonly [m: Argument, n: Argument, k: Argument];
}

/** How a call is divided: each thread takes a range of `dimension`, a number of rows, columns or elements. */
export interface Split {
  /** Consecutive calls of the same domain and size need no wait between them; see tape.ts. */
  readonly domain: string;
  readonly dimension: Argument;
  /** Ranges start at multiples of this. */
  readonly granule: number;
  /** The split applies only to calls in which this argument has at most this value. */
  readonly most?: readonly [argument: Argument, value: number];
}

const FLOAT_BYTES = 4;

/** Arrays of n elements, of 4 bytes each. */
export function vectors(n: Argument, ...pointers: Argument[]): Part[] {
  return pointers.map((pointer) => ({
    pointer,
    check: fits(pointer, `${n}`),
    moves: [{ argument: pointer, dimension: n, by: FLOAT_BYTES }],
  }));
}

/** Contiguous (rows, width) matrices. */
export function matrices(rows: Argument, width: Argument, ...pointers: Argument[]): Part[] {
  return pointers.map((pointer) => ({
    pointer,
    check: fits(pointer, `${rows} * ${width}`),
    moves: [{ argument: pointer, dimension: rows, by: FLOAT_BYTES * width.factor, times: width }],
  }));
}

/** A matrix with a stride between its rows and, unless they are adjacent, between its columns. */
export function strided(
  pointer: Argument,
  [rows, rowStride]: readonly [rows: Argument, stride: Argument],
  [columns, columnStride]: readonly [columns: Argument, stride?: Argument],
): Part {
  return {
    pointer,
    check: fits(pointer, `SPAN(${rows}, ${columns}, ${rowStride}, ${columnStride ?? 1})`),
    moves: [
      { argument: pointer, dimension: rows, by: FLOAT_BYTES, times: rowStride },
      { argument: pointer, dimension: columns, by: FLOAT_BYTES, times: columnStride },
    ],
  };
}

/** A (k, n) matrix in the packed layout of kernels/matmul.c, in which the columns of a panel are adjacent. */
export function packed(pointer: Argument, k: Argument, n: Argument): Part {
  return {
    pointer,
    check: fits(pointer, `packed_length(${k}, ${n})`),
    moves: [{ argument: pointer, dimension: n, by: FLOAT_BYTES, times: k }],
  };
}

/** An array with a length given in C; each thread needs all of it. */
export function undivided(pointer: Argument, length: string): Part {
  return { pointer, check: fits(pointer, length) };
}

/** Arguments that say nothing about arrays. */
export function scalars(..._: Argument[]): Part[] {
  return [];
}

function fits({ index }: Argument, length: string): string {
  return `FITS(${index}, ${length})`;
}
