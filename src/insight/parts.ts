import type { CharacterModel } from '../checkpoint/checkpoint.js';
import type { Gate } from '../model/cell.js';
import { CELLS, gatesOf } from '../model/cells.js';
import { meanOf } from '../numbers.js';

/** As in kernels/norm.c. */
const EPSILON = 1e-5;

/** A product after layer normalisation, γ ⊙ x̂; (G) each. */
export interface Normalised {
  /** x̂: the product, normalised to mean 0 and variance 1. */
  readonly values: Float64Array;
  /** γ */
  readonly scale: Float32Array;
}

/** The terms of a layer's gates, (G) each: gate after gate, H numbers per gate. */
export interface Parts {
  /** W · x or, with layer normalisation, γ ⊙ x̂ of it. */
  readonly below: Float64Array;
  /** b */
  readonly bias: Float32Array;
  /** U · h' or, with layer normalisation, γ ⊙ x̂ of it. */
  readonly past: Float64Array;
  /** The bias of `past`, in cells that keep the past apart. */
  readonly pastBias: Float32Array | undefined;
  /** With layer normalisation, what `below` and `past` were computed from. */
  readonly normalised: { readonly below: Normalised; readonly past: Normalised } | undefined;
  /** Peepholes p and the cell states they see, for p ⊙ c' or p ⊙ c; 0 for gates without a peephole. */
  readonly peepholes: { readonly weights: Float32Array; readonly seen: Float32Array } | undefined;
  /** The sum inside the activation. */
  readonly sums: Float64Array;
}

/** What enters a layer at a step and what the layer computes from it: (H) each, the gates (G). */
interface LayerNumbers {
  readonly input: Float32Array;
  readonly hBefore: Float32Array;
  readonly cBefore: Float32Array;
  readonly c: Float32Array;
  readonly gates: Float32Array;
}

/**
 * Splits the sums inside a layer's activations into their terms. The network overwrites the sums with the
 * activations, so they are recomputed here, in float64, from its weights and states.
 */
export function partsOf(model: CharacterModel, layer: number, numbers: LayerNumbers): Parts {
  const { cell, layerNorm = false, hidden } = model.config;
  const { module, keepsPast, own } = CELLS[cell];
  const named = (name: string) => tensor(model, `${module}.${name}_l${layer}`);
  const products = {
    below: product(named('weight_ih'), numbers.input),
    past: product(named('weight_hh'), numbers.hBefore),
  };
  const normalised = layerNorm
    ? {
        below: { values: normalise(products.below), scale: named('norm_ih') },
        past: { values: normalise(products.past), scale: named('norm_hh') },
      }
    : undefined;
  const scaled = ({ values, scale }: Normalised) => values.map((value, i) => scale[i]! * value);
  const below = normalised ? scaled(normalised.below) : products.below;
  const past = normalised ? scaled(normalised.past) : products.past;
  const bias = named('bias_ih');
  const pastBias = keepsPast ? named('bias_hh') : undefined;
  const gates = gatesOf(model.config);
  const peepholes = own ? peepholesOf(gates, named(own.name), numbers, hidden) : undefined;
  const sums = below.map((value, i) => {
    const fromPast = past[i]! + (pastBias?.[i] ?? 0);
    const shown = peepholes ? peepholes.weights[i]! * peepholes.seen[i]! : 0;
    // In a GRU's candidate, the reset gate (the first gate) scales what comes from the past.
    const isReset = keepsPast && gates[Math.floor(i / hidden)]!.activation === 'tanh';
    const through = isReset ? numbers.gates[i % hidden]! * fromPast : fromPast;
    return value + bias[i]! + through + shown;
  });
  return { below, bias, past, pastBias, normalised, peepholes, sums };
}

/** Spreads the peepholes over all gates: i and f see c before the step, o sees c after it, g sees none. */
function peepholesOf(
  gates: readonly Gate[],
  own: Float32Array,
  { cBefore, c }: LayerNumbers,
  hidden: number,
): Parts['peepholes'] {
  const weights = new Float32Array(gates.length * hidden);
  const seen = new Float32Array(gates.length * hidden);
  let block = 0;
  for (const [gate, { name, activation }] of gates.entries()) {
    if (activation === 'tanh') continue;
    weights.set(own.subarray(block * hidden, (block + 1) * hidden), gate * hidden);
    seen.set(name === 'o' ? c : cBefore, gate * hidden);
    block++;
  }
  return { weights, seen };
}

/** Returns a view of the values of a parameter. */
export function tensor({ weights }: CharacterModel, name: string): Float32Array {
  const { start, length } = weights.table.named(name);
  return weights.values.subarray(start, start + length);
}

/** Multiplies a row-major matrix (rows, columns) by x (columns), summing in float64. */
function product(matrix: Float32Array, x: Float32Array): Float64Array {
  const out = new Float64Array(matrix.length / x.length);
  for (let row = 0, at = 0; row < out.length; row++) {
    let sum = 0;
    for (let column = 0; column < x.length; column++) sum += matrix[at++]! * x[column]!;
    out[row] = sum;
  }
  return out;
}

function normalise(y: Float64Array): Float64Array {
  const mean = meanOf(y);
  const variance = y.reduce((sum, value) => sum + (value - mean) ** 2, 0) / y.length;
  const deviation = Math.sqrt(variance + EPSILON);
  return y.map((value) => (value - mean) / deviation);
}
