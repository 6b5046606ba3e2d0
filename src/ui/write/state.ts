import { type Draft, draftOf } from './draft.js';
import { scrolled } from './page.js';
import type { Settings } from './settings.js';
import { choicesAt, ghostOf, type Offer, type Question, type Suggestions } from './suggestions.js';

/** Everything the screen can know. Made by `initialState`, changed by `reduce` and `press` alone. */
export interface WriteState {
  readonly columns: number;
  readonly rows: number;
  /** Without colours what is suggested stands in brackets. */
  readonly colors: boolean;
  readonly file: string;
  readonly model: string;
  readonly draft: Draft;
  /** What lies in the file. */
  readonly saved: string;
  /** Where the first row on the screen begins, and the column that up and down keep to. */
  readonly top: number;
  readonly column: number | undefined;
  readonly settings: Settings;
  readonly round: number;
  readonly suggestions: Suggestions;
  readonly offer: Offer['offer'];
  readonly strange: readonly { readonly name: string; readonly readAs: string | undefined }[];
  readonly panel: 'keys' | { readonly setting: number } | undefined;
  /** Something to be told until the next key, in the colour of its weight. */
  readonly notice: { readonly text: string; readonly isBad: boolean } | undefined;
}

export type WriteMessage =
  | { readonly type: 'resize'; readonly columns: number; readonly rows: number }
  | {
      readonly type: 'suggested';
      readonly question: number;
      readonly left: number;
      readonly alternatives: readonly string[];
      readonly done: boolean;
    }
  /** The writer has not pressed a key for a moment. */
  | { readonly type: 'paused' }
  /** Characters of the text that the network never saw, and what it reads in their place, if anything. */
  | { readonly type: 'strange'; readonly characters: WriteState['strange'] }
  | { readonly type: 'saved'; readonly text: string }
  | { readonly type: 'notice'; readonly text: string; readonly isBad: boolean };

/** What is known when writing begins. */
export interface WriteStart {
  readonly file: string;
  readonly model: string;
  readonly text: string;
  readonly settings: Settings;
  readonly colors: boolean;
}

export function initialState(
  { text, ...known }: WriteStart,
  size: { readonly columns: number; readonly rows: number },
): WriteState {
  const state: WriteState = {
    ...known,
    ...size,
    draft: draftOf(text),
    saved: text,
    top: 0,
    column: undefined,
    round: 0,
    suggestions: NO_SUGGESTIONS,
    offer: 'now',
    strange: [],
    panel: undefined,
    notice: undefined,
  };
  return settled(asking(state));
}

const NO_SUGGESTIONS: Suggestions = {
  question: 0,
  from: 0,
  before: '',
  alternatives: [],
  done: false,
  left: 0,
  chosen: 0,
};

/** The state after something has happened other than a key. */
export function reduce(state: WriteState, message: WriteMessage): WriteState {
  switch (message.type) {
    case 'resize':
      return settled({ ...state, columns: message.columns, rows: message.rows });
    case 'suggested': {
      const { type: _, ...answer } = message;
      if (answer.question !== state.suggestions.question) return state;
      return settled(onAChoice({ ...state, suggestions: { ...state.suggestions, ...answer } }));
    }
    case 'paused':
      return state.offer === 'soon' ? settled({ ...state, offer: 'now' }) : state;
    case 'strange':
      return { ...state, strange: message.characters };
    case 'saved':
      return {
        ...state,
        saved: message.text,
        notice: { text: `saved to ${state.file}`, isBad: false },
      };
    case 'notice':
      return { ...state, notice: { text: message.text, isBad: message.isBad } };
  }
}

/** A question that has to be answered anew: after something else, or otherwise. */
export function asking(state: WriteState): WriteState {
  const { text, cursor } = state.draft;
  const question = state.suggestions.question + 1;
  const before = text.slice(0, cursor);
  return { ...state, suggestions: { ...NO_SUGGESTIONS, question, from: cursor, before } };
}

/** What is asked now; nothing where no suggestions are wanted. */
export function questionOf({ suggestions, settings, round, offer }: WriteState): Question | undefined {
  return offer === 'hidden' ? undefined : { before: suggestions.before, settings, round };
}

/** The state with the cursor in view. */
export function settled(state: WriteState): WriteState {
  return { ...state, top: scrolled(state) };
}

/** The state after the text or the cursor has changed: what was suggested stays where it still goes on from there. */
export function changed(state: WriteState): WriteState {
  const { suggestions, draft } = state;
  const isSame = draft.text.slice(0, draft.cursor) === suggestions.before;
  return isSame || choicesAt(suggestions, draft.text, draft.cursor).length > 0
    ? onAChoice(state)
    : asking(state);
}

/** The chosen alternative is one that goes on from the cursor, wherever there is one. */
function onAChoice(state: WriteState): WriteState {
  const { suggestions, draft } = state;
  const choices = choicesAt(suggestions, draft.text, draft.cursor);
  if (choices.includes(suggestions.chosen) || choices[0] === undefined) return state;
  // An equal one that comes before it may be counted in its place.
  if (ghostOf(suggestions, draft.text, draft.cursor) !== '') return state;
  return { ...state, suggestions: { ...suggestions, chosen: choices[0] } };
}

export function isAtEnd({ draft }: WriteState): boolean {
  return draft.cursor === draft.text.length;
}

export function isUnsaved({ draft, saved }: WriteState): boolean {
  return draft.text !== saved;
}
