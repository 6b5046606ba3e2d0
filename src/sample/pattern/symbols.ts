import type { Vocabulary } from '../../text/vocabulary.js';
import type { Character, CharacterClass, ClassItem } from './tree.js';

/** Ids of a vocabulary as stretches, ascending and apart: from, to, from, to ..., each `to` excluded. */
type Stretches = readonly number[];

/** Where a pattern's character or class is written, for messages. */
export type Origin = Character | CharacterClass;

/** How much work the division of the ids may be: stretches passed, over all sets. */
const MAX_WORK = 4_000_000;

/**
 * The sets of ids that the characters and classes of a pattern stand for, and the division of all ids into kinds:
 * ids of one kind lie in the same sets, so an automaton needs one transition a kind, not one an id.
 */
export class SymbolSets {
  readonly #vocabulary: Vocabulary;
  readonly #sets: { stretches: Stretches; origin: Origin }[] = [];
  /** The number of a set by how it is written: characters by code point, classes by source. */
  readonly #numbers = new Map<number | string, number>();
  readonly #escapes = new Map<string, Stretches>();

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  /**
   * The number of the set that a class or a character stands for: with the encoding `bytes`, one that is a byte. Where
   * it is written several times, messages tell of the first.
   */
  add(origin: Origin): number {
    const key = origin.kind === 'character' ? origin.codePoint : origin.source;
    const known = this.#numbers.get(key);
    if (known !== undefined) {
      const set = this.#sets[known]!;
      if (origin.at < set.origin.at) set.origin = origin;
      return known;
    }
    const stretches = origin.kind === 'character' ? this.#range(origin.codePoint) : this.#class(origin);
    this.#numbers.set(key, this.#sets.length);
    return this.#sets.push({ stretches, origin }) - 1;
  }

  isEmpty(set: number): boolean {
    return this.#sets[set]!.stretches.length === 0;
  }

  originOf(set: number): Origin {
    return this.#sets[set]!.origin;
  }

  /**
   * The division: the kind of each id, and the kinds that each set is made of. Undefined if it is too much work.
   */
  divide(): { kindOf: Int32Array; kindsOf: Int32Array[]; kinds: number } | undefined {
    const { size } = this.#vocabulary;
    const bounds = new Set([0, size]);
    for (const { stretches } of this.#sets) for (const bound of stretches) bounds.add(bound);
    const cuts = [...bounds].sort((a, b) => a - b);
    const places = new Map(cuts.map((cut, place) => [cut, place]));

    // Between two cuts, the ids lie in the same sets. Each set moves its pieces from their kinds to fresh ones.
    const pieces = new Int32Array(cuts.length - 1);
    let fresh = 1;
    let work = 0;
    const visit = (stretches: Stretches, action: (piece: number) => void) => {
      for (let i = 0; i < stretches.length; i += 2) {
        const end = places.get(stretches[i + 1]!)!;
        for (let piece = places.get(stretches[i]!)!; piece < end; piece++, work++) action(piece);
      }
    };
    for (const { stretches } of this.#sets) {
      const moved = new Map<number, number>();
      visit(stretches, (piece) => {
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
    const kindsOf = this.#sets.map(({ stretches }) => {
      const kinds = new Set<number>();
      visit(stretches, (piece) => kinds.add(names.get(pieces[piece]!)!));
      return Int32Array.from(kinds);
    });
    return { kindOf, kindsOf, kinds: names.size };
  }

  #class({ items, negated }: CharacterClass): Stretches {
    const union = merge(items.map((item) => this.#item(item)));
    if (!negated) return union;
    const bounds = [0, ...union, this.#vocabulary.size];
    return merge(Array.from({ length: bounds.length / 2 }, (_, i) => bounds.slice(2 * i, 2 * i + 2)));
  }

  #item(item: ClassItem): Stretches {
    if ('first' in item) return this.#range(item.first, item.last);
    const known = this.#escapes.get(item.escape) ?? this.#escape(item.escape);
    this.#escapes.set(item.escape, known);
    return known;
  }

  /** The ids of the code points from first to last. */
  #range(first: number, last = first): Stretches {
    const { codePoints } = this.#vocabulary;
    const from = placeOf(first, codePoints);
    const to = placeOf(last + 1, codePoints);
    return from < to ? [from, to] : [];
  }

  /** The ids whose character JavaScript finds in what an escape stands for. */
  #escape(source: string): Stretches {
    const { codePoints, encoding } = this.#vocabulary;
    const expression = new RegExp(source, 'u');
    const stretches: number[] = [];
    codePoints.forEach((codePoint, id) => {
      // A byte past ASCII is no character: neither digit nor space, as the replacement character is neither.
      const character = encoding === 'bytes' && codePoint >= 128 ? 0xfffd : codePoint;
      const inside = expression.test(String.fromCodePoint(character));
      const open = stretches.length % 2 === 1;
      if (inside !== open) stretches.push(id);
    });
    if (stretches.length % 2 === 1) stretches.push(codePoints.length);
    return stretches;
  }
}

/** The least place in an ascending list whose number is not below the given one; the list's length if there is none. */
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

/** All ids of several sets. */
function merge(sets: readonly Stretches[]): Stretches {
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
