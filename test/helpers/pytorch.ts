// The numbers stored by fixtures/pytorch.py, and the weights and text it computes without storing them.

import { readFileSync } from 'node:fs';
import type { ModelConfig } from '../../src/model/config.js';
import { parameterShapes, sizeOf } from './reference.js';

/** The results of training one cell. */
export interface PytorchNumbers {
  /** Each window's mean loss in nats, before its step. */
  losses: number[];
  /** Each window's global gradient norm, before clipping. */
  norms: number[];
  /** The first window's gradients before clipping, flat, to 10 significant digits. */
  gradients: Record<string, number[]>;
  /** The first window's logits for its first row, [steps][vocabulary], to 10 significant digits. */
  logits: number[][];
}

/** The cells that PyTorch has modules for. */
export const MODULES = ['lstm', 'rnn', 'gru'] as const;
export type Module = (typeof MODULES)[number];

/** The LSTM's numbers are at the top level. */
export interface PytorchFixture extends PytorchNumbers {
  config: Pick<ModelConfig, 'vocabulary' | 'embedding' | 'hidden' | 'layers'> & {
    rows: number;
    steps: number;
    /** Tokens from one row's start in the text to the next row's. */
    rowLength: number;
    /** Training steps, one window each, with the state carried over. */
    windows: number;
    learningRate: number;
    betas: [number, number];
    eps: number;
    /** On the 2-D parameters only. */
    weightDecay: number;
    /** The limit on the gradients' global norm. */
    clip: number;
  };
  others: Record<Exclude<Module, 'lstm'>, PytorchNumbers>;
  /** Shapes and the same logits of a model whose state_dict is filled by the formula, in order. */
  modules: Record<Module, { shapes: Record<string, number[]>; logits: number[][] }>;
}

const text = readFileSync(new URL('../fixtures/pytorch.json', import.meta.url), 'utf8');
// The script names the single bias of an LSTM or RNN without "ih".
export const fixture = JSON.parse(text.replaceAll('.bias_l', '.bias_ih_l')) as PytorchFixture;

export function numbersOf(module: Module): PytorchNumbers {
  return module === 'lstm' ? fixture : fixture.others[module];
}

/** The configuration of the network that was trained. */
export function fixtureConfig(cell: Module): ModelConfig {
  const { vocabulary, embedding, hidden, layers } = fixture.config;
  return { cell, vocabulary, embedding, hidden, layers, dropout: 0 };
}

/** Its initial weights, a fresh copy at each call. */
export function fixtureParameters(cell: Module): Map<string, Float64Array> {
  return formulaParameters(parameterShapes(fixtureConfig(cell)));
}

/** The values that the script's `fill` gives parameters, by their position. */
export function formulaParameters(
  shapes: Iterable<readonly [string, readonly number[]]>,
): Map<string, Float64Array> {
  const parameters = new Map<string, Float64Array>();
  for (const [name, shape] of shapes) {
    const offset = 0.9 * parameters.size;
    parameters.set(
      name,
      new Float64Array(sizeOf(shape)).map((_, k) => 0.4 * Math.sin(1.7 * k + offset + 0.3)),
    );
  }
  return parameters;
}

/** The whole text, rows * rowLength ids. */
export function fixtureTokens(): number[] {
  const { rows, rowLength, vocabulary } = fixture.config;
  const token = (p: number) => Math.floor(Math.abs(Math.sin(p * p * 0.37 + p)) * 1e4) % vocabulary;
  return Array.from({ length: rows * rowLength }, (_, p) => token(p));
}

/** Window w, both [steps, rows]; a target is the token after its input. */
export function fixtureWindow(w: number): { inputs: number[]; targets: number[] } {
  const { rows, steps, rowLength } = fixture.config;
  const tokens = fixtureTokens();
  const inputs: number[] = [];
  const targets: number[] = [];
  for (let t = 0; t < steps; t++) {
    for (let b = 0; b < rows; b++) {
      const position = b * rowLength + w * steps + t;
      inputs.push(tokens[position]!);
      targets.push(tokens[position + 1]!);
    }
  }
  return { inputs, targets };
}
