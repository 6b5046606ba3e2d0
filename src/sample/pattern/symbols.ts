import type { Vocabulary } from '../../text/vocabulary.js';
import type { Character, CharacterClass, ClassItem } from './tree.js';

/** Ids of a vocabulary as ascending, disjoint ranges: from, to, from, to ..., each `to` excluded. */
type Ranges = readonly number[];

/** The character or class of a pattern that a set comes from, for messages. */
export type Origin = Character | CharacterClass;

/** Limit on the work of dividing the ids: ranges visited, over all sets. */
const MAX_WORK = 4_000_000;

/**
 * The sets of ids that the characters and classes of a pattern stand for, and the division of all ids into
 * kinds: ids of one kind are in the same sets, so an automaton needs one transition per kind instead of one
 * per id.
 */
export class SymbolSets {
  readonly #vocabulary: Vocabulary;
  readonly #sets: { ranges: Ranges; origin: Origin }[] = [];
  /** The number of each set: characters by code point, classes by source. */
  readonly #numbers = new Map<number | string, number>();
  readonly #escapes = new Map<string, Ranges>();

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  /**
   * Returns the number of the set that a class or a character stands for; with the encoding `bytes`, the
   * character is a byte. Messages refer to its first occurrence in the pattern.
   */
  add(origin: Origin): number {
    const key = origin.kind === 'character' ? origin.codePoint : origin.source;
    const known = this.#numbers.get(key);
    if (known !== undefined) {
      const set = this.#sets[known]!;
      if (origin.at < set.origin.at) set.origin = origin;
      return known;
    }
    const ranges = origin.kind === 'character' ? this.#range(origin.codePoint) : this.#class(origin);
    this.#numbers.set(key, this.#sets.length);
    return this.#sets.push({ ranges, origin }) - 1;
  }

  isEmpty(set: number): boolean {
    return this.#sets[set]!.ranges.length === 0;
  }

  originOf(set: number): Origin {
    return this.#sets[set]!.origin;
  }

  /** Returns the kind of each id and the kinds of each set; undefined if that is too much work. */
  divide(): { kindOf: Int32Array; kindsOf: Int32Array[]; kinds: number } | undefined {
    const { size } = this.#vocabulary;
    const bounds = new Set([0, size]);
    for (const { ranges } of this.#sets) for (const bound of ranges) bounds.add(bound);
    const cuts = [...bounds].sort((a, b) => a - b);
    const places = new Map(cuts.map((cut, place) => [cut, place]));

    // Between two cuts, all ids are in the same sets. Each set moves its pieces to fresh kinds.
    const pieces = new Int32Array(cuts.length - 1);
    let fresh = 1;
    let work = 0;
    const visit = (ranges: Ranges, action: (piece: number) => void) => {
      for (let i = 0; i < ranges.length; i += 2) {
        const end = places.get(ranges[i + 1]!)!;
        for (let piece = places.get(ranges[i]!)!; piece < end; piece++, work++) action(piece);
      }
    };
    for (const { ranges } of this.#sets) {
      const moved = new Map<number, number>();
      visit(ranges, (piece) => {
        const kind = pieces[piece]!;
        if (!moved.has(kind)) moved.set(kind, fresh++);
        pieces[piece] = moved.get(kind)!;
      });
      if (work > MAX_WORK) return undefined;
    }

    const names = new Map([...new Set(pieces)].map((kind, name) => [kind, name]));
    const kindOf = new Int32Array(size);
    pieces.forEach((kind, piece) => {
      kindOf.fill(names.get(kind)!, cuts[piece]!, cuts[piece + 1]!);
    });
    const kindsOf = this.#sets.map(({ ranges }) => {
      const kinds = new Set<number>();
      visit(ranges, (piece) => kinds.add(names.get(pieces[piece]!)!));
      return Int32Array.from(kinds);
    });
    return { kindOf, kindsOf, kinds: names.size };
  }

  #class({ items, negated }: CharacterClass): Ranges {
    const union = merge(items.map((item) => this.#item(item)));
    if (!negated) return union;
    const bounds = [0, ...union, this.#vocabulary.size];
    return merge(Array.from({ length: bounds.length / 2 }, (_, i) => bounds.slice(2 * i, 2 * i + 2)));
  }

  #item(item: ClassItem): Ranges {
    if ('first' in item) return this.#range(item.first, item.last);
    const known = this.#escapes.get(item.escape) ?? this.#escape(item.escape);
    this.#escapes.set(item.escape, known);
    return known;
  }

  /** The ids of the code points from first to last, inclusive. */
  #range(first: number, last = first): Ranges {
    const { codePoints } = this.#vocabulary;
    const from = placeOf(first, codePoints);
    const to = placeOf(last + 1, codePoints);
    return from < to ? [from, to] : [];
  }

  /** The ids whose character an escape matches in JavaScript. */
  #escape(source: string): Ranges {
    const { codePoints, encoding } = this.#vocabulary;
    const expression = new RegExp(source, 'u');
    const ranges: number[] = [];
    codePoints.forEach((codePoint, id) => {
      // A byte beyond ASCII is not a character: like U+FFFD, it is neither digit nor space.
      const character = encoding === 'bytes' && codePoint >= 128 ? 0xfffd : codePoint;
      const inside = expression.test(String.fromCodePoint(character));
      const open = ranges.length % 2 === 1;
      if (inside !== open) ranges.push(id);
    });
    if (ranges.length % 2 === 1) ranges.push(codePoints.length);
    return ranges;
  }
}

/** Returns the first place in an ascending list with at least the given number, or the length. */
function placeOf(number: number, ascending: readonly number[]): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < number) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The union of several sets. */
function merge(sets: readonly Ranges[]): Ranges {
  const pairs = sets.flatMap((set) =>
    Array.from({ length: set.length / 2 }, (_, i) => [set[2 * i]!, set[2 * i + 1]!] as const),
  );
  const merged: number[] = [];
  for (const [from, to] of pairs.sort((a, b) => a[0] - b[0])) {
    if (from >= to) continue;
    if (merged.length > 0 && from <= merged.at(-1)!) {
      merged[merged.length - 1] = Math.max(to, merged.at(-1)!);
    } else merged.push(from, to);
  }
  return merged;
}
