import { UserError } from '../../errors.js';
import { nameCharacter, type Vocabulary } from '../../text/vocabulary.js';
import { type Origin, SymbolSets } from './symbols.js';
import type { Character, CharacterClass, Tree } from './tree.js';

/** Counted repetitions are expanded, so short patterns can be large. A state must fit a UTF-16 unit. */
const MAX_STATES = 20_000;

/** The state in which a text may end. */
export const ACCEPT = 0;
/** In place of a set: the state reads nothing and has two successors. */
export const FORK = -1;

/** A nondeterministic automaton after Thompson (1968); states are numbered. */
export interface Nfa {
  readonly start: number;
  /** The set of characters that each state reads, or FORK. */
  readonly sets: readonly number[];
  readonly next: readonly number[];
  /** The second successor of a fork; otherwise the same as `next`. */
  readonly other: readonly number[];
  /** Characters from each state to the end of the shortest text, or Infinity. */
  readonly distances: Float64Array;
  /** (V): the kind of each id; see SymbolSets. */
  readonly kindOf: Int32Array;
  /** The number of kinds. */
  readonly kinds: number;
  /** The kinds that each set consists of. */
  readonly kindsOf: readonly Int32Array[];
}

/**
 * Compiles a tree to an automaton over the characters of a vocabulary.
 * @throws UserError if it is too large, if no text of these characters can match, or if the encoding is
 * `bytes` and a class has characters of several bytes
 */
export function compile(tree: Tree, vocabulary: Vocabulary): Nfa {
  const builder = new Builder(vocabulary);
  const start = builder.add(tree, ACCEPT);
  const { sets, next, other, symbols } = builder;
  const isEmpty = sets.map((set) => set !== FORK && symbols.isEmpty(set));
  const { least: distances } = cheapestPaths(builder, (state) => {
    if (sets[state] === FORK) return 0;
    return isEmpty[state] ? Number.POSITIVE_INFINITY : 1;
  });
  if (distances[start] === Number.POSITIVE_INFINITY) {
    const missing = cheapestPaths(builder, (state) => (isEmpty[state] ? 1 : 0));
    throw impossible(missingOn(builder, start, missing), vocabulary);
  }
  const division = symbols.divide();
  if (division === undefined) throw tooLarge('its classes divide the characters into too many kinds');
  return { start, sets, next, other, distances, ...division };
}

function tooLarge(reason: string): UserError {
  return new UserError(
    `the pattern is too large: ${reason}`,
    'Use smaller counts or fewer nested repetitions; * and + cost nothing.',
  );
}

