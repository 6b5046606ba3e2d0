import { Random, Stream } from '../random.js';
import type { Parameter, ParameterTable } from './parameters.js';

/**
 * Writes the values a new network starts from, a function of the table and the seed alone.
 *
 * - Recurrent matrices: each gate's (H, H) block is orthogonal, so that at first a step neither shrinks nor grows
 *   the hidden state (Saxe et al. 2014).
 * - Input matrices: uniform in ±1/√(inputs). Embeddings: standard normal.
 * - Vectors: what the table says. The bias of the gate that keeps the memory is 1, or what the configuration says, on
 *   every layer, so that the cell remembers before it has learned what to forget (Gers et al. 2000; Jozefowicz et al.
 *   2015).
 */
export function initialise(table: ParameterTable, values: Float32Array, seed: number): void {
  const random = new Random(seed, Stream.initialisation);
  for (const parameter of table.parameters) {
    fill(parameter, values.subarray(parameter.start, parameter.start + parameter.length), random);
  }
}

function fill(parameter: Parameter, values: Float32Array, random: Random): void {
  const [rows, columns = 1] = parameter.shape as [number, number?];
  switch (parameter.initialisation) {
    case 'normal':
      for (let i = 0; i < values.length; i++) values[i] = normal(random);
      break;
    case 'uniform': {
      const bound = 1 / Math.sqrt(columns);
      for (let i = 0; i < values.length; i++) values[i] = (2 * random.uniform() - 1) * bound;
      break;
    }
    case 'orthogonal':
      for (let gate = 0; gate < rows / columns; gate++) {
        orthogonal(
          values.subarray(gate * columns * columns, (gate + 1) * columns * columns),
          columns,
          random,
        );
      }
      break;
    default: {
      const blocks = parameter.initialisation;
      const size = values.length / blocks.length;
      for (const [block, value] of blocks.entries()) values.fill(value, block * size, (block + 1) * size);
    }
  }
}

/** Box and Muller's transform, one of its two values. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
}

/**
 * A random orthogonal (size, size) matrix: the identity under rounds of plane rotations, each round pairing all
 * rows at random. After a few more than log2(size) rounds every row has mixed with every other. Costs
 * O(size² log size), where orthogonalising a random matrix would cost O(size³), seconds for a large layer.
 */
function orthogonal(out: Float32Array, size: number, random: Random): void {
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) matrix[i * size + i] = random.uniform() < 0.5 ? -1 : 1;
  const order = Array.from({ length: size }, (_, i) => i);
  const rounds = 2 * Math.ceil(Math.log2(size)) + 4;
  for (let round = 0; round < rounds; round++) {
    for (let i = size - 1; i > 0; i--) {
      const j = random.below(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    for (let i = 0; i + 1 < size; i += 2) {
      const angle = 2 * Math.PI * random.uniform();
      rotate(matrix, order[i]! * size, order[i + 1]! * size, size, Math.cos(angle), Math.sin(angle));
    }
  }
  out.set(matrix);
}

function rotate(matrix: Float64Array, a: number, b: number, size: number, cos: number, sin: number): void {
  for (let j = 0; j < size; j++) {
    const x = matrix[a + j]!;
    const y = matrix[b + j]!;
    matrix[a + j] = cos * x - sin * y;
    matrix[b + j] = sin * x + cos * y;
  }
}
