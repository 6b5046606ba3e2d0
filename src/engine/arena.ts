import { UserError } from '../errors.js';

const PAGE = 65536;
const PAGES = 65536; // 4 GiB, all that 32-bit addresses reach
const STACK_PAGES = 4; // the C stack, as linked by kernels/build.ts
const ALIGNMENT = 64; // a cache line

/**
 * One linear memory on a SharedArrayBuffer, allocated from the bottom up and never freed: a network allocates
 * all it needs when it is created. Shared memory grows in place, so offsets and views stay valid.
 */
export class Arena {
  /** The largest size of an arena in bytes. */
  static readonly LIMIT = PAGE * PAGES;
  /** Called with the new size in bytes after the memory has grown. */
  onGrow: (bytes: number) => void = () => {};
  #end = STACK_PAGES * PAGE;

  constructor(readonly memory = reserve()) {}

  /**
   * Reserves `words` zeroed 32-bit words and returns their byte offset.
   * @throws UserError if they do not fit in 4 GiB
   */
  allocate(words: number): number {
    const offset = Math.ceil(this.#end / ALIGNMENT) * ALIGNMENT;
    const end = offset + words * 4;
    const missing = Math.ceil((end - this.memory.buffer.byteLength) / PAGE);
    if (end > Arena.LIMIT || !this.#grow(missing)) {
      throw new UserError(
        `the network would need ${(end / 2 ** 30).toFixed(1)} GiB of memory or more, which is not available`,
        'Use a smaller --hidden, --layers, --batch-size or --seq-length.',
      );
    }
    this.#end = end;
    return offset;
  }

  /** Bytes allocated so far. */
  get size(): number {
    return this.#end;
  }

  floats(offset: number, length: number): Float32Array<SharedArrayBuffer> {
    return new Float32Array(this.memory.buffer, offset, length);
  }

  words(offset: number, length: number): Uint32Array<SharedArrayBuffer> {
    return new Uint32Array(this.memory.buffer, offset, length);
  }

  #grow(pages: number): boolean {
    if (pages <= 0) return true;
    try {
      this.memory.grow(pages);
      this.onGrow(this.memory.buffer.byteLength);
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  }
}

/** Reserves 4 GiB of addresses, not of memory, so that the memory can grow in place. */
function reserve(): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: STACK_PAGES, maximum: PAGES, shared: true });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(
      'the system does not let this process reserve 4 GiB of addresses',
      'Lift the limit on virtual memory (ulimit -v unlimited).',
    );
  }
}
