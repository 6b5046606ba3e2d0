import type { Arena } from './arena.js';
import type { KERNEL_TABLE } from './kernel-table.js';

type Table = typeof KERNEL_TABLE;

/** The values of a row's arguments; they keep their names. */
type Values<Arguments extends readonly unknown[]> = {
  [I in keyof Arguments]: 'isFlag' extends keyof Arguments[I] ? 0 | 1 : number;
};

/**
 * The kernels as TypeScript calls them: every pointer is a byte offset into the arena. Each build provides
 * exactly these functions; kernels/kernels.h has their contracts (shapes, aliasing, what is overwritten).
 */
export type Kernels = {
  [Name in keyof Table]: (
    ...args: Values<Parameters<Table[Name]>>
  ) => ReturnType<Table[Name]>['returns'] extends 'number' ? number : void;
};

/**
 * The names of the builds, which checkpoints record: one for each set of bits. All native builds give the same
 * bits, for every processor (see kernels/vector.h); between native-1 and wasm-simd, results agree up to
 * rounding. Whoever changes the bits of a build gives it another number; a test holds a hash of each.
 */
export const NATIVE = 'native-1';
export const WASM = 'wasm-simd';

/** A level of vectors that the native build has been compiled for. */
export type Level = 'avx512' | 'avx2' | 'neon';

/** The kernels and the memory they work on. */
export interface Engine {
  readonly name: typeof NATIVE | typeof WASM;
  readonly kernels: Kernels;
  readonly arena: Arena;
  readonly threads: number;
  /** Carries out the pending kernel calls (see team.ts). Call it before reading their results. */
  readonly finish: () => void;
  /** Everything another thread needs to attach the same kernels to the same memory. */
  readonly build:
    | { readonly kind: 'native'; readonly path: string; readonly level: Level }
    | { readonly kind: 'wasm'; readonly module: WebAssembly.Module };
}
