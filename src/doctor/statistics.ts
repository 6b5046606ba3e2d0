import { meanOf, sumOf } from '../numbers.js';

/** A mean and its standard error. */
export interface Estimate {
  readonly mean: number;
  readonly error: number;
}

/** Estimates the mean of at least two independent values. */
export function estimateOf(values: Iterable<number> & ArrayLike<number>): Estimate {
  const n = values.length;
  const mean = meanOf(values);
  const squares = sumOf(Array.from(values, (value) => (value - mean) ** 2));
  return { mean, error: Math.sqrt(squares / (n - 1) / n) };
}

/** Means of all whole blocks. Neighbouring values depend on each other; means of long blocks hardly do. */
export function blockMeans(values: Float32Array, length: number): number[] {
  const blocks = Math.floor(values.length / length);
  return Array.from({ length: blocks }, (_, i) => meanOf(values.subarray(i * length, (i + 1) * length)));
}

/** The median; of an even number of values, the upper of the two in the middle. NaN if there are none. */
export function medianOf(values: Iterable<number>): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
