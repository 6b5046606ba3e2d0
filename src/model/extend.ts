import type { ModelConfig } from './config.js';
import { initialise } from './initialise.js';
import { parameterTable } from './parameters.js';

/** Parameters with one row per character; the others do not depend on the characters. */
const BY_CHARACTER = ['embedding.weight', 'decoder.weight', 'decoder.bias'];

/**
 * Computes the initial values of a network that takes over those of another one with the same shape but
 * different characters. Rows follow their characters; rows of new characters are initialised as in a new
 * network.
 * @param values the values of the other network, in the order of its parameter table
 * @param ids for each character of the new network, its id in the other one, or undefined if it has none
 */
export function extended(
  values: Float32Array,
  from: ModelConfig,
  ids: readonly (number | undefined)[],
  seed: number,
): Float32Array {
  const [before, after] = [parameterTable(from), parameterTable({ ...from, vocabulary: ids.length })];
  const out = new Float32Array(after.count);
  initialise(after, out, seed);
  for (const { name, start, length } of after.parameters) {
    const old = before.named(name);
    if (!BY_CHARACTER.includes(name)) {
      out.set(values.subarray(old.start, old.start + old.length), start);
      continue;
    }
    const width = length / ids.length;
    ids.forEach((id, row) => {
      if (id === undefined) return;
      const at = old.start + id * width;
      out.set(values.subarray(at, at + width), start + row * width);
    });
  }
  return out;
}
