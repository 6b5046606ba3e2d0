import type { Engine, Kernels } from '../src/engine/kernels.js';
import { median } from './measure.js';

type Kernel = (...args: number[]) => number;

/** One call of a kernel. */
export interface Call {
  readonly name: string;
  readonly args: readonly number[];
  readonly milliseconds: number;
}

/** Returns an engine that records every kernel call and its duration in `calls`. */
export function timed(engine: Engine): { engine: Engine; calls: Call[] } {
  const calls: Call[] = [];
  const kernels = Object.entries(engine.kernels)
    .filter(([, kernel]) => typeof kernel === 'function')
    .map(([name, kernel]) => [name, recording(name, kernel as Kernel, calls)]);
  return { engine: { ...engine, kernels: Object.fromEntries(kernels) as Kernels }, calls };
}

function recording(name: string, kernel: Kernel, calls: Call[]): Kernel {
  return (...args) => {
    const start = performance.now();
    const result = kernel(...args);
    calls.push({ name, args, milliseconds: performance.now() - start });
    return result;
  };
}

/** Measures the cost of recording: milliseconds added inside the measured time of a call, and outside it. */
export function recordingCost(): { inside: number; outside: number } {
  const calls: Call[] = [];
  const empty = recording('empty', () => 0, calls);
  const batches = Array.from({ length: 100 }, () => {
    calls.length = 0;
    const start = performance.now();
    for (let i = 0; i < 500; i++) empty(i, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    return (performance.now() - start) / 500;
  });
  const inside = median(calls.map(({ milliseconds }) => milliseconds));
  return { inside, outside: Math.max(0, median(batches) - inside) };
}
