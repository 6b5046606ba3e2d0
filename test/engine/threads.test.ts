// Results are bit-identical for any number of threads, on every build of the kernels.

import { describe, expect, it } from 'vitest';
import { Abandon } from '../../src/engine/abandon.js';
import { Barrier } from '../../src/engine/barrier.js';
import type { Engine } from '../../src/engine/kernels.js';
import { play, TAPED, Tape } from '../../src/engine/tape.js';
import { withThreads } from '../../src/engine/team.js';
import type { ModelConfig } from '../../src/model/config.js';
import { initialise } from '../../src/model/initialise.js';
import { Network } from '../../src/model/network.js';
import { Optimizer } from '../../src/model/optimizer.js';
import { Weights } from '../../src/model/weights.js';
import { Random, Stream } from '../../src/random.js';
import { builds } from '../helpers/engines.js';

const USUAL = { hidden: 72, rows: 7, steps: 9, dropout: 0.3 };

/** Weights, states and losses after a few training steps, as bytes. */
function trained(
  engine: Engine,
  { hidden, rows, steps, dropout } = USUAL,
  variant: Partial<ModelConfig> = {},
): Buffer {
  const shape = { cell: 'lstm', vocabulary: 29, embedding: 24, hidden, layers: 2, dropout } as const;
  const config = { ...shape, ...variant };
  const weights = new Weights(engine, config, { training: true });
  initialise(weights.table, weights.values, 1);
  weights.pack();
  const network = new Network(weights, { rows, steps, training: true });
  const optimizer = new Optimizer(weights);
  const random = new Random(1, Stream.windows);
  const ids = () => Uint32Array.from({ length: rows * steps }, () => random.below(29));
  const seen: Float32Array[] = [];
  for (let step = 1; step <= 4; step++) {
    network.forward(ids(), { seed: 1, draw: step });
    seen.push(Float32Array.from(network.losses(ids(), { training: true })));
    network.backward();
    seen.push(Float32Array.of(optimizer.step(step, { lr: 2e-3, clip: 0.1, weightDecay: 0.01 })));
    network.carry();
  }
  for (const { state } of network.layers) seen.push(Float32Array.from(state.h), Float32Array.from(state.c));
  seen.push(Float32Array.from(weights.values));
  return Buffer.concat(seen.map((part) => Buffer.from(part.buffer)));
}

/** Large enough for the work to be divided among threads. */
const LARGE = { hidden: 160, rows: 13, steps: 17, dropout: 0.3 };

describe.each(builds)('%s', (_, open) => {
  it.each([2, 3, 5, 8])('%i threads give the same bits as one', { timeout: 60_000 }, (threads) => {
    const engine = open();
    if (!engine) return;
    const alone = trained(engine, LARGE);
    expect(alone.some((byte) => byte !== 0)).toBe(true);
    expect(trained(withThreads(open()!, threads), LARGE).equals(alone)).toBe(true);
  });

  it.each<Partial<ModelConfig>>([
    { cell: 'rnn' },
    { cell: 'gru' },
    { cell: 'peephole' },
    { cell: 'gru', layerNorm: true, residual: true },
    { cell: 'peephole', coupled: true, layerNorm: true, residual: true },
    { cell: 'peephole', end: 26 },
    { cell: 'gru', layerNorm: true, end: 26 },
  ])('with %o, three threads give the same bits as one', { timeout: 60_000 }, (variant) => {
    const engine = open();
    if (!engine) return;
    const alone = trained(engine, LARGE, variant);
    expect(trained(withThreads(open()!, 3), LARGE, variant).equals(alone)).toBe(true);
  });

  it('a tape played by one thread gives the same bits as direct calls', () => {
    const engine = open();
    if (!engine) return;
    expect(trained(withThreads(open()!, 2)).equals(trained(engine))).toBe(true);
  });
});

describe('a tape', () => {
  /** The arguments with which each thread called a kernel. */
  function calls(name: (typeof TAPED)[number], args: number[], threads: number): number[][] {
    const tape = new Tape(new Float64Array(14 * 8));
    tape.add(name, args);
    const seen: number[][] = [];
    const functions = TAPED.map(() => (...given: number[]) => {
      seen.push(given.slice(0, args.length));
    });
    for (let index = 0; index < threads; index++) {
      play(tape.entries, tape.length, functions, {
        index,
        threads,
        wait() {},
        abandon: new Abandon(),
      });
    }
    return seen;
  }

  it('divides rows, columns and elements and moves the pointers accordingly', () => {
    expect(calls('matmul', [1000, 7, 2000, 5, 1, 3000, 10, 7, 5, 1], 3)).toEqual([
      [1000, 7, 2000, 5, 1, 3000, 3, 7, 5, 1],
      [1000 + 3 * 7 * 4, 7, 2000 + 3 * 5 * 4, 5, 1, 3000, 3, 7, 5, 1],
      [1000 + 6 * 7 * 4, 7, 2000 + 6 * 5 * 4, 5, 1, 3000, 4, 7, 5, 1],
    ]);
    expect(calls('lstm_forward', [0, 4000, 8000, 12000, 16000, 2, 3, 12, 1], 2)).toEqual([
      [0, 4000, 8000, 12000, 16000, 1, 3, 12, 1],
      [48, 4012, 8012, 12012, 16000, 1, 3, 12, 1],
    ]);
    expect(calls('sum_rows', [0, 4000, 9, 40, 40], 2)).toEqual([
      [0, 4000, 9, 16, 40],
      [64, 4064, 9, 24, 40],
    ]);
    expect(calls('dropout', [0, 0, 11, 0, 6, 1, 2, 3, 4, 1], 2)).toEqual([
      [0, 0, 11, 0, 3, 1, 2, 3, 4, 1],
      [0, 0, 11, 3, 3, 1, 2, 3, 4, 1],
    ]);
  });

  it('skips threads that have nothing to do', () => {
    expect(calls('lstm_forward', [0, 4000, 8000, 12000, 16000, 1, 3, 12, 1], 4)).toHaveLength(1);
    expect(calls('pack', [0, 4000, 5, 60, 60, 1], 2)).toEqual([[0, 4000, 5, 60, 60, 1]]);
  });

  it('waits only between kernels that are divided differently', () => {
    const tape = new Tape(new Float64Array(14 * 16));
    const matmul = (rows: number) => tape.add('matmul', [0, 8, 0, 8, 1, 0, rows, 8, 8, 0]);
    matmul(16);
    tape.add('lstm_forward', [0, 0, 0, 0, 0, 16, 2, 8, 0]);
    expect(tape.length).toBe(2);
    matmul(12);
    expect(tape.length).toBe(4);
    tape.add('matmul', [0, 8, 0, 1, 12, 0, 12, 8, 8, 0]);
    expect(tape.length).toBe(6);
  });
});

describe('a barrier', () => {
  it('for one thread never waits', () => {
    const barrier = new Barrier(1);
    barrier.wait();
    barrier.wait();
  });

  it('notices that a thread is gone', () => {
    const barrier = new Barrier(2, undefined, 1);
    expect(() => barrier.wait()).toThrow('a thread of the engine no longer responds');
  });
});