/** Builds states from the end of the pattern to its beginning, so that each knows its successor. */
class Builder {
  // The accepting state reads nothing and leads to itself.
  readonly sets = [FORK];
  readonly next = [ACCEPT];
  readonly other = [ACCEPT];
  readonly symbols: SymbolSets;
  readonly #vocabulary: Vocabulary;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    this.symbols = new SymbolSets(vocabulary);
  }

  /** Adds the states of a tree that lead to the state `to`. @returns the state where the tree starts */
  add(tree: Tree, to: number): number {
    switch (tree.kind) {
      case 'empty':
        return to;
      case 'character':
        return this.#character(tree, to);
      case 'class':
        this.#checkClass(tree);
        return this.#state(this.symbols.add(tree), to);
      case 'sequence':
        return tree.parts.reduceRight((next, part) => this.add(part, next), to);
      case 'choice': {
        const entries = tree.options.map((option) => this.add(option, to));
        return entries.reduceRight((rest, entry) => this.#state(FORK, entry, rest));
      }
      case 'repeat':
        return this.#repeat(tree.body, tree.least, tree.most, to);
    }
  }

  #state(set: number, next: number, other = next): number {
    if (this.sets.length === MAX_STATES) throw tooLarge(`expanded, it has over ${MAX_STATES} states`);
    this.next.push(next);
    this.other.push(other);
    return this.sets.push(set) - 1;
  }

  #repeat(body: Tree, least: number, most: number, to: number): number {
    let entry = to;
    if (most === Number.POSITIVE_INFINITY) {
      entry = this.#state(FORK, to);
      this.next[entry] = this.add(body, entry);
    } else {
      for (let i = least; i < most; i++) entry = this.#state(FORK, this.add(body, entry), to);
    }
    for (let i = 0; i < least; i++) entry = this.add(body, entry);
    return entry;
  }

  #character(tree: Character, to: number): number {
    if (this.#vocabulary.encoding !== 'bytes') return this.#state(this.symbols.add(tree), to);
    if (tree.codePoint >= 0xd800 && tree.codePoint <= 0xdfff) {
      throw this.#inBytes(`${nameCharacter(tree.codePoint)} is half a character, which has no bytes`, tree);
    }
    const bytes = Buffer.from(String.fromCodePoint(tree.codePoint));
    return bytes.reduceRight(
      (next, byte) => this.#state(this.symbols.add({ ...tree, codePoint: byte }), next),
      to,
    );
  }

  /** A class of bytes cannot contain characters of several bytes. */
  #checkClass(tree: CharacterClass): void {
    if (this.#vocabulary.encoding !== 'bytes') return;
    for (const item of tree.items) {
      if ('first' in item && item.last >= 128) {
        throw this.#inBytes(
          `${nameCharacter(item.last)} has several bytes, and a class stands for one`,
          tree,
        );
      }
      if ('escape' in item && /p/i.test(item.escape)) {
        throw this.#inBytes(`${item.escape} is about characters, and a class stands for one byte`, tree);
      }
    }
  }

  #inBytes(what: string, { at }: Origin): UserError {
    return new UserError(
      `pattern, character ${at + 1}: ${what} here`,
      'This model writes bytes. Use ASCII between brackets; elsewhere, a character stands for its UTF-8 bytes.',
    );
  }
}

/** For each state, the least total cost of a path to the accepting one, and the next state on that path. */
interface Paths {
  readonly least: Float64Array;
  readonly via: Int32Array;
}

/** A breadth-first search from the end; each state costs 0, 1 or infinity to pass. */
function cheapestPaths({ sets, next, other }: Builder, costOf: (state: number) => number): Paths {
  const before: number[][] = sets.map(() => []);
  for (let state = 1; state < sets.length; state++) {
    before[next[state]!]!.push(state);
    if (other[state] !== next[state]) before[other[state]!]!.push(state);
  }
  const least = new Float64Array(sets.length).fill(Number.POSITIVE_INFINITY);
  const via = new Int32Array(sets.length);
  least[ACCEPT] = 0;
  let near = [ACCEPT];
  for (let cost = 0; near.length > 0; cost++) {
    const far: number[] = [];
    for (let state = near.pop(); state !== undefined; state = near.pop()) {
      if (least[state]! < cost) continue; // a cheaper path was found after it was queued
      for (const earlier of before[state]!) {
        const sum = cost + costOf(earlier);
        if (sum >= least[earlier]!) continue;
        least[earlier] = sum;
        via[earlier] = state;
        if (sum === cost) near.push(earlier);
        else far.push(earlier);
      }
    }
    near = far;
  }
  return { least, via };
}

/** Returns what the vocabulary lacks on the path from the start that lacks least. */
function missingOn({ sets, symbols }: Builder, start: number, { via }: Paths): Origin[] {
  const origins = new Set<Origin>();
  for (let state = start; state !== ACCEPT; state = via[state]!) {
    if (sets[state] !== FORK && symbols.isEmpty(sets[state]!)) origins.add(symbols.originOf(sets[state]!));
  }
  return [...origins];
}

const MOST_NAMED = 10;

function impossible(missing: readonly Origin[], vocabulary: Vocabulary): UserError {
  const names = missing.slice(0, MOST_NAMED).map((origin) => {
    const name =
      origin.kind === 'character' ? vocabulary.nameUnknown([origin.codePoint]) : `any of ${origin.source}`;
    return `${name} at character ${origin.at + 1}`;
  });
  const more = missing.length > MOST_NAMED ? ` and ${missing.length - MOST_NAMED} more` : '';
  return new UserError(
    `no text of this model's characters matches the pattern: the model never saw ${names.join(', ')}${more}`,
    'Use characters that the model knows, or make these optional.',
  );
}
