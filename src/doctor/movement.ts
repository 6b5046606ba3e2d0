import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { initialise } from '../model/initialise.js';
import { parameterTable } from '../model/parameters.js';
import type { Missing } from './check.js';

/**
 * How far training has moved the recurrent matrices: the norm of the change, as a share of the norm of what they began
 * with, which is a function of the configuration and the seed. They begin orthogonal, of equal size in any network, so that
 * one share means the same in all; and no character leaves a part of them alone because it is rare.
 */
export function movement({ record, state }: Checkpoint): { moved: number } | Missing {
  if (record.from) return { missing: 'the run began with trained weights' };
  const table = parameterTable(record.model);
  const initial = new Float32Array(table.count);
  initialise(table, initial, record.training.seed);
  let [change, norm] = [0, 0];
  for (const { name, start, length } of table.parameters) {
    if (!name.includes('weight_hh')) continue;
    for (let i = start; i < start + length; i++) {
      change += (state.values[i]! - initial[i]!) ** 2;
      norm += initial[i]! ** 2;
    }
  }
  return { moved: Math.sqrt(change / norm) };
}
