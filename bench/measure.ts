/** Repeats `work` for about `milliseconds` and returns the median seconds of one call. */
export function medianSeconds(work: () => void, milliseconds = 400): number {
  work();
  const times: number[] = [];
  const start = performance.now();
  while (performance.now() - start < milliseconds || times.length < 3) {
    const before = performance.now();
    work();
    times.push((performance.now() - before) / 1000);
  }
  return median(times);
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** Formats the median, minimum and maximum: "0.99 (0.97 to 1.01)". */
export function spread(values: readonly number[]): string {
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(3)} (${least.toFixed(3)} to ${greatest.toFixed(3)})`;
}
