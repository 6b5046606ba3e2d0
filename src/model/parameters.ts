import type { Cell } from './cell.js';
import { CELLS } from './cells.js';
import type { ModelConfig } from './config.js';

/**
 * How values begin (see initialise.ts). A list has one entry for each block of rows, as many as there are gates: what a
 * vector is, or within which bounds uniform numbers are.
 */
type Initialisation = 'normal' | 'orthogonal' | { readonly bounds: readonly number[] } | readonly number[];

/** One tensor of the network: its place in the flat span that values, gradients and moments share. */
export interface Parameter {
  /** PyTorch's name for it. */
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
  /** Elements of all parameters. */
  readonly count: number;
  /** The first so many elements decay, the others do not. */
  readonly decayed: number;
  named(name: string): Parameter;
}

type Row = readonly [name: string, shape: readonly number[], initialisation: Initialisation];

/**
 * The one table of parameters. It drives allocation, initialisation, the optimizer, checkpoints, the gradient
 * check and the parameter count. Names and the order of gates are PyTorch's, which has two biases a gate row: where the
 * second (`bias_hh`) would only add to the first, it is not here, and written as zeros.
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
  matrices.push([
    'decoder.weight',
    [vocabulary, hidden],
    { bounds: [boundsOf(config).hidden / Math.sqrt(hidden)] },
  ]);
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
      if (!parameter) throw new RangeError(`no parameter is called ${name}`);
      return parameter;
    },
  };
}

/** As PyTorch draws weights, but for those of its layer 0, which it draws by the number of units instead of inputs. */
const USUAL_BOUNDS = { embedding: 1, hidden: 1 };

/** Where products are normalised, larger weights only learn more slowly. */
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
  return [
    row('weight_ih', [width, inputs], {
      bounds: gates.map(({ keeps }) => (keeps ? 1 : bound) / Math.sqrt(inputs)),
    }),
    row('weight_hh', [width, hidden], 'orthogonal'),
    row(
      'bias_ih',
      [width],
      gates.map(({ keeps }) => (keeps ? forgetBias : 0)),
    ),
    ...(keepsPast ? [row('bias_hh', [width], [0])] : []),
    ...(own ? [row(own.name, [own.blocks(gates.length) * hidden], [0])] : []),
    ...(layerNorm ? [row('norm_ih', [width], [1]), row('norm_hh', [width], [1])] : []),
  ];
}
