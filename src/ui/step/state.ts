import type { StepContents, Viewpoint } from './contents.js';

/** Everything the screen can know. Made by `initialState`, changed by `reduce` and `press` alone. */
export interface StepState {
  readonly columns: number;
  readonly rows: number;
  readonly model: string;
  readonly layers: number;
  readonly hidden: number;
  /** Units and characters that are shown at most. */
  readonly most: { readonly units: number; readonly characters: number };
  /** How many characters of the text are known: those read, and those to come. */
  readonly known: number;
  readonly view: Viewpoint;
  /** What is seen from there. */
  readonly shown: StepContents;
  readonly isHelping: boolean;
  /** Something to be told until the next key. */
  readonly notice: string | undefined;
}

export type StepMessage =
  | { readonly type: 'resize'; readonly columns: number; readonly rows: number }
  | { readonly type: 'seen'; readonly shown: StepContents }
  /** The text has changed; the character at a place is the one to be looked at. */
  | { readonly type: 'text'; readonly known: number; readonly at: number }
  | { readonly type: 'notice'; readonly text: string };

export type StepStart = Pick<StepState, 'model' | 'layers' | 'hidden' | 'most' | 'known' | 'view' | 'shown'>;

export function initialState(
  beginning: StepStart,
  size: { readonly columns: number; readonly rows: number },
): StepState {
  return { ...beginning, ...size, isHelping: false, notice: undefined };
}

/** The state after something has happened other than a key. */
export function reduce(state: StepState, message: StepMessage): StepState {
  switch (message.type) {
    case 'resize':
      return { ...state, columns: message.columns, rows: message.rows };
    case 'seen':
      return { ...state, shown: message.shown };
    case 'text':
      return { ...state, known: message.known, view: { ...state.view, at: message.at } };
    case 'notice':
      return { ...state, notice: message.text };
  }
}
