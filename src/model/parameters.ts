import type { ModelConfig } from './config.js';

type Initialisation = 'normal' | 'uniform' | 'orthogonal' | 'gateBias' | 'zero';

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
 * check and the parameter count. Gates are in PyTorch's order i, f, g, o; there is one bias a gate row (PyTorch's
 * second one, `bias_hh`, adds nothing and is written as zeros).
 */
export function parameterTable(config: ModelConfig): ParameterTable {
  const { vocabulary, embedding, hidden, layers } = config;
  const matrices: Row[] = [['embedding.weight', [vocabulary, embedding], 'normal']];
  const biases: Row[] = [];
  for (let layer = 0; layer < layers; layer++) {
    matrices.push(
      [`lstm.weight_ih_l${layer}`, [4 * hidden, layer === 0 ? embedding : hidden], 'uniform'],
      [`lstm.weight_hh_l${layer}`, [4 * hidden, hidden], 'orthogonal'],
    );
    biases.push([`lstm.bias_ih_l${layer}`, [4 * hidden], 'gateBias']);
  }
  matrices.push(['decoder.weight', [vocabulary, hidden], 'uniform']);
  biases.push(['decoder.bias', [vocabulary], 'zero']);

  const parameters: Parameter[] = [];
  let start = 0;
  for (const [name, shape, initialisation] of [...matrices, ...biases]) {
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
