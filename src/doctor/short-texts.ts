import { amountOf } from '../numbers.js';
import type { Missing } from './check.js';

/** Shorter texts, in multiples of a distance, begin and end too often to be judged by it. */
const LEAST = 2;

/**
 * Returns why something cannot be measured over a distance in a collection: its texts are so short that the
 * beginnings of texts, where the state is zero, would be measured instead.
 * @param end the id of the end of a text; undefined if the corpus is one text
 * @param distance in characters
 */
export function shortTexts(
  ids: ArrayLike<number>,
  end: number | undefined,
  distance: number,
): Missing | undefined {
  if (end === undefined) return undefined;
  const ends = Array.from(ids).filter((id) => id === end).length;
  if (ends * LEAST * distance <= ids.length) return undefined;
  return { missing: `most texts are shorter than ${amountOf(LEAST * distance, 'character')}` };
}
