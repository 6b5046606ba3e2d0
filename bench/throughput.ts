/** Characters a second of training (forward, backward, clipping, AdamW) and of sampling, on one core. */
import { openEngine } from '../src/engine/engine.js';
import type { ModelConfig } from '../src/model/config.js';
import { initialise } from '../src/model/initialise.js';
import { Network } from '../src/model/network.js';
import { Weights } from '../src/model/weights.js';
import { Random, Stream } from '../src/random.js';
import { choose } from '../src/sample/choose.js';
import { AdamW } from '../src/train/optimizer.js';
import { medianSeconds } from './measure.js';

const VOCABULARY = 65;
const SHAPES: [layers: number, hidden: number, rows: number, steps: number][] = [
  [2, 128, 50, 50],
  [2, 256, 32, 64],
  [2, 512, 32, 64],
  [3, 512, 64, 128],
];

console.log('network    batch      training chars/s   GFLOPS   sampling chars/s');
for (const [layers, hidden, rows, steps] of SHAPES) {
  const config: ModelConfig = {
    cell: 'lstm',
    vocabulary: VOCABULARY,
    embedding: hidden,
    hidden,
    layers,
    dropout: 0,
  };
  const weights = new Weights(openEngine(), config, { training: true });
  initialise(weights.table, weights.values, 1);
  weights.pack();
  const network = new Network(weights, { rows, steps, training: true });
  const optimizer = new AdamW(weights);
  const random = new Random(1, Stream.windows);
  const n = rows * steps;
  const ids = () => Uint32Array.from({ length: n }, () => random.below(VOCABULARY));
  const [inputs, targets] = [ids(), ids()];
  let step = 0;
  const training = medianSeconds(() => {
    network.forward(inputs);
    network.losses(targets, { training: true });
    network.backward();
    optimizer.step(++step, { lr: 2e-3, clip: 5, weightDecay: 0 });
    network.carry();
  }, 4000);
  const writer = new Network(weights, { rows: 1, steps: 1, training: false });
  let id = 0;
  const sampling = medianSeconds(() => {
    for (let i = 0; i < 100; i++) {
      writer.carry();
      writer.forward(Uint32Array.of(id));
      id = choose(writer.logits, { temperature: 0.8, topK: 0, topP: 1 }, random.uniform());
    }
  }, 1000);
  // The first layer's input product is looked up, so these are the operations of the mathematics, not of the machine.
  const flops = 6 * n * (layers * 4 * hidden * 2 * hidden + hidden * VOCABULARY);
  console.log(
    `${`${layers} x ${hidden}`.padEnd(11)}${`${rows} x ${steps}`.padEnd(11)}` +
      `${Math.round(n / training)
        .toLocaleString('en-US')
        .padStart(16)}${(flops / training / 1e9).toFixed(1).padStart(9)}` +
      `${Math.round(100 / sampling)
        .toLocaleString('en-US')
        .padStart(19)}`,
  );
}
