/**
 * Characters per second of training (forward, backward, clipping, AdamW) and of sampling one text, for each
 * engine. $PEER may name a command that measures PyTorch for comparison: it receives --shape
 * hidden,layers,batch,sequence and prints one line of JSON per number of threads, with train_chars_per_s and
 * sample_chars_per_s.
 */
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { type EngineChoice, openEngine } from '../src/engine/engine.js';
import type { Engine } from '../src/engine/kernels.js';
import { openNativeEngine } from '../src/engine/native.js';
import { speedOf } from '../src/engine/speed.js';
import { withThreads } from '../src/engine/team.js';
import { Network } from '../src/model/network.js';
import { Random, Stream } from '../src/random.js';
import { choose } from '../src/sample/choose.js';
import { medianSeconds } from './measure.js';
import { PHASES, type Shape, trainingStep, VOCABULARY } from './step.js';

const SHAPES: Shape[] = [
  [2, 128, 50, 50],
  [2, 256, 32, 64],
  [2, 512, 32, 64],
  [3, 512, 64, 128],
];

interface Figures {
  readonly training: number;
  readonly sampling: number;
}

function measure(engine: Engine, shape: Shape): Figures {
  const { weights, parts } = trainingStep(engine, shape);
  const training = medianSeconds(() => {
    for (const part of PHASES) parts[part]();
  }, 4000);
  const writer = new Network(weights, { rows: 1, steps: 1, training: false });
  const random = new Random(1, Stream.windows);
  let id = 0;
  const sampling = medianSeconds(() => {
    for (let i = 0; i < 100; i++) {
      writer.carry();
      writer.forward(Uint32Array.of(id));
      id = choose(writer.logits, { temperature: 0.8, topK: 0, topP: 1 }, random.uniform());
    }
  }, 1000);
  const [, , rows, steps] = shape;
  return { training: (rows * steps) / training, sampling: 100 / sampling };
}

/** The best result over the peer's numbers of threads. */
function peer([layers, hidden, rows, steps]: Shape): Figures | undefined {
  if (!process.env.PEER) return undefined;
  const [command, ...args] = process.env.PEER.split(' ');
  const shape = ['--shape', `${hidden},${layers},${rows},${steps}`, '--seconds', '4'];
  const env = { ...process.env, OMP_WAIT_POLICY: 'passive' };
  const lines = execFileSync(command!, [...args, ...shape], { env, encoding: 'utf8' })
    .trim()
    .split('\n');
  const found = lines.map((line) => JSON.parse(line) as Record<string, number>);
  const best = (name: string) => Math.max(...found.map((one) => one[name]!));
  return { training: best('train_chars_per_s'), sampling: best('sample_chars_per_s') };
}

const cores = availableParallelism();
const engines: [EngineChoice, number][] = [
  ['native', cores],
  ['native', 1],
  ['wasm', cores],
  ['wasm', 1],
];
const hasNative = 'engine' in openNativeEngine();
const fastest = openEngine();
const { peak } = speedOf(fastest);
console.log(`\npeak of the registers, ${fastest.name}: ${peak.toFixed(0)} GFLOPS per core, ${cores} cores`);
console.log(
  'network   batch      engine                threads   training   GFLOPS   sampling   relative to the peer',
);
for (const shape of SHAPES) {
  const [layers, hidden, rows, steps] = shape;
  const other = peer(shape);
  const row = (name: string, threads: string, { training, sampling }: Figures) => {
    // Counts the mathematical operations: in practice, the first layer's input product is looked up.
    const flops = 6 * (layers * 4 * hidden * 2 * hidden + hidden * VOCABULARY) * training;
    const ratios = other
      ? `${(training / other.training).toFixed(2)}x, ${(sampling / other.sampling).toFixed(2)}x`
      : '';
    const cells = [
      `${layers} x ${hidden}`.padEnd(9),
      `${rows} x ${steps}`.padEnd(10),
      name.padEnd(22),
      threads.padStart(6),
      Math.round(training).toLocaleString('en-US').padStart(10),
      (flops / 1e9).toFixed(1).padStart(8),
      Math.round(sampling).toLocaleString('en-US').padStart(10),
      `  ${ratios}`,
    ];
    console.log(cells.join(' '));
  };
  if (other) row('peer', 'best', other);
  for (const [choice, threads] of engines) {
    if (choice === 'native' && !hasNative) continue;
    const engine = withThreads(openEngine(choice), threads);
    row(engine.name, String(threads), measure(engine, shape));
  }
}
process.exit(); // helper threads never end
