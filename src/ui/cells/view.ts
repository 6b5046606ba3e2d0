import { fixed, harmlessLine } from '../../format.js';
import type { Tracking } from '../../insight/ranking.js';
import { clamped, grouped, meanOf } from '../../numbers.js';
import { SUSPEND_KEY } from '../screen/suspend.js';
import { visible } from '../text/glyphs.js';
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
  sideBySide,
  spread,
  widthOf,
} from '../text/line.js';
import { BINDINGS } from './keys.js';
import { glyphText, layoutOf, type Row, rowAt } from './page.js';
import { type CellsState, isAt, topRow, trackedBy } from './state.js';
import { markLegends, STATE_SCALE, tintSamples } from './tint.js';
import { labelOf } from './values.js';

export function picture(state: CellsState): Picture {
  const { isRoomy, gap, head, height } = layoutOf(state);
  const body =
    state.panel === 'keys'
      ? keyTable([...SHOWN, ...EXTRA], NAME_WIDTH, state.columns - 2, height)
      : bodyOf(state);
  const middle = filled(body, height).map(indented);
  const blank: Line[] = Array(gap).fill([]);
  const top = [header(state), strip(state)].slice(0, head);
  const bottom = isRoomy ? [unitLine(state), numbers(state), legend(state), keys(state)] : [unitLine(state)];
  const lines = [...top, ...blank, ...middle, ...blank, ...bottom];
  return { lines: lines.slice(0, state.rows), cursor: cursorOf(state) };
}

/** Draws the text and, if there is room, the units found next to it. */
function bodyOf(state: CellsState): Line[] {
  const { shown, width, height, listWidth, linesPerRow } = layoutOf(state);
  const first = topRow(state);
  const text = state.page
    .slice(first, first + shown)
    .flatMap((row) => [textLine(state, row), markLine(state, row)].slice(0, linesPerRow));
  if (listWidth === 0) return text;
  return sideBySide(text, listOf(state, listWidth, height), width + 1);
}

function textLine({ shown, colors }: CellsState, { glyphs }: Row): Line {
  return joined(
    glyphs.map((glyph): Segment => {
      const value = shown.values[glyph.last]!;
      return { text: glyphText(glyph, value), tint: colors ? STATE_SCALE.tintOf(value) : undefined };
    }),
  );
}

function markLine({ shown }: CellsState, { glyphs }: Row): Line {
  const marks = glyphs.map(({ last, width }) =>
    STATE_SCALE.markOf(shown.values[last]!).padEnd(width).slice(0, width),
  );
  return [{ text: marks.join('') }];
}

function cursorOf(state: CellsState): Picture['cursor'] {
  const { isRoomy, head, gap, height, linesPerRow } = layoutOf(state);
  if (state.panel === 'keys') return undefined;
  if (state.panel) {
    const row = head + 2 * gap + height + (isRoomy ? 3 : 0);
    return onScreen({ row, column: 1 + widthOf(ENTRY + state.panel.entry) }, state);
  }
  const at = rowAt(state.page, state.cursor);
  const { first, glyphs } = state.page[at]!;
  const column = glyphs.slice(0, state.cursor - first).reduce((sum, { width }) => sum + width, 0);
  return onScreen({ row: head + gap + (at - topRow(state)) * linesPerRow, column: 1 + column }, state);
}

function onScreen({ row, column }: { row: number; column: number }, { rows, columns }: CellsState) {
  return { row: Math.min(rows - 1, row), column: Math.min(columns - 1, column) };
}

/** The least columns of a name next to the place in the text. */
const LEAST_NAME = 20;

/** Draws the model and the text at the left, the place in the text at the right. */
function header(state: CellsState): Line {
  const { model, source, stretch, glyphs, columns, cursor } = state;
  const share = Math.round((100 * (glyphs[cursor]!.last + 1)) / (glyphs.at(-1)!.last + 1));
  const place: Segment = { text: `from ${grouped(stretch.start)} · ${share}%`, color: 'faint' };
  const right = columns - widthOf(place.text) < LEAST_NAME ? [] : [place];
  const room = columns - 4 - lineWidth(right);
  const name = cut(harmlessLine(model), room);
  const rest = cut(` on ${harmlessLine(source)}`, Math.max(0, room - widthOf(name)));
  const left: Line = [
    { text: name, bold: true },
    { text: rest, color: 'faint' },
  ];
  return spread(left, right, columns - 2);
}

function scoreOf({ score }: Tracking): string {
  return score.toFixed(2);
}

/** Draws the units found on one line, starting from the chosen one if not all fit. */
function strip(state: CellsState): Line {
  const { found, chosen, columns, tracked } = state;
  if (found.length === 0) return [{ text: ` ${cut(waiting(tracked), columns - 2)}`, color: 'faint' }];
  const parts = found.map((one): Segment => {
    const text = `${one.property} ${one.layer}/${one.unit} ${scoreOf(one)}`;
    return isAt(state, one) ? { text: `▸${text}`, color: 'accent', bold: true } : { text, color: 'faint' };
  });
  return indented(shortened([parts, parts.slice(chosen ?? 0)], '  ', columns - 2));
}

