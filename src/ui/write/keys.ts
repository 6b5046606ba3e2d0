import type { Stroke } from '../screen/keyboard.js';
import type { Answer } from '../screen/open.js';
import { moved, redone, replaced, undone } from './draft.js';
import { columnOf, lastPlaceIn, pageOf, placeByRows, rowAt } from './page.js';
import { after, before, firstWord, lineEnd, lineStart, wordAfter, wordBefore } from './places.js';
import { SETTINGS, stepped } from './settings.js';
import { afterChange, isAtEnd, scrolledToCursor, type WriteState, withNewQuestion } from './state.js';
import { choicesAt, shownGhost } from './suggestions.js';

/** What a key asks of the program. */
export type WriteRequest = { readonly type: 'save' } | 'quit' | 'interrupt';

type WriteAnswer = Answer<WriteState, WriteRequest>;

interface Binding {
  /** Names of keys. */
  readonly keys: readonly string[];
  /** The name and label on the screen; keys that every editor has are not listed. */
  readonly shown?: readonly [name: string, label: string];
  readonly press: (state: WriteState) => WriteState;
}

/** The index of the setting. */
const TEMPERATURE = 0;

/** All keys that type nothing, in the order in which the screen lists them. */
export const BINDINGS: readonly Binding[] = [
  { keys: ['tab'], shown: ['Tab', 'take the line'], press: takeLine },
  { keys: ['up'], shown: ['↑↓', 'other lines'], press: (state) => choosingOr(state, -1) },
  { keys: ['down'], press: (state) => choosingOr(state, 1) },
  { keys: ['right'], shown: ['→', 'take a word'], press: takeWordOrMove },
  { keys: ['shift-tab', 'ctrl-r'], shown: ['^R', 'new lines'], press: renewed },
  { keys: ['escape'], shown: ['Esc', 'hide'], press: (state) => ({ ...state, offer: 'hidden' }) },
  { keys: ['ctrl-t'], shown: ['^T', 'settings'], press: toggledSettings },
  { keys: ['ctrl-g', 'f1'], shown: ['^G', 'keys'], press: (state) => ({ ...state, panel: 'keys' }) },
  { keys: ['ctrl-z', 'ctrl-/'], shown: ['^Z', 'undo'], press: (state) => edited(state, undone(state.draft)) },
  { keys: ['ctrl-y'], shown: ['^Y', 'redo'], press: (state) => edited(state, redone(state.draft)) },
  { keys: ['ctrl-n'], shown: ['^N ^P', 'other lines, anywhere'], press: (state) => choosing(state, 1) },
  { keys: ['ctrl-p'], press: (state) => choosing(state, -1) },
  {
    keys: ['ctrl-up', 'alt-up'],
    shown: ['^↑ ^↓', 'temperature'],
    press: (state) => withStep(state, TEMPERATURE, 1),
  },
  { keys: ['ctrl-down', 'alt-down'], press: (state) => withStep(state, TEMPERATURE, -1) },
  {
    keys: ['ctrl-w', 'alt-backspace'],
    shown: ['^W', 'delete a word'],
    press: (state) => erasedTo(state, wordBefore),
  },
  {
    keys: ['ctrl-u'],
    shown: ['^U ^K', 'delete to start, end of line'],
    press: (state) => erasedTo(state, lineStart),
  },
  { keys: ['ctrl-k'], press: (state) => erasedTo(state, lineEnd) },
  {
    keys: ['ctrl-left', 'alt-b', 'alt-left'],
    shown: ['^← ^→', 'by word'],
    press: (state) => movedTo(state, wordBefore),
  },
  { keys: ['ctrl-right', 'alt-f', 'alt-right'], press: (state) => movedTo(state, wordAfter) },
  { keys: ['left', 'ctrl-b'], press: (state) => movedTo(state, before) },
  { keys: ['home', 'ctrl-a'], press: home },
  { keys: ['end', 'ctrl-e'], press: end },
  { keys: ['ctrl-home'], press: (state) => movedTo(state, () => 0) },
  { keys: ['ctrl-end'], press: (state) => movedTo(state, (text) => text.length) },
  { keys: ['pageup'], press: (state) => movedByRows(state, 1 - pageOf(state).height) },
  { keys: ['pagedown'], press: (state) => movedByRows(state, pageOf(state).height - 1) },
  { keys: ['backspace'], press: (state) => erasedTo(state, before) },
  { keys: ['delete', 'ctrl-d'], press: (state) => erasedTo(state, after) },
  { keys: ['enter', 'ctrl-j'], press: (state) => inserted(state, '\n', 'typing') },
];

const REQUESTS: Record<string, WriteRequest> = {
  'ctrl-s': { type: 'save' },
  'ctrl-q': 'quit',
  'ctrl-x': 'quit',
  'ctrl-c': 'interrupt',
};

/** Returns the state after a key, and what the key asks for. */
export function press(asked: WriteState, stroke: Stroke): WriteAnswer {
  const state = { ...asked, notice: undefined };
  if (stroke.text !== undefined) {
    const kind = stroke.pasted ? 'pasting' : 'typing';
    return { state: scrolledToCursor(inserted({ ...state, panel: undefined }, stroke.text, kind)) };
  }
  const request = REQUESTS[stroke.key];
  if (request) return { state, request };
  const inPanel = state.panel && pressInPanel(state, stroke.key);
  if (inPanel) return { state: inPanel };
  const binding = BINDINGS.find(({ keys }) => keys.includes(stroke.key));
  if (!binding) return { state: asked };
  const isVertical = ['up', 'down', 'pageup', 'pagedown'].includes(stroke.key);
  const next = binding.press(isVertical ? state : { ...state, column: undefined });
  // Any key closes the list of keys.
  return { state: scrolledToCursor(state.panel === 'keys' ? { ...next, panel: undefined } : next) };
}

