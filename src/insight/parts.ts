import type { CharacterModel } from '../checkpoint/checkpoint.js';
import type { Gate } from '../model/cell.js';
import { CELLS, gatesOf } from '../model/cells.js';
import { meanOf } from '../numbers.js';

/** As in kernels/norm.c. */
const EPSILON = 1e-5;

/** What layer normalisation makes of a product: γ ⊙ x̂. (G) each. */
export interface Normalised {
  /** x̂: the product with mean 0 and variance 1. */
  readonly values: Float64Array;
  /** γ */
  readonly scale: Float32Array;
}

/** What a layer's gates are made of, (G) each: gate after gate, H numbers a gate. */
export interface Parts {
  /** W · x; with layer normalisation γ ⊙ x̂ of it. */
  readonly below: Float64Array;
  /** b */
  readonly bias: Float32Array;
  /** U · h'; with layer normalisation γ ⊙ x̂ of it. */
  readonly past: Float64Array;
  /** The bias of `past`, where the cell keeps that apart. */
  readonly pastBias: Float32Array | undefined;
  /** With layer normalisation, what `below` and `past` were made from. */
  readonly normalised: { readonly below: Normalised; readonly past: Normalised } | undefined;
  /** Peepholes: p, and the cell states that they show, p ⊙ c' or p ⊙ c; 0 for gates that have none. */
  readonly peepholes: { readonly weights: Float32Array; readonly seen: Float32Array } | undefined;
  /** Their sum, what the activation is taken of. */
  readonly sums: Float64Array;
}

/** What a layer has before a step, and has made of it; (H) each, and the gates (G). */
interface Around {
  readonly input: Float32Array;
  readonly hBefore: Float32Array;
  readonly cBefore: Float32Array;
  readonly c: Float32Array;
  readonly gates: Float32Array;
}

/**
 * Takes apart what a layer's activations were taken of. The network leaves the activations in place of the sums, so
 * these are made again here, in float64, from its own weights and states.
 */
export function partsOf(model: CharacterModel, layer: number, around: Around): Parts {
  const { cell, layerNorm = false, hidden } = model.config;
  const { module, keepsPast, own } = CELLS[cell];
  const named = (name: string) => tensor(model, `${module}.${name}_l${layer}`);
  const products = {
    below: product(named('weight_ih'), around.input),
    past: product(named('weight_hh'), around.hBefore),
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
  const peepholes = own ? peepholesOf(gates, named(own.name), around, hidden) : undefined;
  const sums = below.map((value, i) => {
    const fromPast = past[i]! + (pastBias?.[i] ?? 0);
    const shown = peepholes ? peepholes.weights[i]! * peepholes.seen[i]! : 0;
    // The candidate of a GRU lets through of the past what the reset gate, the first of its gates, says.
    const isReset = keepsPast && gates[Math.floor(i / hidden)]!.activation === 'tanh';
    const through = isReset ? around.gates[i % hidden]! * fromPast : fromPast;
    return value + bias[i]! + through + shown;
  });
  return { below, bias, past, pastBias, normalised, peepholes, sums };
}

/** The peepholes spread over all gates: i and f see the cell state before the step, o the one after it, g none. */
function peepholesOf(
  gates: readonly Gate[],
  own: Float32Array,
  { cBefore, c }: Around,
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

/** A view of the values of a parameter. */
export function tensor({ weights }: CharacterModel, name: string): Float32Array {
  const { start, length } = weights.table.named(name);
  return weights.values.subarray(start, start + length);
}

/** A row-major matrix (rows, x) times x, summed in float64. */
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