function waiting(tracked: CellsState['tracked']): string {
  return typeof tracked === 'number'
    ? `ranking units: ${Math.floor(100 * tracked)}%`
    : 'the text is too short to rank units by';
}

const LIST_HEADING = 'property      layer/unit  score  clarity';

/** Draws the units found as a table, with as many rows around the chosen one as fit. */
function listOf(state: CellsState, width: number, height: number): Line[] {
  const { found, chosen = 0, tracked } = state;
  if (found.length === 0) return [[{ text: cut(waiting(tracked), width), color: 'faint' }]];
  const rows = Math.max(1, height - 1);
  const from = clamped(chosen - Math.floor(rows / 2), {
    minimum: 0,
    maximum: Math.max(0, found.length - rows),
  });
  const lines = found.slice(from, from + rows).map((one): Line => {
    const isChosen = isAt(state, one);
    const place = `${one.layer}/${one.unit}`.padStart(10);
    const text = `${isChosen ? '▸' : ' '}${one.property.padEnd(13)}${place}${scoreOf(one).padStart(7)}${fixed(one.clarity, 2).padStart(9)}`;
    return [isChosen ? { text, color: 'accent', bold: true } : { text }];
  });
  return [[{ text: ` ${LIST_HEADING}`, color: 'faint' }], ...lines];
}

/** Draws the unit and what it tracks, or a notice. */
function unitLine(state: CellsState): Line {
  const { layer, unit, notice, columns, found, chosen } = state;
  if (notice !== undefined) return [{ text: ` ${cut(notice, columns - 2)}`, color: 'caution', bold: true }];
  const name: Segment = { text: `layer ${layer}, unit ${unit}`, bold: true };
  const best = trackedBy(state);
  const asked = chosen === undefined ? undefined : found[chosen];
  // The unit may track another property better than the one it was found for.
  const isAsked = asked !== undefined && isAt(state, asked) && asked.property !== best?.property;
  const one = isAsked ? asked : best;
  if (!one) return indented(fitting([name], '', columns - 2));
  const how = one.threshold === undefined ? one.direction : `${one.direction} ${one.threshold.toFixed(2)}`;
  const short: Segment = { text: `${one.property} ${one.measure} ${scoreOf(one)}` };
  const long: Segment = {
    text: `${isAsked ? 'found for' : 'best at'} ${one.property}: ${one.measure} ${scoreOf(one)}, ${how}`,
  };
  const variants = [long, short].map((words) => [name, words]);
  return indented(shortened(variants, '  ', columns - 2));
}

/** Draws the range and mean of the values, and the value at the cursor. */
function numbers(state: CellsState): Line {
  const { shown, glyphs, cursor, columns, stretch } = state;
  const { values } = shown;
  const glyph = glyphs[cursor]!;
  const min = values.reduce((a, b) => Math.min(a, b));
  const max = values.reduce((a, b) => Math.max(a, b));
  const name = visible(glyph.source);
  const place = grouped(stretch.start + glyph.last);
  const value = values[glyph.last]!.toFixed(4);
  const at: Segment = { text: `at ${name} ${value}`, color: 'accent' };
  const longer: Segment = { text: `at ${name} (${place}) ${value}`, color: 'accent' };
  const three: Segment = {
    text: `min ${fixed(min, 2)}  mean ${fixed(meanOf(values), 2)}  max ${fixed(max, 2)}`,
  };
  const parts = [[three, longer], [three, at], [{ text: `${fixed(min, 1)} to ${fixed(max, 1)}` }, at], [at]];
  return indented(shortened(parts, '  ', columns - 2));
}

function legend({ shown, colors, columns, stretch }: CellsState): Line {
  const what = labelOf(shown, stretch.kind);
  if (!colors) {
    const variants = markLegends(what).map((words) => [{ text: words }]);
    return indented(shortened(variants, '', columns - 2));
  }
  const samples = tintSamples();
  const narrow = samples.map((sample) => ({ ...sample, text: sample.text.trim() }));
  const variants = [samples, narrow].map((some) => [{ text: what }, ...some]);
  return indented(shortened(variants, ' ', columns - 2));
}

const ENTRY = 'unit, or layer/unit: ';

/** Draws the keys that fit, or the number that is being entered. */
function keys({ panel, columns }: CellsState): Line {
  if (panel === 'keys') return indented(keyNames([['Esc', 'back']]));
  const [unit, layer, ...others] = SHOWN;
  const parts = panel
    ? [{ text: ENTRY + panel.entry, bold: true }, ...keyNames(ENTRY_KEYS)]
    : keyNames([unit!, layer!, others.at(-1)!, ['q', 'quit'], ...others.slice(0, -1)]);
  return indented(fitting(parts, '  ', columns - 2));
}

const NAME_WIDTH = 5;
const SHOWN = BINDINGS.flatMap(({ shown }) => (shown ? [shown] : []));
const ENTRY_KEYS: readonly KeyEntry[] = [
  ['Enter', 'go'],
  ['Esc', 'stay'],
];
/** Keys that only the list of all keys shows. */
const EXTRA: readonly KeyEntry[] = [
  ['F', 'previous found'],
  ['0-9', 'a unit by its number, or layer/unit'],
  ...SUSPEND_KEY,
  ['q', 'quit; also Esc and ^C'],
];
