import type { CodePoints, DecodeOptions } from '../encoding/decode.js';

/** Changes the characters of one file, chunk by chunk. How the file is cut into chunks makes no difference. */
export interface Filter {
  /** Takes the next characters. @returns those that are certain now, valid until the next call */
  push(points: CodePoints): CodePoints;
  /** Ends the file. @returns the remaining characters */
  end(): CodePoints;
}

/** Returns the filters of one file, in the order in which they apply. */
export function filtersFor({ encoding }: DecodeOptions): readonly Filter[] {
  if (encoding === 'bytes') return [];
  return [];
}

/** Passes characters through filters. */
export function filtered(filters: readonly Filter[], points: CodePoints): CodePoints {
  let passed = points;
  for (const filter of filters) passed = filter.push(passed);
  return passed;
}

/** Ends the filters one after the other, each after what the earlier ones still had. */
export function* endFilters(filters: readonly Filter[]): Generator<CodePoints, void, void> {
  for (const [i, filter] of filters.entries()) yield filtered(filters.slice(i + 1), filter.end());
}
