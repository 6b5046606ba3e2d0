import type { LineEnd } from './decode.js';

const LF = 10;
const CR = 13;
/** From this share of all line ends on, one of them is the usual one; networks are not exact. */
const USUAL = 0.75;

/** How often a network, or a text, ends a line in each way, in any unit. */
export interface LineEndCounts {
  /** CR, alone or before LF. */
  readonly returns: number;
  /** LF without CR before it. */
  readonly feeds: number;
  /** The share of CRs that LF follows. */
  readonly pairs: number;
}

/** Returns the usual line end; undefined if there are several, or CR is used for something else. */
export function usualLineEnd({ returns, feeds, pairs }: LineEndCounts): LineEnd | undefined {
  const share = returns / (returns + feeds);
  if (share < 1 - USUAL) return '\n';
  return share > USUAL && pairs > 0.5 ? '\r\n' : undefined;
}

/** Returns the usual line end of a text that has CR and LF. */
export function lineEndIn(characters: Iterable<number>): LineEnd | undefined {
  let [returns, feeds, pairs, last] = [0, 0, 0, 0];
  for (const character of characters) {
    if (character === CR) returns++;
    else if (character === LF && last === CR) pairs++;
    else if (character === LF) feeds++;
    last = character;
  }
  return usualLineEnd({ returns, feeds, pairs: pairs / Math.max(1, returns) });
}
