import type { CodePoints, DecodeOptions } from '../encoding/decode.js';
import type { Filter } from './filter.js';
import { WithoutGutenberg } from './gutenberg.js';
import { Composer } from './nfc.js';
import { Unwrap } from './unwrap.js';

/**
 * Returns the filters of one file, in the order in which they apply.
 * @param hasRecords whether it is a table or list, whose line breaks are not those of prose
 */
export function filtersFor(
  { encoding, strip, unwrap, normalize }: DecodeOptions,
  hasRecords: boolean,
): readonly Filter[] {
  if (encoding === 'bytes') return [];
  const filters: Filter[] = [];
  if (strip) filters.push(new WithoutGutenberg());
  if (unwrap && !hasRecords) filters.push(new Unwrap());
  if (normalize === 'nfc') filters.push(new Composer());
  return filters;
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
