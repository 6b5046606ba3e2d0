/** The text being written, with the cursor and the history of edits. */
export interface Draft {
  readonly text: string;
  /** In UTF-16 units. */
  readonly cursor: number;
  readonly words: number;
  /** Code points. */
  readonly characters: number;
  readonly undo: readonly Edit[];
  readonly redo: readonly Edit[];
}

interface Edit {
  readonly at: number;
  readonly removed: string;
  readonly inserted: string;
  /** The cursor before the edit. */
  readonly cursor: number;
  /** Consecutive edits of one kind are undone together, word by word. */
  readonly kind: EditKind;
}

export type EditKind = 'typing' | 'deleting' | 'pasting' | 'taking';

const MOST_EDITS = 1000;

export function draftOf(text: string): Draft {
  return { text, cursor: text.length, ...counted(text), undo: [], redo: [] };
}

/** Moves the cursor. Text typed afterwards is undone separately. */
export function moved(draft: Draft, cursor: number): Draft {
  return { ...draft, cursor };
}

/** Replaces the text between two offsets and places the cursor after it. */
export function replaced(draft: Draft, from: number, to: number, inserted: string, kind: EditKind): Draft {
  if (from === to && inserted === '') return draft;
  const edit: Edit = { at: from, removed: draft.text.slice(from, to), inserted, cursor: draft.cursor, kind };
  const last = draft.undo.at(-1);
  const merged = last && draft.redo.length === 0 ? merge(last, edit) : undefined;
  const undo = merged ? [...draft.undo.slice(0, -1), merged] : [...draft.undo.slice(-MOST_EDITS + 1), edit];
  return { ...applied(draft, edit), undo, redo: [] };
}

/** Undoes the last edit. */
export function undone(draft: Draft): Draft {
  const edit = draft.undo.at(-1);
  if (!edit) return draft;
  const { at, inserted, removed, cursor } = edit;
  const before = applied(draft, { ...edit, inserted: removed, removed: inserted, at });
  return { ...before, cursor, undo: draft.undo.slice(0, -1), redo: [...draft.redo, edit] };
}

/** Redoes the last edit that was undone. */
export function redone(draft: Draft): Draft {
  const edit = draft.redo.at(-1);
  if (!edit) return draft;
  return { ...applied(draft, edit), undo: [...draft.undo, edit], redo: draft.redo.slice(0, -1) };
}

/**
 * The surroundings of an edit that decide whether it creates or removes a word: marks within words, and one
 * letter, before and after it. Text beyond that letter belongs to the same words either way.
 */
const WORD_BEFORE = /(?<=([\p{L}\p{N}]?[\p{M}'’_-]*))/uy;
const WORD_AFTER = /[\p{M}'’_-]*[\p{L}\p{N}]?/uy;

/** Applies an edit. Words are recounted only where the edit may have created or removed some. */
function applied(draft: Draft, { at, removed, inserted }: Edit): Draft {
  const { text } = draft;
  const end = at + removed.length;
  WORD_BEFORE.lastIndex = at;
  WORD_AFTER.lastIndex = end;
  const head = WORD_BEFORE.exec(text)![1]!;
  const tail = WORD_AFTER.exec(text)![0];
  const before = counted(head + removed + tail);
  const now = counted(head + inserted + tail);
  return {
    ...draft,
    text: text.slice(0, at) + inserted + text.slice(end),
    cursor: at + inserted.length,
    words: draft.words - before.words + now.words,
    characters: draft.characters - before.characters + now.characters,
  };
}

function merge(last: Edit, edit: Edit): Edit | undefined {
  if (last.kind !== edit.kind) return undefined;
  const isSameWord = edit.kind === 'pasting' || !(/\s$/.test(last.inserted) && /^\S/.test(edit.inserted));
  const continues = edit.at === last.at + last.inserted.length && edit.cursor === edit.at;
  if (edit.kind === 'deleting') {
    if (edit.at + edit.removed.length === last.at) {
      return { ...last, at: edit.at, removed: edit.removed + last.removed };
    }
    return edit.at === last.at ? { ...last, removed: last.removed + edit.removed } : undefined;
  }
  const isTyping = edit.kind === 'typing' || edit.kind === 'pasting';
  return isTyping && isSameWord && continues && edit.removed === ''
    ? { ...last, inserted: last.inserted + edit.inserted }
    : undefined;
}

/** Counts words and code points. */
function counted(text: string): { words: number; characters: number } {
  let characters = text.length;
  for (const pair of text.matchAll(/[\ud800-\udbff][\udc00-\udfff]/g)) characters -= pair[0].length - 1;
  return { words: text.match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}'’_-]*/gu)?.length ?? 0, characters };
}
