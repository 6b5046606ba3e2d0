import type { Refuse } from '../errors.js';
import { excerpt } from '../format.js';
import { CELLS } from '../model/cells.js';
import type { ModelConfig } from '../model/config.js';
import { parameterTable } from '../model/parameters.js';
import type { Place } from './header.js';

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

/**
 * Refuses a file whose tensors are not exactly those that are expected, by name and shape.
 * @param missing gives the reason for a tensor that the file lacks
 * @param strange throws for a tensor that is not expected
 */
export function checkTensors(
  places: readonly Place[],
  expected: ReadonlyMap<string, Pick<ModuleTensor, 'shape'>>,
  refuse: Refuse,
  missing = (name: string, shape: string) => `tensor ${name} is missing, expected ${shape}`,
  strange = (name: string): never => refuse(`its network has no tensor ${excerpt(name)}`),
): void {
  const described = (shape: readonly number[]) => `[${shape.join(', ')}]`;
  const found = new Map(places.map(({ name, shape }) => [name, described(shape)]));
  for (const [name, { shape }] of expected) {
    const size = described(shape);
    const actual = found.get(name) ?? refuse(missing(name, size));
    if (actual !== size) refuse(`tensor ${excerpt(name)} is ${excerpt(actual)}, expected ${size}`);
  }
  const unexpected = places.find(({ name }) => !expected.has(name));
  if (unexpected) strange(unexpected.name);
}
