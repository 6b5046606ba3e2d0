import { startThread } from '../thread.js';
import { Abandon } from './abandon.js';
import { Barrier } from './barrier.js';
import type { Engine, Kernels } from './kernels.js';
import { functionsOf, play, playAlone, TAPED, Tape } from './tape.js';

/** The data that a helper thread starts with. */
export interface HelperData {
  readonly index: number;
  readonly threads: number;
  readonly memory: WebAssembly.Memory;
  readonly build: Engine['build'];
  /** Byte offset of the end of the C stack in a WebAssembly build; each thread has its own. */
  readonly stackTop: number;
  readonly entries: SharedArrayBuffer;
  readonly barrier: SharedArrayBuffer;
  readonly abandon: SharedArrayBuffer;
}

/** Bytes of C stack per helper thread, as kernels/build.ts links for the first thread. */
const STACK = 256 * 1024;
/** Less work is finished before the other threads wake up: about 80 microseconds, or a matrix of 2 MB. */
const LEAST_WORK = 16e6;

/**
 * Returns an engine whose kernels run in several threads. Calls are recorded on a tape and carried out by
 * `finish`, or when a result is needed. Results are bit-identical for any number of threads.
 * @param given lets work be given up
 */
export function withThreads(engine: Engine, threads: number, given?: Abandon): Engine {
  if (threads <= 1) return given ? { ...engine, kernels: guarded(engine.kernels, given) } : engine;
  const abandon = given ?? new Abandon();
  const barrier = new Barrier(threads);
  const tape = new Tape(new Float64Array(new SharedArrayBuffer(Tape.BYTES)));
  const stacks = Array.from({ length: threads - 1 }, () => engine.arena.allocate(STACK / 4) + STACK);
  let isAssembled = false;
  // Only when there is enough work: many models are too small ever to need helpers.
  const assemble = () => {
    isAssembled = true;
    for (let index = 1; index < threads; index++) {
      const workerData: HelperData = {
        index,
        threads,
        memory: engine.arena.memory,
        build: engine.build,
        stackTop: stacks[index - 1]!,
        entries: tape.entries.buffer as SharedArrayBuffer,
        barrier: barrier.buffer,
        abandon: abandon.buffer,
      };
      startThread(new URL('../../dist/engine/helper.js', import.meta.url), workerData).unref();
    }
  };

  const functions = functionsOf(engine.kernels);
  const finish = () => {
    if (tape.length === 0) return;
    const alone = tape.work < LEAST_WORK;
    if (alone) {
      playAlone(tape.entries, tape.length, functions, abandon);
    } else {
      if (!isAssembled) assemble();
      barrier.call(tape.length);
      const wait = () => barrier.wait();
      play(tape.entries, tape.length, functions, { index: 0, threads, wait, abandon });
      barrier.wait();
    }
    tape.clear();
  };
  const taped = TAPED.map((name) => [
    name,
    (...args: number[]) => {
      if (tape.isFull) finish();
      tape.add(name, args);
    },
  ]);
  const { squared_norm } = engine.kernels;
  const kernels = {
    ...engine.kernels,
    ...Object.fromEntries(taped),
    squared_norm(x: number, n: number): number {
      finish();
      return squared_norm(x, n);
    },
  } as Kernels;
  return { ...engine, kernels, threads, finish };
}

/** Kernels that are skipped while work is being given up. */
function guarded(kernels: Kernels, abandon: Abandon): Kernels {
  const functions = TAPED.map((name) => {
    const kernel = kernels[name] as (...args: number[]) => void;
    // Spelled out, since rest arguments would cost as much as a small kernel; the longest list has 13.
    const guard: typeof kernel = (a, b, c, d, e, f, g, h, i, j, k, l, m) => {
      if (!abandon.isOn) kernel(a!, b!, c!, d!, e!, f!, g!, h!, i!, j!, k!, l!, m!);
    };
    return [name, guard];
  });
  return { ...kernels, ...Object.fromEntries(functions) };
}
