import type { ModelConfig } from './config.js';
import { initialise } from './initialise.js';
import { parameterTable } from './parameters.js';

/** What has a row for each character; all else is the same whatever the characters are. */
const BY_CHARACTER = ['embedding.weight', 'decoder.weight', 'decoder.bias'];

/**
 * The values that a network begins with when it takes over those of another, which has the same shape but for its
 * characters. Rows follow the characters, wherever they stand; those of new characters are what a new network would
 * begin with.
 * @param values those of the other network, in the order of its parameter table
 * @param ids for each character of the new network its id in the other one, or undefined where that lacks it
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
