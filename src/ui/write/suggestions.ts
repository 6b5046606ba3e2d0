import type { Settings } from './settings.js';

/** A question to the network: how to continue a text. */
export interface Question {
  /** The text before the cursor. */
  readonly before: string;
  readonly settings: Settings;
  /** How many times new alternatives were requested. */
  readonly round: number;
}

/** The progress of an answer. */
export interface Progress {
  readonly alternatives: readonly string[];
  readonly done: boolean;
  /** How many characters the network still has to read. */
  readonly left: number;
}

/** Alternative continuations, and where in the text they start. */
export interface Suggestions extends Progress {
  /** The number of the question: answers to earlier ones are ignored. */
  readonly question: number;
  /** Their start, in UTF-16 units of the text. */
  readonly from: number;
  /** The text before that. */
  readonly before: string;
  readonly chosen: number;
}

/**
 * Returns the rest of the chosen alternative after what was typed since; empty if it does not continue the
 * text.
 */
export function ghostOf({ alternatives, chosen, from, before }: Suggestions, text: string, cursor: number) {
  const alternative = alternatives[chosen] ?? '';
  const typed = text.slice(from, cursor);
  const fits = cursor >= from && alternative.startsWith(typed) && text.startsWith(before);
  return fits ? alternative.slice(typed.length) : '';
}

/** Returns the indices of the distinct alternatives that continue the text at the cursor. */
export function choicesAt(suggestions: Suggestions, text: string, cursor: number): number[] {
  const ghosts = suggestions.alternatives.map((_, chosen) =>
    ghostOf({ ...suggestions, chosen }, text, cursor),
  );
  return ghosts.flatMap((ghost, i) => (ghost !== '' && ghosts.indexOf(ghost) === i ? i : []));
}

/** The part of the state that decides whether an alternative is shown. */
export interface Offer {
  readonly draft: { readonly text: string; readonly cursor: number };
  readonly suggestions: Suggestions;
  /**
   * Alternatives are shown `now`, `soon` (once typing pauses), or `hidden` until more is typed or they are
   * requested.
   */
  readonly offer: 'soon' | 'now' | 'hidden';
}

/** Returns the suggestion that is shown after the cursor. */
export function shownGhost({ offer, suggestions, draft }: Offer): string {
  return offer === 'now' ? ghostOf(suggestions, draft.text, draft.cursor) : '';
}
