import type { Size } from '../text/line.js';
import { type Draft, draftOf, replaced } from './draft.js';
import { scrolled } from './page.js';
import type { Settings } from './settings.js';
import {
  choicesAt,
  ghostOf,
  type Offer,
  type Progress,
  type Question,
  type Suggestions,
} from './suggestions.js';

/** Everything the screen knows. Only `initialState`, `reduce` and `press` make one. */
export interface WriteState extends Size {
  /** Without colours, suggestions are in brackets. */
  readonly colors: boolean;
  readonly file: string;
  readonly model: string;
  readonly draft: Draft;
  /** The contents of the file. */
  readonly saved: string;
  /** The offset of the first row on the screen, and the column that up and down keep to. */
  readonly top: number;
  readonly column: number | undefined;
  readonly settings: Settings;
  readonly round: number;
  readonly suggestions: Suggestions;
  readonly offer: Offer['offer'];
  readonly strange: readonly { readonly name: string; readonly readAs: string | undefined }[];
  readonly panel: 'keys' | { readonly setting: number } | undefined;
  /** A message that is shown until the next key. */
  readonly notice: { readonly text: string; readonly isBad: boolean } | undefined;
}

export type WriteMessage =
  | ({ readonly type: 'resize' } & Size)
  | ({ readonly type: 'suggested'; readonly question: number } & Progress)
  /** No key was pressed for a moment. */
  | { readonly type: 'paused' }
  /** Characters that the network does not know, and what it reads instead, if anything. */
  | { readonly type: 'strange'; readonly characters: WriteState['strange'] }
  | { readonly type: 'saved'; readonly text: string }
  | { readonly type: 'notice'; readonly text: string; readonly isBad: boolean };

/** The facts known when the screen opens. */
export interface WriteStart extends Pick<WriteState, 'file' | 'model' | 'settings' | 'colors'> {
  readonly text: string;
  /** Unsaved text that replaces it, until it is undone. */
  readonly recovered?: string | undefined;
}

export function initialState({ text, recovered = text, ...known }: WriteStart, size: Size): WriteState {
  const state: WriteState = {
    ...known,
    ...size,
    draft: recovered === text ? draftOf(text) : replaced(draftOf(text), 0, text.length, recovered, 'pasting'),
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
  return scrolledToCursor(withNewQuestion(state));
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

/** Returns the state after a message. */
export function reduce(state: WriteState, message: WriteMessage): WriteState {
  switch (message.type) {
    case 'resize':
      return scrolledToCursor({ ...state, columns: message.columns, rows: message.rows });
    case 'suggested': {
      const { type: _, ...answer } = message;
      if (answer.question !== state.suggestions.question) return state;
      const suggestions = { ...state.suggestions, ...answer };
      return scrolledToCursor(withValidChoice({ ...state, suggestions }));
    }
    case 'paused':
      return state.offer === 'soon' ? scrolledToCursor({ ...state, offer: 'now' }) : state;
    case 'strange':
      return { ...state, strange: message.characters };
    case 'saved':
      return { ...state, saved: message.text, notice: { text: `saved to ${state.file}`, isBad: false } };
    case 'notice':
      return { ...state, notice: { text: message.text, isBad: message.isBad } };
  }
}

/** Returns the state with a new question about the text before the cursor. */
export function withNewQuestion(state: WriteState): WriteState {
  const { text, cursor } = state.draft;
  const question = state.suggestions.question + 1;
  const before = text.slice(0, cursor);
  return { ...state, suggestions: { ...NO_SUGGESTIONS, question, from: cursor, before } };
}

/** Returns the open question, unless suggestions are hidden. */
export function questionOf({ suggestions, settings, round, offer }: WriteState): Question | undefined {
  return offer === 'hidden' ? undefined : { before: suggestions.before, settings, round };
}

/** Returns the state with the cursor in view. */
export function scrolledToCursor(state: WriteState): WriteState {
  return { ...state, top: scrolled(state) };
}

/** Updates suggestions after a change of text or cursor: those that still continue the text stay. */
export function afterChange(state: WriteState): WriteState {
  const { suggestions, draft } = state;
  const isSame = draft.text.slice(0, draft.cursor) === suggestions.before;
  return isSame || choicesAt(suggestions, draft.text, draft.cursor).length > 0
    ? withValidChoice(state)
    : withNewQuestion(state);
}

/** Makes sure that the chosen alternative continues the text at the cursor, if any does. */
function withValidChoice(state: WriteState): WriteState {
  const { suggestions, draft } = state;
  const choices = choicesAt(suggestions, draft.text, draft.cursor);
  if (choices.includes(suggestions.chosen) || choices[0] === undefined) return state;
  // An identical alternative before it may replace it.
  if (ghostOf(suggestions, draft.text, draft.cursor) !== '') return state;
  return { ...state, suggestions: { ...suggestions, chosen: choices[0] } };
}

export function isAtEnd({ draft }: WriteState): boolean {
  return draft.cursor === draft.text.length;
}

export function isUnsaved({ draft, saved }: WriteState): boolean {
  return draft.text !== saved;
}
