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
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!;
}
