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

/** The kernels and the memory they work on. */
export interface Engine {
  /**
   * The build of the kernels, which checkpoints record: builds agree up to rounding. Only wasm-relaxed256 and
   * wasm-relaxed are bit-identical.
   */
  readonly name: string;
  readonly kernels: Kernels;
  readonly arena: Arena;
  readonly threads: number;
  /** Carries out the pending kernel calls (see team.ts). Call it before reading their results. */
  readonly finish: () => void;
  /** Everything another thread needs to attach the same kernels to the same memory. */
  readonly build:
    | { readonly kind: 'native'; readonly path: string }
    | { readonly kind: 'wasm'; readonly module: WebAssembly.Module };
}
