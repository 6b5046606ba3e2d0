import type { Size } from '../text/line.js';
import type { StepContents, Viewpoint } from './contents.js';

/** Everything the screen knows. Only `initialState`, `reduce` and `press` make one. */
export interface StepState extends Size {
  readonly model: string;
  readonly layers: number;
  readonly hidden: number;
  /** How many units and characters to show. */
  readonly most: { readonly units: number; readonly characters: number };
  /** How many characters the text has, including those ahead. */
  readonly known: number;
  readonly view: Viewpoint;
  /** The numbers at this viewpoint. */
  readonly shown: StepContents;
  readonly isHelping: boolean;
  /** A message that is shown until the next key. */
  readonly notice: string | undefined;
}

export type StepMessage =
  | ({ readonly type: 'resize' } & Size)
  | { readonly type: 'seen'; readonly shown: StepContents }
  /** The text has changed, and the current character is now at `at`. */
  | { readonly type: 'text'; readonly known: number; readonly at: number }
  | { readonly type: 'notice'; readonly text: string };

export type StepStart = Pick<StepState, 'model' | 'layers' | 'hidden' | 'most' | 'known' | 'view' | 'shown'>;

export function initialState(beginning: StepStart, size: Size): StepState {
  return { ...beginning, ...size, isHelping: false, notice: undefined };
}

/** Returns the state after a message. */
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
