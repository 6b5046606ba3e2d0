import type { Vocabulary } from '../../text/vocabulary.js';
import { ACCEPT, compile, FORK, type Nfa } from './nfa.js';
import { parse } from './parse.js';

/** States that are kept before older ones are forgotten, in units of 2 bytes; so much may be kept twice. */
const GENERATION = 8 << 20;

/** A state of the deterministic automaton. */
interface State {
  readonly number: number;
  /** States of the NFA that read a character or accept, ascending, each as a UTF-16 code unit. */
  readonly members: string;
  readonly distance: number;
  /** The next state for each kind of character, or -1; made when it is first asked for. */
  row: Float64Array | undefined;
}

/** States by number and by members. Rows lead to states of the same generation only. */
class Generation {
  readonly byNumber = new Map<number, State>();
  readonly byMembers = new Map<string, State>();
  /** In units of 2 bytes. */
  size = 0;
}

/**
 * A regular expression that a whole text has to match, as an automaton over the ids of a vocabulary. It is made
 * deterministic as it is used (the subset construction, as in Thompson 1968): only the states that are met are made.
 *
 * Memory is bounded. A state that is not asked about while many others are made is forgotten; the states that a writer
 * meets one after the other, and their followers, never are.
 */
export class Pattern {
  readonly start: number;
  readonly #nfa: Nfa;
  readonly #first: State;
  #made = 0;
  #young = new Generation();
  #old = new Generation();
  /** The state that was last asked about: mostly it is asked about once for each character. */
  #latest: State;
  /** Marks NFA states in a closure; all zero between two. */
  readonly #seen: Uint8Array;

  /**
   * @throws UserError for a syntax error, a construct that is not supported, a pattern that no text of the vocabulary
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
   * The state after a character, or -1 if no match is possible any more.
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

  /** The least number of further characters after which the text may end. */
  distance(state: number): number {
    return this.#state(state).distance;
  }

  /** Whether any character may follow. */
  continues(state: number): boolean {
    const { distance, members } = this.#state(state);
    return distance > 0 || members.length > 1;
  }

  #state(number: number): State {
    if (this.#latest.number === number) return this.#latest;
    const state = this.#young.byNumber.get(number) ?? this.#renew(this.#old.byNumber.get(number));
    if (state === undefined) throw new RangeError(`the pattern has no state ${number}, or has it no more`);
    this.#latest = state;
    return state;
  }

  #rowOf(state: State): Float64Array {
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
    // Most kinds lead to where another one leads.
    const numbers = new Map<string, number>();
    state.row = Float64Array.from(reached, (states) => {
      const text = textOf(states);
      const number = numbers.get(text) ?? this.#intern(states)?.number ?? -1;
      numbers.set(text, number);
      return number;
    });
    return state.row;
  }

  /** The state that stands for some states of the NFA and all that follow from them without a character. */
  #intern(states: number[]): State | undefined {
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

  /** The states that read a character or accept, ascending. Those that lead to no end are left out. */
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

  /** Takes a state into the young generation. Its row may lead to old ones, and is made anew when it is asked for. */
  #renew(state: State | undefined): State | undefined {
    if (state === undefined) return undefined;
    state.row = undefined;
    return this.#keep(state);
  }

  #keep(state: State): State {
    this.#young.byNumber.set(state.number, state);
    this.#young.byMembers.set(state.members, state);
    // A row is 4 units a kind; the maps and the object are some 64.
    this.#young.size += state.members.length + 4 * this.#nfa.kinds + 64;
    return state;
  }
}

/** Numbers below 2^16 as the code units of a string, in pieces that fit the stack. */
function textOf(units: Uint16Array | readonly number[]): string {
  let text = '';
  for (let i = 0; i < units.length; i += 4096) {
    text += Reflect.apply(String.fromCharCode, undefined, units.slice(i, i + 4096));
  }
  return text;
}
