import type { Stroke } from '../screen/keyboard.js';
import type { Answer } from '../screen/open.js';
import { moved, redone, replaced, undone } from './draft.js';
import { columnOf, lastPlaceIn, pageOf, placeBeside, rowAt } from './page.js';
import { after, before, firstWord, lineEnd, lineStart, wordAfter, wordBefore } from './places.js';
import { SETTINGS, stepped } from './settings.js';
import { asking, changed, isAtEnd, settled, type WriteState } from './state.js';
import { choicesAt, shownGhost } from './suggestions.js';

/** What a key asks of the world outside the screen. */
export type WriteRequest = { readonly type: 'save' } | 'quit' | 'interrupt';

type WriteAnswer = Answer<WriteState, WriteRequest>;

interface Binding {
  /** Names of keys, the first as it is shown. */
  readonly keys: readonly string[];
  /** What the key is called and does, for the screen; none for what every editor has. */
  readonly shown?: readonly [name: string, label: string];
  readonly press: (state: WriteState) => WriteState;
}

/** Every key that types nothing, in the order in which the screen names them. */
export const BINDINGS: readonly Binding[] = [
  { keys: ['tab'], shown: ['Tab', 'take the line'], press: takeLine },
  { keys: ['up'], shown: ['↑↓', 'other lines'], press: (state) => choosingOr(state, -1) },
  { keys: ['down'], press: (state) => choosingOr(state, 1) },
  { keys: ['right'], shown: ['→', 'take a word'], press: takeWordOrMove },
  { keys: ['shift-tab', 'ctrl-r'], shown: ['^R', 'new lines'], press: renewed },
  { keys: ['escape'], shown: ['Esc', 'hide'], press: hidden },
  { keys: ['ctrl-t'], shown: ['^T', 'settings'], press: toggledSettings },
  { keys: ['ctrl-g', 'f1'], shown: ['^G', 'keys'], press: toggledKeys },
  { keys: ['ctrl-z', 'ctrl-/'], shown: ['^Z', 'undo'], press: (state) => edited(state, undone(state.draft)) },
  { keys: ['ctrl-y'], shown: ['^Y', 'redo'], press: (state) => edited(state, redone(state.draft)) },
  { keys: ['ctrl-n'], shown: ['^N ^P', 'other lines, anywhere'], press: (state) => choosing(state, 1) },
  { keys: ['ctrl-p'], press: (state) => choosing(state, -1) },
  { keys: ['ctrl-up', 'alt-up'], shown: ['^↑ ^↓', 'temperature'], press: (state) => heated(state, 1) },
  { keys: ['ctrl-down', 'alt-down'], press: (state) => heated(state, -1) },
  {
    keys: ['ctrl-w', 'alt-backspace'],
    shown: ['^W', 'delete a word'],
    press: (state) => erasedTo(state, wordBefore),
  },
  {
    keys: ['ctrl-u'],
    shown: ['^U ^K', 'delete to the line’s start, end'],
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

/** The state after a key, and what the key asks for. */
export function press(asked: WriteState, stroke: Stroke): WriteAnswer {
  const state = { ...asked, notice: undefined };
  if (stroke.text !== undefined) {
    const kind = stroke.pasted ? 'pasting' : 'typing';
    return { state: settled(inserted({ ...state, panel: undefined }, stroke.text, kind)) };
  }
  const request = REQUESTS[stroke.key];
  if (request) return { state, request };
  const inPanel = state.panel && pressInPanel(state, stroke.key);
  if (inPanel) return { state: inPanel };
  const binding = BINDINGS.find(({ keys }) => keys.includes(stroke.key));
  if (!binding) return { state: asked };
  const isVertical = ['up', 'down', 'pageup', 'pagedown'].includes(stroke.key);
  const next = binding.press(isVertical ? state : { ...state, column: undefined });
  // The page of the keys is closed by any of them.
  return { state: settled(state.panel === 'keys' ? { ...next, panel: undefined } : next) };
}

/** A key while a panel is open; nothing where it means what it always does. */
function pressInPanel(state: WriteState, key: string): WriteState | undefined {
  const { panel } = state;
  if (['escape', 'enter', 'ctrl-j'].includes(key)) return { ...state, panel: undefined };
  if (typeof panel !== 'object') return undefined;
  const by = { left: -1, right: 1 }[key];
  if (by !== undefined) return { ...state, panel: { setting: turned(panel.setting, by, SETTINGS.length) } };
  if (key === 'up') return settled(withStep(state, panel.setting, 1));
  if (key === 'down') return settled(withStep(state, panel.setting, -1));
  return undefined;
}

function toggledSettings(state: WriteState): WriteState {
  return { ...state, panel: typeof state.panel === 'object' ? undefined : { setting: 0 } };
}

function toggledKeys(state: WriteState): WriteState {
  return { ...state, panel: 'keys' };
}

function heated(state: WriteState, by: 1 | -1): WriteState {
  return withStep(state, 0, by);
}

function withStep(state: WriteState, index: number, by: 1 | -1): WriteState {
  const settings = stepped(state.settings, index, by);
  return settings === state.settings ? state : asking({ ...state, settings, offer: 'now' });
}

function renewed(state: WriteState): WriteState {
  return asking({ ...state, round: state.round + 1, offer: 'now' });
}

function hidden(state: WriteState): WriteState {
  return { ...state, offer: 'hidden' };
}

function takeLine(state: WriteState): WriteState {
  const ghost = shownGhost(state);
  return ghost === '' ? shown(state) : { ...inserted(state, ghost, 'taking'), offer: 'now' };
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
  if (state.offer !== 'now' || choices.length === 0) return shown(state);
  const { chosen: last, alternatives, from } = suggestions;
  if (choices.length === 1 && from < draft.cursor) {
    // Of those that go on from an earlier place one is left; from here there are others.
    const anew = asking(state);
    return { ...anew, suggestions: { ...anew.suggestions, chosen: turned(last, by, alternatives.length) } };
  }
  const at = choices.indexOf(last);
  const chosen = choices[turned(at, by, choices.length)]!;
  return { ...state, suggestions: { ...suggestions, chosen } };
}

/** What there is to choose from comes as soon as it is there. */
function shown(state: WriteState): WriteState {
  return { ...changed(state), offer: 'now' };
}

/** One further in a circle. */
function turned(at: number, by: number, count: number): number {
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
  const next = changed({ ...state, draft, column: undefined });
  // One who types what is shown goes on seeing the rest of it.
  return { ...next, offer: shownGhost(next) === '' ? 'soon' : 'now' };
}

function movedTo(state: WriteState, place: (text: string, at: number) => number): WriteState {
  const { draft } = state;
  return movedCursor(state, place(draft.text, draft.cursor));
}

/** Suggestions within a line would push about what stands there: they wait until something is typed, or for Tab. */
function movedCursor(state: WriteState, cursor: number): WriteState {
  const { text } = state.draft;
  const offer = cursor === lineEnd(text, cursor) ? 'soon' : 'hidden';
  return changed({ ...state, draft: moved(state.draft, cursor), offer });
}

function movedByRows(state: WriteState, by: number): WriteState {
  const { width } = pageOf(state);
  const { text, cursor } = state.draft;
  const column = state.column ?? columnOf(rowAt(text, cursor, width), cursor);
  return { ...movedCursor(state, placeBeside(text, cursor, by, column, width)), column };
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
