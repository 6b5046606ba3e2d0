import type { CharacterModel } from '../checkpoint/checkpoint.js';
import { cellWindows } from './cells.js';
import { PROPERTIES, type PropertyName } from './properties.js';
import { rankingOf, type Tracking } from './ranking.js';

/** A property, and what it says of each character of a text. */
export interface Marked {
  readonly property: PropertyName;
  readonly marks: Float32Array;
}

/** The properties that are told apart at `least` places or more: see `isTold`. */
export function markedBy(
  characters: readonly string[],
  names: readonly PropertyName[],
  least: number,
): Marked[] {
  const marked = names.map((property) => ({ property, marks: PROPERTIES[property].of(characters) }));
  return marked.filter(({ marks }) => isTold(marks, least));
}

/** Whether at least so many places are marked as the first one is, and at least so many otherwise. */
export function isTold(marks: Float32Array, least: number): boolean {
  const alike = marks.filter((mark) => mark === marks[0]).length;
  return Math.min(alike, marks.length - alike) >= least;
}

/**
 * Ranks all units by how well they track each property, in one pass over the text; a step takes some milliseconds.
 * @returns a ranking for each property, after telling with each step which share of the text has been read
 */
export function* rankUnits(
  model: CharacterModel,
  ids: Uint32Array,
  marked: readonly Marked[],
): Generator<number, Tracking[][]> {
  const { hidden, layers } = model.config;
  const rankings = marked.map(({ property, marks }) =>
    rankingOf(PROPERTIES[property], { property, marks, hidden, layers }),
  );
  for (const window of cellWindows(model, ids)) {
    for (const ranking of rankings) ranking.add(window);
    yield (window.start + window.length) / ids.length;
  }
  return rankings.map((ranking) => ranking.ranked());
}
