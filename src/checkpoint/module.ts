import { CELLS } from '../model/cells.js';
import type { ModelConfig } from '../model/config.js';
import { parameterTable } from '../model/parameters.js';

/** A tensor of a PyTorch module, and the span of our parameters that it is part of. */
export interface ModuleTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly start: number;
  readonly length: number;
  /** PyTorch has two biases per gate row. Where ours has one, both are added. */
  readonly isSecondBias: boolean;
}

/** Lists the state_dict of a network whose modules are called embedding, lstm (or rnn, gru) and decoder. */
export function moduleTensors(config: ModelConfig): ModuleTensor[] {
  const { keepsPast } = CELLS[config.cell];
  return parameterTable(config).parameters.flatMap(({ name, shape, start, length }) => {
    const tensor = { name, shape, start, length, isSecondBias: false };
    if (keepsPast || !name.includes('bias_ih')) return [tensor];
    return [tensor, { ...tensor, name: name.replace('bias_ih', 'bias_hh'), isSecondBias: true }];
  });
}
