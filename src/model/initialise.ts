import { Random, Stream } from '../random.js';
import type { Parameter, ParameterTable } from './parameters.js';

/**
 * Writes the initial values of a new network, a function of the table and the seed alone.
 *
 * - Recurrent matrices: each gate's (H, H) block is orthogonal, so that a step neither shrinks nor grows the
 *   hidden state at first (Saxe et al. 2014).
 * - Embeddings: standard normal.
 * - Matrices that read embeddings or hidden states: uniform within the cell's bounds. Those of an LSTM are
 *   large enough for products with a variance of 1 (LeCun et al. 1998): its hidden states start small, and
 *   with the usual weights each layer would shrink its input and learn later. The gate that keeps the memory
 *   starts near its bias whatever it reads; otherwise nothing would outlast a few steps.
 * - Vectors: as the table says. The bias of the gate that keeps the memory is 1 or the configured value in
 *   every layer, so that the cell remembers before it has learned what to forget (Gers et al. 2000;
 *   Jozefowicz et al. 2015).
 */
export function initialise(table: ParameterTable, values: Float32Array, seed: number): void {
  const random = new Random(seed, Stream.initialisation);
  for (const parameter of table.parameters) {
    fill(parameter, values.subarray(parameter.start, parameter.start + parameter.length), random);
  }
}

function fill(parameter: Parameter, values: Float32Array, random: Random): void {
  const { initialisation } = parameter;
  if (initialisation === 'normal') {
    for (let i = 0; i < values.length; i++) values[i] = normal(random);
  } else if (initialisation === 'orthogonal') {
    const [rows, columns] = parameter.shape as [number, number];
    const size = columns * columns;
    for (let gate = 0; gate < rows / columns; gate++)
      orthogonal(values.subarray(gate * size, (gate + 1) * size), columns, random);
  } else if ('bounds' in initialisation) {
    for (const [block, bound] of blocks(values, initialisation.bounds))
      for (let i = 0; i < block.length; i++) block[i] = (2 * random.uniform() - 1) * bound;
  } else {
    for (const [block, value] of blocks(values, initialisation)) block.fill(value);
  }
}

/** Splits the values into equal blocks and pairs each with its entry of a list. */
function blocks(values: Float32Array, entries: readonly number[]): [block: Float32Array, entry: number][] {
  const size = values.length / entries.length;
  return entries.map((entry, i) => [values.subarray(i * size, (i + 1) * size), entry]);
}

/** The Box-Muller transform; one of its two values. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
}

/**
 * Writes a random orthogonal (size, size) matrix: the identity with random signs, after rounds of plane
 * rotations that pair all rows at random. After a few more than log2(size) rounds, every row has mixed with
 * every other one. This costs O(size² log size); orthogonalising a random matrix would cost O(size³), which
 * takes seconds for a large layer.
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
