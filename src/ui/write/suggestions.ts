import type { Settings } from './settings.js';

/** What is asked of the network: ways to go on after a text. */
export interface Question {
  /** The text before the cursor. */
  readonly before: string;
  readonly settings: Settings;
  /** How often new alternatives were asked for. */
  readonly round: number;
}

/** Alternatives, and where in the text they go on from. */
export interface Suggestions {
  /** Counts the questions: an answer to an earlier one is too late. */
  readonly question: number;
  /** Where they begin, in UTF-16 units of the text. */
  readonly from: number;
  /** What stood before that. */
  readonly before: string;
  readonly alternatives: readonly string[];
  readonly done: boolean;
  /** Characters that the network still has to read. */
  readonly left: number;
  readonly chosen: number;
}

/** What the chosen alternative goes on with after what was typed of it since; empty where it does not. */
export function ghostOf({ alternatives, chosen, from, before }: Suggestions, text: string, cursor: number) {
  const alternative = alternatives[chosen] ?? '';
  const typed = text.slice(from, cursor);
  const fits = cursor >= from && alternative.startsWith(typed) && text.startsWith(before);
  return fits ? alternative.slice(typed.length) : '';
}

/** The alternatives that go on from the cursor, each once, by their places in the list. */
export function choicesAt(suggestions: Suggestions, text: string, cursor: number): number[] {
  const ghosts = suggestions.alternatives.map((_, chosen) =>
    ghostOf({ ...suggestions, chosen }, text, cursor),
  );
  return ghosts.flatMap((ghost, i) => (ghost !== '' && ghosts.indexOf(ghost) === i ? i : []));
}

/** What of the state decides whether an alternative is shown. */
export interface Offer {
  readonly draft: { readonly text: string; readonly cursor: number };
  readonly suggestions: Suggestions;
  /** Alternatives are shown `now`, `soon` when the writer pauses, or `hidden` until more is typed or they are asked for. */
  readonly offer: 'soon' | 'now' | 'hidden';
}

/** What is shown after the cursor. */
export function shownGhost({ offer, suggestions, draft }: Offer): string {
  return offer === 'now' ? ghostOf(suggestions, draft.text, draft.cursor) : '';
}
