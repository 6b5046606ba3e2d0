/**
 * Speed of training on a collection of texts of 8 characters, relative to one whole text: characters per second
 * of a whole step, ends of texts included. The two take turns, so that other work on the machine slows both.
 */
import { availableParallelism } from 'node:os';
import { openEngine } from '../src/engine/engine.js';
import { openNativeEngine } from '../src/engine/native.js';
import { withThreads } from '../src/engine/team.js';
import { median, spread } from './measure.js';
import { PHASES, type Shape, type TrainingStep, trainingStep } from './step.js';

const TEXT_LENGTH = 8;
const TURNS = 60;
const SHAPES: Shape[] = [
  [1, 64, 32, 64],
  [2, 128, 50, 50],
  [2, 256, 32, 64],
];

function seconds({ parts }: TrainingStep): number {
  const start = performance.now();
  for (const part of PHASES) parts[part]();
  return (performance.now() - start) / 1000;
}

const cores = availableParallelism();
const hasNative = 'engine' in openNativeEngine();
console.log(
  'network   batch      engine               threads  whole text  short texts  ratio of each pair of steps',
);
for (const shape of SHAPES) {
  const [layers, hidden, rows, steps] = shape;
  for (const choice of ['native', 'wasm'] as const) {
    if (choice === 'native' && !hasNative) continue;
    for (const threads of [1, cores]) {
      const engine = withThreads(openEngine(choice), threads);
      const whole = trainingStep(engine, shape);
      const texts = trainingStep(engine, shape, 0, TEXT_LENGTH);
      const pairs = Array.from({ length: TURNS }, () => [seconds(whole), seconds(texts)] as const).slice(5);
      const speed = (side: 0 | 1) => Math.round((rows * steps) / median(pairs.map((pair) => pair[side])));
      const cells = [
        `${layers} x ${hidden}`.padEnd(9),
        `${rows} x ${steps}`.padEnd(10),
        engine.name.padEnd(20),
        String(threads).padStart(7),
        speed(0).toLocaleString('en-US').padStart(11),
        speed(1).toLocaleString('en-US').padStart(12),
        `  ${spread(pairs.map(([a, b]) => a / b))}`,
      ];
      console.log(cells.join(' '));
    }
  }
}
process.exit(); // helper threads never end
