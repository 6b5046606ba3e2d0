import type { CodePoints, DecodeOptions } from '../encoding/decode.js';
import type { Filter, FilterFindings } from './filter.js';
import { WithoutGutenberg } from './gutenberg.js';
import { Unwrap } from './unwrap.js';

/** Returns the filters of one file, in the order in which they apply. */
export function filtersFor({ encoding, strip, unwrap }: DecodeOptions): readonly Filter[] {
  if (encoding === 'bytes') return [];
  return [...(strip ? [new WithoutGutenberg()] : []), ...(unwrap ? [new Unwrap()] : [])];
}

/** Returns what the filters of a file have done to it. */
export function findingsOf(filters: readonly Filter[]): FilterFindings {
  const none = { leftOut: 0, width: 0, breaks: 0, hyphens: 0 };
  return Object.assign(none, ...filters.map(({ findings }) => findings)) as FilterFindings;
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
