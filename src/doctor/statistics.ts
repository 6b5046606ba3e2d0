/** A mean and its standard error. */
export interface Estimate {
  readonly mean: number;
  readonly error: number;
}

/** Estimates the mean of at least two independent values. */
export function estimateOf(values: ArrayLike<number>): Estimate {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i]!;
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (values[i]! - mean) ** 2;
  return { mean, error: Math.sqrt(squares / (n - 1) / n) };
}

/** Means of all whole blocks. Neighbouring values depend on each other; means of long blocks hardly do. */
export function blockMeans(values: ArrayLike<number>, length: number): Float64Array {
  const means = new Float64Array(Math.floor(values.length / length));
  for (let block = 0; block < means.length; block++) {
    let sum = 0;
    for (let i = 0; i < length; i++) sum += values[block * length + i]!;
    means[block] = sum / length;
  }
  return means;
}

/** The median; of an even number of values, the upper of the two in the middle. NaN if there are none. */
export function medianOf(values: Iterable<number>): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
