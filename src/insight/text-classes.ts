import { grouped } from '../numbers.js';
import { PROPERTIES } from './properties.js';
import { wordPositions } from './words.js';

/** Places of a text that have something in common. */
export interface TextClass {
  readonly group: Group;
  readonly name: string;
  /** 1 at a character of the class, else 0. */
  readonly marks: Uint8Array;
}

/**
 * The first four go by the character itself, the others by the text read before it. The classes of
 * `frequency`, `word`, `read`, `repeat` and `start` each cover every place exactly once.
 */
export type Group =
  | 'frequency'
  | 'word'
  | 'letter of a word'
  | 'kind'
  | 'read'
  | 'place'
  | 'repeat'
  | 'start';

/** The share of a text that its frequent characters make up. */
const FREQUENT = 0.8;
/** The minimum length of a repeat in characters: a power of 2. */
export const REPEATED = 8;
/** Bounds of the classes of repeats: characters back to the previous occurrence. */
const DISTANCES = [64, 256, 1024] as const;
/** Bounds of the classes of positions: characters from the start of a text. */
const STARTS = [10, 100, 1000] as const;

/**
 * Classifies the places of a text by rules of thumb that need no knowledge of its language, leaving out empty
 * classes. The class of a place depends only on its character and the text before it, except for quotation
 * marks and brackets that close later.
 * @param characters strings of one code point each
 * @param ends 1 where a text of a collection ends, and the next one begins after it; absent for one text
 */
export function textClasses(characters: readonly string[], ends?: Uint8Array): TextClass[] {
  const positions = wordPositions(characters);
  const at = (i: number) => positions[i] ?? 0;
  const isFrequent = frequentCharacters(characters);
  const quote = PROPERTIES.quote.mark(characters);
  const bracket = PROPERTIES.bracket.mark(characters);
  const caps = PROPERTIES.caps.mark(characters);
  const distances = repeatDistances(characters);
  const places = placesInTexts(characters.length, ends);
  const rules: [Group, string, (i: number) => boolean][] = [
    ['frequency', 'frequent characters', (i) => isFrequent.has(characters[i]!)],
    ['frequency', 'rare characters', (i) => !isFrequent.has(characters[i]!)],
    ['word', 'first of a word', (i) => at(i) === 1],
    ['word', 'within a word', (i) => at(i) > 1],
    ['word', 'first after a word', (i) => at(i) === 0 && at(i - 1) > 0],
    ['word', 'between words', (i) => at(i) === 0 && at(i - 1) === 0],
    ['letter of a word', 'second of a word', (i) => at(i) === 2],
    ['letter of a word', 'third of a word', (i) => at(i) === 3],
    ['letter of a word', 'fourth of a word on', (i) => at(i) >= 4],
    ['kind', 'capital letters', (i) => caps[i] === 1],
    ['kind', 'digits', (i) => /^\p{Nd}$/u.test(characters[i]!)],
    ['read', 'after no letter', (i) => at(i - 1) === 0],
    ['read', 'after 1 letter', (i) => at(i - 1) === 1],
    ['read', 'after 2 letters', (i) => at(i - 1) === 2],
    ['read', 'after 3 letters or more', (i) => at(i - 1) >= 3],
    ['place', 'first of a line', (i) => characters[i - 1] === '\n'],
    // Characters that come while a quotation is open, including its closing mark.
    ['place', 'in quotation marks', (i) => quote[i - 1] === 1],
    ['place', 'in brackets', (i) => bracket[i - 1] === 1],
    ['repeat', `${REPEATED} new`, (i) => distances[i] === 0],
    ...forRanges(DISTANCES, (from, to): (typeof rules)[number] => [
      'repeat',
      `${REPEATED} seen ${rangeLabel(from, to)} ago`,
      (i) => distances[i]! >= from && distances[i]! <= to,
    ]),
    ...forRanges(STARTS, (from, to): (typeof rules)[number] => [
      'start',
      `characters ${rangeLabel(from, to)}`,
      (i) => places[i]! >= from && places[i]! <= to,
    ]),
  ];
  return rules
    .map(([group, name, holds]) => ({
      group,
      name,
      marks: Uint8Array.from(characters, (_, i) => (holds(i) ? 1 : 0)),
    }))
    .filter(({ marks }) => marks.includes(1));
}

/** Returns the place of each character in its text, from 1; the end of a text is its last place. */
function placesInTexts(length: number, ends?: Uint8Array): Uint32Array {
  const places = new Uint32Array(length);
  for (let i = 0; i < length; i++) places[i] = i > 0 && !ends?.[i - 1] ? places[i - 1]! + 1 : 1;
  return places;
}

/** Makes an item for each range up to a bound, and one for the range beyond the last. */
function forRanges<T>(bounds: readonly number[], make: (from: number, to: number) => T): T[] {
  return [...bounds, Number.POSITIVE_INFINITY].map((to, i) => make((bounds[i - 1] ?? 0) + 1, to));
}

function rangeLabel(from: number, to: number): string {
  return to === Number.POSITIVE_INFINITY ? `over ${grouped(from - 1)}` : `${grouped(from)} to ${grouped(to)}`;
}

/** Returns the smallest set that makes up the frequent share; ties go to the character that comes first. */
function frequentCharacters(characters: readonly string[]): Set<string> {
  const counts = new Map<string, number>();
  for (const character of characters) counts.set(character, (counts.get(character) ?? 0) + 1);
  const frequent = new Set<string>();
  let covered = 0;
  for (const [character, count] of [...counts].sort((a, b) => b[1] - a[1])) {
    if (covered >= FREQUENT * characters.length) break;
    covered += count;
    frequent.add(character);
  }
  return frequent;
}

/**
 * For each place, returns how many characters earlier the 8 characters before it last occurred; 0 if never.
 * Strings are identified by numbers built by doubling: the number of 8 characters follows from those of its
 * halves (Karp, Miller & Rosenberg 1972).
 */
export function repeatDistances(characters: readonly string[]): Uint32Array {
  const first = new Map<string, number>();
  let names = characters.map((character) => numberOf(first, character));
  for (let length = 1; length < REPEATED; length *= 2) {
    const pairs = new Map<number, number>();
    const halves = names;
    // Texts have fewer than 2 ** 26 characters, so pairs are exact in a double.
    names = halves
      .slice(0, Math.max(0, halves.length - length))
      .map((half, i) => numberOf(pairs, half * characters.length + halves[i + length]!));
  }
  const distances = new Uint32Array(characters.length);
  const last = new Map<number, number>();
  for (let i = REPEATED; i < characters.length; i++) {
    const name = names[i - REPEATED]!;
    const before = last.get(name);
    if (before !== undefined) distances[i] = i - before;
    last.set(name, i);
  }
  return distances;
}

function numberOf<K>(numbers: Map<K, number>, key: K): number {
  const known = numbers.get(key);
  if (known !== undefined) return known;
  numbers.set(key, numbers.size);
  return numbers.size - 1;
}
