import { UserError } from '../../errors.js';
import { nameCharacter, type Vocabulary } from '../../text/vocabulary.js';
import { type Origin, SymbolSets } from './symbols.js';
import type { Character, CharacterClass, Tree } from './tree.js';

/** Counted repetitions are written out, so short patterns can be large. Below 2^16: a state fits a UTF-16 unit. */
const MAX_STATES = 20_000;

/** The state in which a text may end. */
export const ACCEPT = 0;
/** In place of a set: the state reads nothing and has two ways on. */
export const FORK = -1;

/** A nondeterministic automaton after Thompson (1968); states by number. */
export interface Nfa {
  readonly start: number;
  /** The set of characters that a state reads, or FORK. */
  readonly sets: readonly number[];
  readonly next: readonly number[];
  /** A fork's second way; elsewhere as `next`. */
  readonly other: readonly number[];
  /** Characters from each state to the end of a shortest text, or infinity. */
  readonly distances: Float64Array;
  /** The kind of each id of the vocabulary, how many kinds there are, and those that each set is made of. */
  readonly kindOf: Int32Array;
  readonly kinds: number;
  readonly kindsOf: readonly Int32Array[];
}

/**
 * The automaton of a tree over the characters of a vocabulary.
 * @throws UserError if it is too large, if no text of these characters can match, or if the encoding is `bytes` and a
 * class has characters of several bytes
 */
export function compile(tree: Tree, vocabulary: Vocabulary): Nfa {
  const builder = new Builder(vocabulary);
  const start = builder.add(tree, ACCEPT);
  const { sets, next, other, symbols } = builder;
  const isEmpty = sets.map((set) => set !== FORK && symbols.isEmpty(set));
  const { least: distances } = cheapestWays(builder, (state) => {
    if (sets[state] === FORK) return 0;
    return isEmpty[state] ? Number.POSITIVE_INFINITY : 1;
  });
  if (distances[start] === Number.POSITIVE_INFINITY) {
    const missing = cheapestWays(builder, (state) => (isEmpty[state] ? 1 : 0));
    throw impossible(missingOn(builder, start, missing), vocabulary);
  }
  const division = symbols.divide();
  if (division === undefined) throw tooLarge('its classes divide the characters into too many kinds');
  return { start, sets, next, other, distances, ...division };
}

function tooLarge(reason: string): UserError {
  return new UserError(
    `the pattern is too large: ${reason}`,
    'Use smaller counts or fewer repetitions within repetitions; * and + cost nothing.',
  );
}

/** States are made from the end of the pattern to its beginning, so that each knows where it leads. */
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

  /** The state from which a tree is read, on the way to another state. */
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
    if (this.sets.length === MAX_STATES) throw tooLarge(`written out, it has over ${MAX_STATES} places`);
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

  /** A class of bytes can say nothing of characters that are several bytes. */
  #checkClass(tree: CharacterClass): void {
    if (this.#vocabulary.encoding !== 'bytes') return;
    for (const item of tree.items) {
      if ('first' in item && item.last >= 128) {
        throw this.#inBytes(`${nameCharacter(item.last)} is several bytes, and a class stands for one`, tree);
      }
      if ('escape' in item && /p/i.test(item.escape)) {
        throw this.#inBytes(`${item.escape} is about characters, and a class stands for one byte`, tree);
      }
    }
  }

  #inBytes(what: string, { at }: Origin): UserError {
    return new UserError(
      `pattern, character ${at + 1}: ${what} here`,
      'This model writes bytes. Between brackets, use ASCII; elsewhere, any character stands for its UTF-8 bytes.',
    );
  }
}

/** For each state, the least sum of costs on a way to the accepting one, and the next state on that way. */
interface Ways {
  readonly least: Float64Array;
  readonly via: Int32Array;
}

/** A breadth-first search from the end; each state costs 0, 1 or infinity to pass. */
function cheapestWays({ sets, next, other }: Builder, costOf: (state: number) => number): Ways {
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
      if (least[state]! < cost) continue; // a cheaper way was found after it was put here
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

/** What the vocabulary lacks on a way from the start that lacks least. */
function missingOn({ sets, symbols }: Builder, start: number, { via }: Ways): Origin[] {
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
    `no text of this model's characters matches the pattern: it never saw ${names.join(', ')}${more}`,
    'Use characters that the model knows, or make these optional.',
  );
}
