/**
 * Where the time of a training step goes: every kernel call in real single-threaded steps, with the caches in
 * their real state, relative to the peak of the registers and the speed of memory. Matrix products are also
 * measured alone, with warm and with cold caches, and the recurrent one as a naive loop too. $SHAPE replaces
 * 2 x 512 with hidden,layers,rows,steps and optionally a dropout rate.
 */
import { type EngineChoice, openEngine } from '../src/engine/engine.js';
import type { Engine, Kernels } from '../src/engine/kernels.js';
import { openNativeEngine } from '../src/engine/native.js';
import { speedOf } from '../src/engine/speed.js';
import { table } from '../src/format.js';
import { type Cost, costOf } from './costs.js';
import { median, medianSeconds } from './measure.js';
import { PHASES, type Phase, type Shape, trainingStep } from './step.js';
import { type Call, recordingCost, timed } from './timed.js';

const MILLISECONDS = 15_000;
const WARM_UP = 2;

const [hidden = 512, layers = 2, rows = 32, steps = 64, dropout = 0] = (process.env.SHAPE || '512,2,32,64')
  .split(',')
  .map(Number);
const shape: Shape = [layers, hidden, rows, steps];

/** The calls of one kernel with one size in one part of a step. */
interface Line extends Cost {
  readonly phase: Phase;
  readonly args: readonly number[];
  calls: number;
  milliseconds: number;
}

/** @param inside milliseconds that recording adds to each call */
function linesOf(calls: readonly Call[], phase: Phase, inside: number): Line[] {
  const lines = new Map<string, Line>();
  for (const { name, args, milliseconds } of calls) {
    const cost = costOf(name, args, phase, rows);
    const key = `${cost.what} ${cost.size}`;
    const line = lines.get(key) ?? { ...cost, phase, args, calls: 0, milliseconds: 0 };
    line.calls++;
    line.milliseconds += milliseconds - inside;
    lines.set(key, line);
  }
  return [...lines.values()];
}

/**
 * Trains for a while and returns medians over the steps. `rest` is the milliseconds of a step outside
 * kernels.
 */
function measure(plain: Engine): { lines: Line[]; rest: number } {
  const recording = recordingCost();
  const { engine, calls } = timed(plain);
  const { parts } = trainingStep(engine, shape, dropout);
  const rests: number[] = [];
  const found: Line[][] = [];
  const end = performance.now() + MILLISECONDS;
  while (rests.length < WARM_UP + 5 || performance.now() < end) {
    let rest = 0;
    const lines = PHASES.flatMap((phase) => {
      calls.length = 0;
      const start = performance.now();
      parts[phase]();
      rest += performance.now() - start - calls.length * recording.outside;
      for (const { milliseconds } of calls) rest -= milliseconds;
      return linesOf(calls, phase, recording.inside);
    });
    found.push(lines);
    rests.push(rest);
  }
  const warm = found.slice(WARM_UP);
  // Every step makes the same calls, so the lines are in the same order.
  const lines = warm[0]!.map((line, i) => ({
    ...line,
    milliseconds: Math.max(0, median(warm.map((step) => step[i]!.milliseconds))),
  }));
  return { lines, rest: Math.max(0, median(rests.slice(WARM_UP))) };
}

const larger = new Float32Array(2 ** 24);

/** Median seconds of a call that finds none of its data in the caches of its core. */
function coldSeconds(work: () => void): number {
  const times = Array.from({ length: 15 }, () => {
    for (let i = 0; i < larger.length; i += 16) larger[i]! += 1;
    const start = performance.now();
    work();
    return (performance.now() - start) / 1000;
  });
  return median(times);
}

/** Gigabytes per second, read and written, when copying more than the caches of a core hold. */
function copySpeed(): number {
  const copy = new Float32Array(larger.length);
  return (2 * larger.byteLength) / medianSeconds(() => copy.set(larger)) / 1e9;
}

/** GFLOPS of the recurrent product as three plain loops. */
function naiveSpeed(): number {
  const [m, n, k] = [rows, 4 * hidden, hidden];
  const [a, b, c] = [m * k, k * n, m * n].map((length) => new Float32Array(length).fill(0.5)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const seconds = medianSeconds(() => {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let p = 0; p < k; p++) sum += a[i * k + p]! * b[p * n + j]!;
        c[i * n + j] = sum;
      }
    }
  });
  return (2 * m * n * k) / seconds / 1e9;
}

/** @param most the peak of the registers in GFLOPS */
function cells(line: Line, whole: number, most: number, kernels: Kernels): string[] {
  const seconds = line.milliseconds / line.calls / 1000;
  const ofPeak = (time: number) => ((100 * line.operations) / time / 1e9 / most).toFixed(0);
  const again = () => kernels.matmul(...(line.args as Parameters<Kernels['matmul']>));
  const isProduct = line.what.startsWith('product');
  return [
    line.what,
    line.size,
    line.phase,
    `${line.calls}`,
    (seconds * 1e6).toFixed(1),
    ((100 * line.milliseconds) / whole).toFixed(2),
    line.operations ? (line.operations / seconds / 1e9).toFixed(1) : '',
    line.operations ? ofPeak(seconds) : '',
    isProduct ? ofPeak(medianSeconds(again, 100)) : '',
    isProduct ? ofPeak(coldSeconds(again)) : '',
    (line.bytes / seconds / 1e9).toFixed(1),
  ];
}

const HEADINGS = [
  ...['kernel', 'size', 'part', 'calls', 'us per call', '% of step', 'GFLOPS'],
  ...['% of peak', 'alone %', 'cold %', 'GB/s'],
];

function report(engine: Engine, naive: number): void {
  const before = speedOf(engine);
  const { lines, rest } = measure(engine);
  const peak = Math.max(before.peak, speedOf(engine).peak);
  const whole = lines.reduce((sum, line) => sum + line.milliseconds, rest);
  const sorted = lines.toSorted((a, b) => b.milliseconds - a.milliseconds);
  const products = lines.filter(({ what }) => what.startsWith('product'));
  const time = products.reduce((sum, line) => sum + line.milliseconds, 0);
  const operations = products.reduce((sum, line) => sum + line.calls * line.operations, 0);
  const recurrent = products.find(({ what }) => what === 'product: recurrent')!;
  const speed = (recurrent.calls * recurrent.operations) / recurrent.milliseconds / 1e6;
  console.log(
    `\n${engine.name}, ${layers} x ${hidden}, batch ${rows} x ${steps}, dropout ${dropout}: ` +
      `peak of the registers ${peak.toFixed(1)} GFLOPS, ${whole.toFixed(1)} ms per step`,
  );
  console.log(
    table([
      HEADINGS,
      ...sorted.map((line) => cells(line, whole, peak, engine.kernels)),
      ['TypeScript', '', '', '', '', ((100 * rest) / whole).toFixed(2), '', '', '', '', ''],
    ]),
  );
  console.log(
    `products ${((100 * time) / whole).toFixed(1)}% of the step at ${(operations / time / 1e6).toFixed(1)} GFLOPS; ` +
      `the recurrent one is ${(speed / naive).toFixed(0)} times as fast as a naive loop (${naive.toFixed(2)})`,
  );
}

const naive = naiveSpeed();
const choices: EngineChoice[] = 'engine' in openNativeEngine() ? ['native', 'wasm'] : ['wasm'];
console.log(
  `Node ${process.versions.node}, one thread; copying memory ${copySpeed().toFixed(1)} GB/s. ` +
    'Products are (m x k) by (k x n);\nalone: % of peak when repeated, cold: with empty caches before each.',
);
for (const choice of choices) report(openEngine(choice), naive);
