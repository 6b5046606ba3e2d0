// The networks that --cell, --coupled, --layer-norm and --residual make, in float64 and plain loops: forward only, one
// line a formula. cells.test.ts takes the gradients from it by central differences, and cells-pytorch.test.ts holds it
// to PyTorch's numbers. Nothing is shared with src but the names of the parameters.
//
// Sequences are time-major: position n = t * rows + b.

import type { ModelConfig } from '../../src/model/config.js';

/** For each layer and row the hidden and the cell state, [layers][rows][H]. */
export interface CellStates {
  h: number[][][];
  c: number[][][];
}

export interface Forward {
  /** Mean cross-entropy in nats. */
  loss: number;
  /** [positions][vocabulary] */
  logits: number[][];
  states: CellStates;
}

type Parameters = ReadonlyMap<string, ArrayLike<number>>;

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const sumOf = (x: number[]) => x.reduce((total, value) => total + value, 0);
const plus = (a: number[], b: number[]) => a.map((x, i) => x + b[i]!);

export function zeroStates({ layers, hidden }: ModelConfig, rows: number): CellStates {
  const zeros = () =>
    Array.from({ length: layers }, () =>
      Array.from({ length: rows }, () => new Array<number>(hidden).fill(0)),
    );
  return { h: zeros(), c: zeros() };
}

/** One window. @param masks a layer's [positions * H] multipliers, on what it adds to what is handed up */
export function forward(
  config: ModelConfig,
  parameters: Parameters,
  inputs: ArrayLike<number>,
  targets: ArrayLike<number>,
  rows: number,
  start: CellStates,
  masks?: readonly ArrayLike<number>[],
): Forward {
  const { vocabulary, embedding, hidden, layers } = config;
  const named = (name: string) => Array.from(parameters.get(name)!);
  const times = (weights: number[], x: number[]) =>
    Array.from({ length: weights.length / x.length }, (_, row) =>
      sumOf(x.map((value, column) => value * weights[row * x.length + column]!)),
    );
  const table = named('embedding.weight');
  let sequence = Array.from(inputs, (id) => table.slice(id * embedding, (id + 1) * embedding));
  const states = structuredClone(start);
  for (let l = 0; l < layers; l++) {
    const step = stepOf(config, (name) => named(`${moduleOf(config)}.${name}_l${l}`), times);
    sequence = sequence.map((x, n) => {
      const row = n % rows;
      const next = step(x, states.h[l]![row]!, states.c[l]![row]!);
      states.h[l]![row] = next.h;
      states.c[l]![row] = next.c;
      const dropped = next.h.map((value, j) => (masks ? value * masks[l]![n * hidden + j]! : value));
      return config.residual && l > 0 ? plus(dropped, x) : dropped;
    });
  }
  const decoder = named('decoder.weight');
  const bias = named('decoder.bias');
  const logits = sequence.map((x) => plus(times(decoder, x), bias));
  const losses = logits.map((z, n) => {
    const most = Math.max(...z);
    return most + Math.log(sumOf(z.map((x) => Math.exp(x - most)))) - z[targets[n]!]!;
  });
  if (logits[0]!.length !== vocabulary) throw new Error('reference: the decoder has another vocabulary');
  return { loss: sumOf(losses) / losses.length, logits, states };
}

function moduleOf({ cell }: ModelConfig): string {
  return cell === 'peephole' ? 'lstm' : cell;
}

/** One step of one row of a layer. */
function stepOf(
  { cell, coupled, layerNorm, hidden }: ModelConfig,
  named: (name: string) => number[],
  times: (weights: number[], x: number[]) => number[],
): (x: number[], h: number[], c: number[]) => { h: number[]; c: number[] } {
  const [ih, hh, bias] = [named('weight_ih'), named('weight_hh'), named('bias_ih')];
  const second = cell === 'gru' ? named('bias_hh') : bias.map(() => 0);
  const peepholes = cell === 'peephole' ? named('weight_peephole') : bias.map(() => 0);
  const scaled = (name: string, y: number[]) => {
    if (!layerNorm) return y;
    const mean = sumOf(y) / y.length;
    const deviation = Math.sqrt(sumOf(y.map((value) => (value - mean) ** 2)) / y.length + 1e-5);
    return named(name).map((gain, i) => (gain * (y[i]! - mean)) / deviation);
  };
  return (input, before, cBefore) => {
    const x = plus(scaled('norm_ih', times(ih, input)), bias);
    const u = plus(scaled('norm_hh', times(hh, before)), second);
    const h: number[] = [];
    const c: number[] = [];
    for (let j = 0; j < hidden; j++) {
      const z = (gate: number) => x[gate * hidden + j]! + u[gate * hidden + j]!;
      const peep = (which: number, state: number) => peepholes[which * hidden + j]! * state;
      if (cell === 'rnn') {
        h.push(Math.tanh(z(0)));
        continue;
      }
      if (cell === 'gru') {
        const n = Math.tanh(x[2 * hidden + j]! + sigmoid(z(0)) * u[2 * hidden + j]!);
        h.push((1 - sigmoid(z(1))) * n + sigmoid(z(1)) * before[j]!);
        continue;
      }
      // Gates i, f, g, o, peepholes i, f, o; coupled, those without i.
      const first = coupled ? 0 : 1;
      const f = sigmoid(z(first) + peep(first, cBefore[j]!));
      const i = coupled ? 1 - f : sigmoid(z(0) + peep(0, cBefore[j]!));
      c.push(f * cBefore[j]! + i * Math.tanh(z(first + 1)));
      h.push(sigmoid(z(first + 2) + peep(first + 1, c[j]!)) * Math.tanh(c[j]!));
    }
    return { h, c: c.length > 0 ? c : cBefore };
  };
}