/** Handles a key while a panel is open; returns undefined if it has its usual meaning. */
function pressInPanel(state: WriteState, key: string): WriteState | undefined {
  const { panel } = state;
  if (['escape', 'enter', 'ctrl-j'].includes(key)) return { ...state, panel: undefined };
  if (typeof panel !== 'object') return undefined;
  const by = { left: -1, right: 1 }[key];
  if (by !== undefined) return { ...state, panel: { setting: cycled(panel.setting, by, SETTINGS.length) } };
  if (key === 'up') return scrolledToCursor(withStep(state, panel.setting, 1));
  if (key === 'down') return scrolledToCursor(withStep(state, panel.setting, -1));
  return undefined;
}

function toggledSettings(state: WriteState): WriteState {
  return { ...state, panel: typeof state.panel === 'object' ? undefined : { setting: 0 } };
}

function withStep(state: WriteState, index: number, by: 1 | -1): WriteState {
  const settings = stepped(state.settings, index, by);
  return settings === state.settings ? state : withNewQuestion({ ...state, settings, offer: 'now' });
}

function renewed(state: WriteState): WriteState {
  return withNewQuestion({ ...state, round: state.round + 1, offer: 'now' });
}

function takeLine(state: WriteState): WriteState {
  const ghost = shownGhost(state);
  return ghost === '' ? showSuggestions(state) : { ...inserted(state, ghost, 'taking'), offer: 'now' };
}

function takeWordOrMove(state: WriteState): WriteState {
  const ghost = shownGhost(state);
  if (ghost === '' || !isAtEnd(state)) return movedTo(state, after);
  return { ...inserted(state, firstWord(ghost), 'taking'), offer: 'now' };
}

function choosingOr(state: WriteState, by: 1 | -1): WriteState {
  return isAtEnd(state) && shownGhost(state) !== '' ? choosing(state, by) : movedByRows(state, by);
}

function choosing(state: WriteState, by: 1 | -1): WriteState {
  const { suggestions, draft } = state;
  const choices = choicesAt(suggestions, draft.text, draft.cursor);
  if (state.offer !== 'now' || choices.length === 0) return showSuggestions(state);
  const { chosen: last, alternatives, from } = suggestions;
  if (choices.length === 1 && from < draft.cursor) {
    // Only one of the suggestions for an earlier place still applies: ask for more at the cursor.
    const fresh = withNewQuestion(state);
    return { ...fresh, suggestions: { ...fresh.suggestions, chosen: cycled(last, by, alternatives.length) } };
  }
  const chosen = choices[cycled(choices.indexOf(last), by, choices.length)]!;
  return { ...state, suggestions: { ...suggestions, chosen } };
}

/** Shows suggestions as soon as they arrive. */
function showSuggestions(state: WriteState): WriteState {
  return { ...afterChange(state), offer: 'now' };
}

/** Steps through a cycle. */
function cycled(at: number, by: number, count: number): number {
  return (at + by + count) % count;
}

function inserted(state: WriteState, text: string, kind: 'typing' | 'pasting' | 'taking'): WriteState {
  const { draft } = state;
  return edited(state, replaced(draft, draft.cursor, draft.cursor, text, kind));
}

function erasedTo(state: WriteState, place: (text: string, at: number) => number): WriteState {
  const { draft } = state;
  const to = place(draft.text, draft.cursor);
  const [from, end] = to < draft.cursor ? [to, draft.cursor] : [draft.cursor, to];
  return from === end ? state : edited(state, replaced(draft, from, end, '', 'deleting'));
}

function edited(state: WriteState, draft: WriteState['draft']): WriteState {
  if (draft === state.draft) return state;
  const next = afterChange({ ...state, draft, column: undefined });
  // A suggestion stays visible while its text is being typed.
  return { ...next, offer: shownGhost(next) === '' ? 'soon' : 'now' };
}

function movedTo(state: WriteState, place: (text: string, at: number) => number): WriteState {
  const { draft } = state;
  return movedCursor(state, place(draft.text, draft.cursor));
}

/** Suggestions within a line would move the text after the cursor: they wait for typing or Tab. */
function movedCursor(state: WriteState, cursor: number): WriteState {
  const { text } = state.draft;
  const offer = cursor === lineEnd(text, cursor) ? 'soon' : 'hidden';
  return afterChange({ ...state, draft: moved(state.draft, cursor), offer });
}

function movedByRows(state: WriteState, by: number): WriteState {
  const { width } = pageOf(state);
  const { text, cursor } = state.draft;
  const column = state.column ?? columnOf(rowAt(text, cursor, width), cursor);
  return { ...movedCursor(state, placeByRows(text, cursor, by, column, width)), column };
}

function home(state: WriteState): WriteState {
  const { width } = pageOf(state);
  return movedTo(state, (text, at) => {
    const { start } = rowAt(text, at, width);
    return start === at ? lineStart(text, at) : start;
  });
}

function end(state: WriteState): WriteState {
  const { width } = pageOf(state);
  return movedTo(state, (text, at) => {
    const last = lastPlaceIn(text, rowAt(text, at, width));
    return last <= at ? lineEnd(text, at) : last;
  });
}
