import type { Vocabulary } from '../../text/vocabulary.js';
import { ACCEPT, compile, FORK, type Nfa } from './nfa.js';
import { parse } from './parse.js';

/** Size of a generation of states in units of 2 bytes; up to two generations are kept. */
const GENERATION = 8 << 20;

/** A state of the deterministic automaton. */
interface DfaState {
  readonly number: number;
  /** The NFA states that read a character or accept, ascending, each as a UTF-16 code unit. */
  readonly members: string;
  readonly distance: number;
  /** The next state for each kind of character, or -1; computed on first use. */
  row: Float64Array | undefined;
}

/** States by number and by members. Rows lead only to states of the same generation. */
class Generation {
  readonly byNumber = new Map<number, DfaState>();
  readonly byMembers = new Map<string, DfaState>();
  /** In units of 2 bytes. */
  size = 0;
}

/**
 * A regular expression that a whole text has to match, as an automaton over the ids of a vocabulary. It is
 * made deterministic lazily (subset construction, as in Thompson 1968): only states that are reached are
 * built.
 *
 * Memory is bounded. A state that is not used while many others are built is forgotten; the states that a
 * writer visits one after the other, and their successors, are not.
 */
export class Pattern {
  readonly start: number;
  readonly #nfa: Nfa;
  readonly #first: DfaState;
  #made = 0;
  #young = new Generation();
  #old = new Generation();
  /** The state used last; mostly, it is used once for each character of the vocabulary. */
  #latest: DfaState;
  /** Marks NFA states while a closure is computed; all zero in between. */
  readonly #seen: Uint8Array;

  /**
   * @throws UserError for a syntax error, an unsupported construct, a pattern that no text of the vocabulary
   * can match, or one that is too large
   */
  constructor(source: string, vocabulary: Vocabulary) {
    this.#nfa = compile(parse(source), vocabulary);
    this.#seen = new Uint8Array(this.#nfa.sets.length);
    this.#first = this.#intern([this.#nfa.start])!;
    this.#latest = this.#first;
    this.start = this.#first.number;
  }

  /**
   * Returns the state after a character, or -1 if no match is possible any more.
   * @throws RangeError for a state or an id that does not exist
   */
  next(state: number, id: number): number {
    const from = this.#state(state);
    const kind = this.#nfa.kindOf[id];
    if (kind === undefined) throw new RangeError(`no character has the id ${id}`);
    const row = from.row ?? this.#rowOf(from);
    return row[kind]!;
  }

  /** Whether the text may end here. */
  accepts(state: number): boolean {
    return this.#state(state).distance === 0;
  }

  /** The smallest number of further characters after which the text may end. */
  distance(state: number): number {
    return this.#state(state).distance;
  }

  /** Whether any character may follow. */
  continues(state: number): boolean {
    const { distance, members } = this.#state(state);
    return distance > 0 || members.length > 1;
  }

  #state(number: number): DfaState {
    if (this.#latest.number === number) return this.#latest;
    const state = this.#young.byNumber.get(number) ?? this.#renew(this.#old.byNumber.get(number));
    if (state === undefined) throw new RangeError(`the pattern has no state ${number}, or has forgotten it`);
    this.#latest = state;
    return state;
  }

  #rowOf(state: DfaState): Float64Array {
    if (this.#young.size > GENERATION) {
      this.#old = this.#young;
      this.#young = new Generation();
      this.#renew(this.#first);
      this.#renew(state);
    }
    const { sets, next, kinds, kindsOf } = this.#nfa;
    const reached: number[][] = Array.from({ length: kinds }, () => []);
    for (let i = 0; i < state.members.length; i++) {
      const member = state.members.charCodeAt(i);
      if (member === ACCEPT) continue;
      for (const kind of kindsOf[sets[member]!]!) reached[kind]!.push(next[member]!);
    }
    // Most kinds share their successor with another one.
    const numbers = new Map<string, number>();
    state.row = Float64Array.from(reached, (states) => {
      const text = textOf(states);
      const number = numbers.get(text) ?? this.#intern(states)?.number ?? -1;
      numbers.set(text, number);
      return number;
    });
    return state.row;
  }

  /** Returns the state for NFA states and all that are reachable from them without a character. */
  #intern(states: number[]): DfaState | undefined {
    const members = this.#closure(states);
    if (members.length === 0) return undefined;
    const text = textOf(members);
    const known = this.#young.byMembers.get(text) ?? this.#renew(this.#old.byMembers.get(text));
    if (known) return known;
    const distance = members.reduce(
      (least, member) => Math.min(least, this.#nfa.distances[member]!),
      Number.POSITIVE_INFINITY,
    );
    return this.#keep({ number: this.#made++, members: text, distance, row: undefined });
  }

  /** Returns the reachable NFA states that read a character or accept, ascending, without dead ends. */
  #closure(states: number[]): Uint16Array {
    const { sets, next, other, distances } = this.#nfa;
    const stack = states;
    const visited: number[] = [];
    for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
      if (this.#seen[state] || distances[state] === Number.POSITIVE_INFINITY) continue;
      this.#seen[state] = 1;
      visited.push(state);
      if (sets[state] === FORK) stack.push(next[state]!, other[state]!);
    }
    for (const state of visited) this.#seen[state] = 0;
    return new Uint16Array(visited.filter((state) => state === ACCEPT || sets[state] !== FORK)).sort();
  }

  /** Moves a state to the young generation. Its row may lead to old states, so it is rebuilt on next use. */
  #renew(state: DfaState | undefined): DfaState | undefined {
    if (state === undefined) return undefined;
    state.row = undefined;
    return this.#keep(state);
  }

  #keep(state: DfaState): DfaState {
    this.#young.byNumber.set(state.number, state);
    this.#young.byMembers.set(state.members, state);
    // A row has 4 units per kind; the maps and the object take about 64.
    this.#young.size += state.members.length + 4 * this.#nfa.kinds + 64;
    return state;
  }
}

/** Packs numbers below 2^16 into the code units of a string, in pieces that fit the stack. */
function textOf(units: Uint16Array | readonly number[]): string {
  let text = '';
  for (let i = 0; i < units.length; i += 4096) {
    text += Reflect.apply(String.fromCharCode, undefined, units.slice(i, i + 4096));
  }
  return text;
}
