import type { Arena } from './arena.js';
import type { KERNEL_TABLE } from './kernel-table.js';

type Table = typeof KERNEL_TABLE;

/** The values of a row's arguments; they keep their names. */
type Values<Arguments extends readonly unknown[]> = {
  [I in keyof Arguments]: 'isFlag' extends keyof Arguments[I] ? 0 | 1 : number;
};

/**
 * The kernels as TypeScript calls them: every pointer is a byte offset into the arena. Each build provides exactly
 * these functions; kernels/kernels.h has their contracts (shapes, aliasing, what is overwritten).
 */
export type Kernels = {
  [Name in keyof Table]: (
    ...args: Values<Parameters<Table[Name]>>
  ) => ReturnType<Table[Name]>['returns'] extends 'number' ? number : void;
};

/** Kernels and the memory they work on. */
export interface Engine {
  /**
   * The build of the kernels, recorded in checkpoints: results agree between builds to rounding, not to the bit; only
   * wasm-relaxed256 gives the bits of wasm-relaxed.
   */
  readonly name: string;
  readonly kernels: Kernels;
  readonly arena: Arena;
  readonly threads: number;
  /** Carries out the calls of kernels that are not yet (see team.ts). To be called before their results are read. */
  readonly finish: () => void;
  /** What it takes to put the same kernels on the same memory in another thread. */
  readonly build:
    | { readonly kind: 'native'; readonly path: string }
    | { readonly kind: 'wasm'; readonly module: WebAssembly.Module };
}
