/**
 * Characters per second of 1, 4, 20 and 64 texts that are written at once. $ONNX may name a folder where
 * `npm install onnxruntime-node --ignore-scripts` was run, and which has the models 2x128.onnx and 2x512.onnx;
 * docs/reference/performance.md shows how PyTorch makes them. That peer then alternates with ours. It chooses
 * characters by the same arithmetic, in plain JavaScript.
 */
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { openEngine } from '../src/engine/engine.js';
import { withThreads } from '../src/engine/team.js';
import { table } from '../src/format.js';
import { initialise } from '../src/model/initialise.js';
import { Weights } from '../src/model/weights.js';
import { grouped } from '../src/numbers.js';
import { seedsFrom, writeTexts } from '../src/sample/generate.js';
import { Plan } from '../src/sample/plan.js';
import { Vocabulary } from '../src/text/vocabulary.js';
import { median, spread } from './measure.js';

const VOCABULARY = 65;
const LAYERS = 2;
const TEMPERATURE = 0.8;
const ROUNDS = 9;

/** What is used of onnxruntime-node. */
interface Tensor {
  readonly data: Float32Array;
}
interface Session {
  run(feeds: Record<string, Tensor>): Promise<Record<string, Tensor>>;
}
interface Runtime {
  readonly InferenceSession: { create(path: string, options: object): Promise<Session> };
  readonly Tensor: new (type: string, data: ArrayLike<number> | BigInt64Array, dims: number[]) => Tensor;
}

type Speed = (texts: number, length: number) => number | Promise<number>;

function ours(hidden: number, threads: number): Speed {
  const codePoints = Array.from({ length: VOCABULARY }, (_, i) => (i === 0 ? 10 : 62 + i));
  const vocabulary = new Vocabulary(codePoints, 'utf8');
  const sizes = { vocabulary: VOCABULARY, embedding: hidden, hidden, layers: LAYERS };
  const config = { cell: 'lstm', dropout: 0, ...sizes } as const;
  const weights = new Weights(withThreads(openEngine(), threads), config, { training: false });
  initialise(weights.table, weights.values, 1);
  weights.pack();
  const plan = (length: number) =>
    new Plan({ config, vocabulary, weights }, { length, temperature: TEMPERATURE, leadIn: false });
  return (texts, length) => {
    const start = performance.now();
    for (const _ of writeTexts(plan(length), seedsFrom(1, texts)));
    return (1000 * texts * length) / (performance.now() - start);
  };
}

async function theirs(folder: string, hidden: number, threads: number): Promise<Speed> {
  const require = createRequire(join(resolve(folder), 'package.json'));
  const runtime = require('onnxruntime-node') as Runtime;
  const path = join(folder, `${LAYERS}x${hidden}.onnx`);
  const session = await runtime.InferenceSession.create(path, { intraOpNumThreads: threads });
  return async (texts, length) => {
    const state = [LAYERS, texts, hidden];
    const zeros = () => new runtime.Tensor('float32', new Float32Array(LAYERS * texts * hidden), state);
    let [h, c] = [zeros(), zeros()];
    const ids = new BigInt64Array(texts);
    const start = performance.now();
    for (let i = 0; i < length; i++) {
      const x = new runtime.Tensor('int64', ids, [1, texts]);
      const results = await session.run({ x, h, c });
      const logits = results.y!.data;
      for (let text = 0; text < texts; text++) {
        ids[text] = BigInt(choose(logits.subarray(text * VOCABULARY, (text + 1) * VOCABULARY)));
      }
      [h, c] = [results.hn!, results.cn!];
    }
    return (1000 * texts * length) / (performance.now() - start);
  };
}

const weights = new Float64Array(VOCABULARY);

function choose(logits: Float32Array): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logits.length; i++) if (logits[i]! > largest) largest = logits[i]!;
  let all = 0;
  for (let i = 0; i < logits.length; i++) all += weights[i] = Math.exp((logits[i]! - largest) / TEMPERATURE);
  let rest = Math.random() * all;
  for (let i = 0; i < logits.length; i++) {
    rest -= weights[i]!;
    if (rest < 0) return i;
  }
  return logits.length - 1;
}

const folder = process.env.ONNX;
const threads = [...new Set([1, availableParallelism()])];
const rows: string[][] = [];
for (const hidden of [128, 512]) {
  const mine = threads.map((count) => ours(hidden, count));
  const peers = folder ? await Promise.all(threads.map((count) => theirs(folder, hidden, count))) : [];
  for (const texts of [1, 4, 20, 64]) {
    const length = Math.ceil((hidden === 128 ? 4000 : 800) / Math.sqrt(texts) / 2);
    const speeds = [...mine, ...peers].map((): number[] => []);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, speed] of [...mine, ...peers].entries()) speeds[i]!.push(await speed(texts, length));
    }
    const medians = speeds.map(median);
    // The peer's number of threads that is the fastest.
    const best = speeds[medians.indexOf(Math.max(...medians.slice(mine.length)), mine.length)];
    const ratios = speeds
      .slice(0, mine.length)
      .map((each) => (best ? spread(each.map((one, round) => one / best[round]!)) : ''));
    const cells = medians.map((one) => grouped(Math.round(one)));
    rows.push([`${LAYERS} x ${hidden}`, String(texts), ...cells, ...ratios]);
  }
}
const columns = (name: string) => threads.map((count) => `${name}, ${count} threads`);
const peerColumns = folder ? columns('onnxruntime') : [];
const ratioColumns = folder ? columns('ratio') : threads.map(() => '');
console.log(table([['network', 'texts', ...columns('ours'), ...peerColumns, ...ratioColumns], ...rows]));
process.exit(); // helper threads never end
