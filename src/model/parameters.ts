import type { Cell } from './cell.js';
import { CELLS } from './cells.js';
import type { ModelConfig } from './config.js';

/**
 * The initial values (see initialise.ts). A list has one entry per block of rows, usually one per gate: the
 * value of a vector, or the bound of uniform numbers.
 */
type Initialisation = 'normal' | 'orthogonal' | { readonly bounds: readonly number[] } | readonly number[];

/** One tensor of the network: its place in the flat spans of values, gradients and moments. */
export interface Parameter {
  /** PyTorch's name. */
  readonly name: string;
  /** [rows, columns] or [length]; row-major. */
  readonly shape: readonly number[];
  /** First element within the span, in floats. */
  readonly start: number;
  readonly length: number;
  readonly initialisation: Initialisation;
  /** Whether weight decay applies: to matrices, not to biases. */
  readonly decays: boolean;
}

export interface ParameterTable {
  readonly parameters: readonly Parameter[];
  /** Number of elements of all parameters. */
  readonly count: number;
  /** Number of elements that decay; they come first. */
  readonly decayed: number;
  named(name: string): Parameter;
}

type Row = readonly [name: string, shape: readonly number[], initialisation: Initialisation];

/**
 * The one table of parameters. It drives allocation, initialisation, the optimizer, checkpoints, the gradient
 * check and the parameter count. Names and the order of gates are PyTorch's. PyTorch has two biases per gate
 * row: if the second (`bias_hh`) would only add to the first, it is missing here and 0 in checkpoints.
 */
export function parameterTable(config: ModelConfig): ParameterTable {
  const { vocabulary, embedding, hidden, layers } = config;
  const matrices: Row[] = [['embedding.weight', [vocabulary, embedding], 'normal']];
  const vectors: Row[] = [];
  for (let layer = 0; layer < layers; layer++) {
    const rows = layerRows(config, layer);
    matrices.push(...rows.filter(([, shape]) => shape.length === 2));
    vectors.push(...rows.filter(([, shape]) => shape.length === 1));
  }
  const bound = boundsOf(config).hidden / Math.sqrt(hidden);
  matrices.push(['decoder.weight', [vocabulary, hidden], { bounds: [bound] }]);
  vectors.push(['decoder.bias', [vocabulary], [0]]);

  const parameters: Parameter[] = [];
  let start = 0;
  for (const [name, shape, initialisation] of [...matrices, ...vectors]) {
    const length = shape.reduce((product, size) => product * size, 1);
    parameters.push({ name, shape, start, length, initialisation, decays: shape.length === 2 });
    start += length;
  }
  const decayed = parameters.filter((p) => p.decays).reduce((total, p) => total + p.length, 0);
  const byName = new Map(parameters.map((p) => [p.name, p]));
  return {
    parameters,
    count: start,
    decayed,
    named(name) {
      const parameter = byName.get(name);
      if (!parameter) throw new RangeError(`there is no parameter named ${name}`);
      return parameter;
    },
  };
}

/** PyTorch's bounds, except that it scales those of layer 0 by the number of units instead of inputs. */
const USUAL_BOUNDS = { embedding: 1, hidden: 1 };

/** With normalised products, larger weights would only learn more slowly. */
function boundsOf({ cell, layerNorm }: ModelConfig): NonNullable<Cell['bounds']> {
  const { bounds = USUAL_BOUNDS }: Cell = CELLS[cell];
  return layerNorm ? USUAL_BOUNDS : bounds;
}

/** The parameters of a layer. */
function layerRows(config: ModelConfig, layer: number): Row[] {
  const { cell, coupled = false, layerNorm = false, forgetBias = 1, embedding, hidden } = config;
  const { module, keepsPast, own, gates: gatesOf } = CELLS[cell];
  const gates = gatesOf(coupled);
  const width = gates.length * hidden;
  const row = (name: string, shape: readonly number[], initialisation: Initialisation): Row => [
    `${module}.${name}_l${layer}`,
    shape,
    initialisation,
  ];
  const inputs = layer === 0 ? embedding : hidden;
  const bounds = boundsOf(config);
  const bound = layer === 0 ? bounds.embedding : bounds.hidden;
  const inputBounds = gates.map(({ keeps }) => (keeps ? 1 : bound) / Math.sqrt(inputs));
  const biases = gates.map(({ keeps }) => (keeps ? forgetBias : 0));
  return [
    row('weight_ih', [width, inputs], { bounds: inputBounds }),
    row('weight_hh', [width, hidden], 'orthogonal'),
    row('bias_ih', [width], biases),
    ...(keepsPast ? [row('bias_hh', [width], [0])] : []),
    ...(own ? [row(own.name, [own.blocks(gates.length) * hidden], [0])] : []),
    ...(layerNorm ? [row('norm_ih', [width], [1]), row('norm_hh', [width], [1])] : []),
  ];
}
