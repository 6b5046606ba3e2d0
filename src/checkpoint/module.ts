import { CELLS } from '../model/cells.js';
import type { ModelConfig } from '../model/config.js';
import { parameterTable } from '../model/parameters.js';

/** A tensor as PyTorch's modules have it, and the stretch of our parameters that it is a summand of. */
export interface ModuleTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly start: number;
  readonly length: number;
  /** PyTorch has two biases a gate row. Where ours is the first alone, the second is added to it. */
  readonly isSecondBias: boolean;
}

/** What the state_dict of a network of that shape holds, if its modules are called embedding, lstm (rnn, gru) and decoder. */
export function moduleTensors(config: ModelConfig): ModuleTensor[] {
  const { keepsPast } = CELLS[config.cell];
  return parameterTable(config).parameters.flatMap(({ name, shape, start, length }) => {
    const tensor = { name, shape, start, length, isSecondBias: false };
    if (keepsPast || !name.includes('bias_ih')) return [tensor];
    return [tensor, { ...tensor, name: name.replace('bias_ih', 'bias_hh'), isSecondBias: true }];
  });
}
