import { harmless } from '../../format.js';
import { amountOf, grouped } from '../../numbers.js';
import { type KeyEntry, keyNames, keyTable } from '../text/key-table.js';
import {
  cut,
  filled,
  fitting,
  indented,
  joined,
  type Line,
  lineWidth,
  type Picture,
  type Segment,
  shortened,
  spread,
  widthOf,
} from '../text/line.js';
import { BINDINGS } from './keys.js';
import { columnOf, pageOf, type Row, rowAt, shownText, visibleRows } from './page.js';
import { SETTINGS, shownValue } from './settings.js';
import { isUnsaved, type WriteState } from './state.js';
import { choicesAt } from './suggestions.js';

/** The least number of unread characters that is reported. */
const LONG_READING = 200;
/** The least columns of a long name next to the length of the text. */
const LEAST_NAME = 12;
/** How many unknown characters to name. */
const MOST_NAMED = 3;

export function picture(state: WriteState): Picture {
  const { columns, rows } = state;
  const { head, height } = pageOf(state);
  const keyList = () => keyTable([...SHOWN, ...EXTRA], NAME_WIDTH, columns - 2, height);
  const page = state.panel === 'keys' ? keyList() : textPage(state);
  const lines = [
    ...(head > 0 ? [header(state), []] : []),
    ...filled(page, height).map(indented),
    ...(head > 0 ? [[], status(state), keys(state)] : [status(state)]),
  ];
  const cursor = cursorOf(state);
  return { lines: lines.slice(0, rows), cursor: { ...cursor, row: head + cursor.row } };
}

function textPage(state: WriteState): Line[] {
  const { from, to } = shownText(state);
  return visibleRows(state).map(({ chunk, glyphs }) =>
    joined(
      glyphs.map(({ text, at }): Segment => {
        const isGhost = chunk + at >= from && chunk + at < to;
        return isGhost ? { text, color: 'faint' } : { text };
      }),
    ),
  );
}

function cursorOf(state: WriteState): { row: number; column: number } {
  const { width } = pageOf(state);
  const { text, from } = shownText(state);
  const at = rowAt(text, from, width);
  const row = visibleRows(state).findIndex((one: Row) => one.start === at.start);
  return { row: Math.max(0, row), column: 1 + columnOf(at, from) };
}

/** Draws the file and its state at the left, the length of the text at the right. */
function header(state: WriteState): Line {
  const { draft, columns, file } = state;
  const mark: Segment = isUnsaved(state)
    ? { text: '● unsaved', color: 'caution' }
    : { text: draft.text === '' ? '○ empty' : '✓ saved', color: 'good' };
  const amounts = [amountOf(draft.words, 'word'), amountOf(draft.characters, 'character')];
  const parts = amounts.map((text): Segment => ({ text, color: 'faint' }));
  const counts = fitting(parts, ' · ', Math.floor(columns / 2));
  const name = harmless(file);
  const roomBeside = (right: Line) => columns - 2 - lineWidth(right) - 3 - widthOf(mark.text);
  const right = roomBeside(counts) < Math.min(LEAST_NAME, widthOf(name)) ? [] : counts;
  const left = [{ text: cut(name, roomBeside(right)), bold: true }, { text: '  ' }, mark];
  return spread(left, right, columns - 2);
}

/** Draws a notice or the settings; at the right, the number of the alternative or of unread characters. */
function status(state: WriteState): Line {
  const { columns, notice, panel, model } = state;
  const right = progress(state);
  const room = columns - 4 - lineWidth(right);
  if (notice) {
    const text = cut(harmless(notice.text), room);
    return spread([{ text, color: notice.isBad ? 'bad' : 'good', bold: notice.isBad }], right, columns - 2);
  }
  if (typeof panel === 'object') return spread(settingsLine(state, panel.setting, room), right, columns - 2);
  const used = SETTINGS.filter(({ name, off }) => state.settings[name] !== off);
  const values = used.map((setting): Segment => {
    return { text: `${setting.label} ${shownValue(state.settings, setting)}`, color: 'faint' };
  });
  const name: Segment = { text: harmless(model), color: 'faint' };
  const strange = strangeNote(state.strange);
  const variants = [[...values, name, strange], [...values, strange], values];
  return spread(shortened(variants, ' · ', room), right, columns - 2);
}

/** Describes characters of the text that the network does not know. */
function strangeNote(strange: WriteState['strange']): Segment | undefined {
  if (strange.length === 0) return undefined;
  const named = strange.slice(0, MOST_NAMED).map(({ name, readAs }) => {
    return readAs === undefined ? `skips ${name}` : `reads ${name} as ${readAs}`;
  });
  const more = strange.length > MOST_NAMED ? [`${strange.length - MOST_NAMED} more`] : [];
  return { text: harmless([...named, ...more].join(', ').replace(/\s+/g, ' ')), color: 'caution' };
}

function progress({ suggestions, draft, offer }: WriteState): Line {
  const { left, chosen, done } = suggestions;
  if (offer !== 'hidden' && left > LONG_READING)
    return [{ text: `reading ${grouped(left)}`, color: 'faint' }];
  if (offer !== 'now') return [];
  const choices = choicesAt(suggestions, draft.text, draft.cursor);
  if (choices.length === 0) return [];
  const place = Math.max(0, choices.indexOf(chosen)) + 1;
  return [{ text: `${place} of ${choices.length}${done ? '' : '…'}`, color: 'accent' }];
}

/** Draws all settings; the selected one is between arrows. */
function settingsLine({ settings }: WriteState, index: number, width: number): Line {
  const parts = SETTINGS.map((setting, i): Segment => {
    const text = `${setting.label} ${shownValue(settings, setting)}`;
    return i === index ? { text: `◂ ${text} ▸`, color: 'accent', bold: true } : { text };
  });
  return shortened([parts, parts.slice(index)], '  ', width);
}

/** Draws the keys that fit. */
function keys({ panel, columns }: WriteState): Line {
  const [take, ...others] = SHOWN.filter(([name]) => name !== '^G');
  const listed = panel
    ? PANEL_KEYS[panel === 'keys' ? 'list' : 'settings']
    : [take!, EXTRA[0]!, ['^G', 'keys'] as const, ...others];
  return indented(fitting(keyNames(listed), '  ', columns - 2));
}

const NAME_WIDTH = 6;
const SHOWN = BINDINGS.flatMap(({ shown }) => (shown ? [shown] : []));
/** Keys that leave the screen or the text as it is. */
const EXTRA: readonly KeyEntry[] = [
  ['^Q', 'save and quit'],
  ['^S', 'save'],
];
/** Keys while a panel is open. */
const PANEL_KEYS: Record<'list' | 'settings', readonly KeyEntry[]> = {
  list: [['Esc', 'back']],
  settings: [
    ['↑↓', 'change'],
    ['←→', 'another setting'],
    ['Esc', 'done'],
  ],
};
