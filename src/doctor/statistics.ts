/** A mean, and the standard error that it has by chance. */
export interface Estimate {
  readonly mean: number;
  readonly error: number;
}

/** The mean of independent values, at least two of them. */
export function estimateOf(values: ArrayLike<number>): Estimate {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i]!;
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (values[i]! - mean) ** 2;
  return { mean, error: Math.sqrt(squares / (n - 1) / n) };
}

/** Means of as many whole blocks as there are: neighbours depend on each other, long blocks hardly do. */
export function blockMeans(values: ArrayLike<number>, length: number): Float64Array {
  const means = new Float64Array(Math.floor(values.length / length));
  for (let block = 0; block < means.length; block++) {
    let sum = 0;
    for (let i = 0; i < length; i++) sum += values[block * length + i]!;
    means[block] = sum / length;
  }
  return means;
}

/** The middle value, the upper one of two; NaN of none. */
export function medianOf(values: Iterable<number>): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
