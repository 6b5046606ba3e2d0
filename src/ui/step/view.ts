import { harmlessLine } from '../../format.js';
import { amountOf } from '../../numbers.js';
import { SUSPEND_KEY } from '../screen/suspend.js';
import { visible } from '../text/glyphs.js';
import { type KeyEntry, keyNames, keyTable } from '../text/key-table.js';
import {
  cropped,
  cut,
  filled,
  fitting,
  indented,
  type Line,
  lineWidth,
  sideBySide,
  spread,
  widthOf,
} from '../text/line.js';
import { columns } from './bars.js';
import { equationLines } from './equation-lines.js';
import { BINDINGS } from './keys.js';
import { nextCharacters } from './next.js';
import type { StepState } from './state.js';
import { firstUnit, hasRoom, unitTable } from './table.js';

/** Columns of the next characters when they are next to the units, and of the gap. */
const LEAST_NEXT = 34;
const WIDEST_NEXT = 60;
const BETWEEN = 3;
/** The most lines above the next characters. */
const NEXT_HEAD = 3;
/** The least rows of the body that leave room to spare. */
const SPACIOUS = 36;
/** The least rows for a header and a footer. */
const HEADED = 10;
/** The least rows for empty lines between parts. */
const AIRY = 20;
const NAME_WIDTH = 6;
/** The least columns for the label of x. */
const LEAST_LABEL = 24;

/** Draws as many lines as the screen has rows. */
export function picture(state: StepState): Line[] {
  const { rows, isHelping } = state;
  const isHeaded = rows >= HEADED;
  const gap: Line[] = rows >= AIRY ? [[]] : [];
  const top = [...(isHeaded ? [header(state)] : []), textLine(state), ...gap];
  const bottom = isHeaded ? [footer(state)] : [];
  const height = Math.max(0, rows - top.length - bottom.length);
  const width = Math.max(1, state.columns - 2);
  const body = isHelping ? help(width, height) : bodyOf(state, width, height, gap);
  const middle = filled(body, height).map(indented);
  return [...top, ...middle, ...bottom].slice(0, rows).map((line) => cropped(line, state.columns));
}

function header(state: StepState): Line {
  const { view, layers, hidden, model } = state;
  const right = fitting(
    [
      { text: `layer ${view.layer} of ${layers}`, color: 'accent', bold: true },
      { text: `unit ${view.unit} of ${hidden}`, color: 'accent', bold: true },
      { text: `T ${view.temperature}` },
    ],
    ' · ',
    state.columns - 2,
  );
  const name = cut(harmlessLine(model), Math.max(0, state.columns - 4 - lineWidth(right)));
  return spread([{ text: name, color: 'faint' }], right, state.columns - 2);
}

/** Draws the text around the current character, which is in brackets. */
function textLine({ shown, columns: width, view, known }: StepState): Line {
  const place: Line = [{ text: `character ${view.at + 1} of ${known}`, color: 'faint' }];
  const beside = width >= 60 ? lineWidth(place) + 3 : 0;
  const current = `[${visible(shown.character)}]`;
  const room = Math.max(0, width - 2 - widthOf(current) - beside);
  const ahead = shown.ahead.slice(0, room).map(inText);
  const before = shown.before.slice(-room).map(inText);
  // Characters ahead get at least a third of the room, and more if the text read so far leaves it.
  const aheadText = taken(ahead, Math.max(Math.floor(room / 3), room - widthOf(before.join('')))).join('');
  const beforeText = taken(before.reverse(), room - widthOf(aheadText))
    .reverse()
    .join('');
  const left: Line = [
    { text: beforeText },
    { text: current, color: 'accent', bold: true },
    { text: aheadText, color: 'faint' },
  ];
  return beside > 0 ? spread(left, place, width - 2) : indented(left);
}

/** Returns the first characters that fit. */
function taken(characters: readonly string[], room: number): string[] {
  let used = 0;
  const over = characters.findIndex((character) => {
    used += widthOf(character);
    return used > room;
  });
  return over < 0 ? [...characters] : characters.slice(0, over);
}

function inText(character: string): string {
  return character === ' ' ? ' ' : visible(character);
}

/** Divides the rows of the body. */
function bodyOf(state: StepState, width: number, height: number, gap: readonly Line[]): Line[] {
  const { shown, most } = state;
  const nextWidth = Math.min(WIDEST_NEXT, Math.max(LEAST_NEXT, Math.floor(0.36 * width)));
  const leftWidth = width - nextWidth - BETWEEN;
  const isBeside = hasRoom(shown, leftWidth);
  const others = height >= 16 ? (isBeside ? 8 : 9) : height >= 9 ? 3 : 0;
  const lines = equationLines(shown.equations, width, height - others - gap.length);
  // Empty lines between equations, if there is room.
  const equations = lines.flatMap((some, i) => (height >= SPACIOUS && i > 0 ? [[], ...some] : some));
  const left = height - equations.length - (equations.length > 0 ? gap.length : 0);
  const nextMost = Math.min(most.characters, shown.next.characters.length) + NEXT_HEAD;
  if (isBeside) {
    const inputHeight = left >= SPACIOUS / 2 ? 5 : left >= 9 ? 3 : 0;
    const input = inputHeight > 0 ? [...inputBars(state, leftWidth, inputHeight), ...gap] : [];
    const units = unitsIn(state, leftWidth, left - input.length);
    const next = nextCharacters(shown, nextWidth, Math.min(left, nextMost), most.characters);
    return [...sideBySide([...input, ...units], next, leftWidth + BETWEEN), ...gap, ...equations];
  }
  const nextHeight = left >= 3 ? Math.min(nextMost, Math.max(3, Math.floor(0.45 * left))) : 0;
  const forUnits = left - nextHeight - (nextHeight > 0 ? gap.length : 0);
  const inputHeight = forUnits >= 12 ? 3 : forUnits >= 6 ? 2 : 0;
  const units = unitsIn(state, width, forUnits - inputHeight);
  const input = inputHeight > 0 ? inputBars(state, width, inputHeight) : [];
  const next = nextHeight > 0 ? nextCharacters(shown, width, nextHeight, most.characters) : [];
  const parts = [[...input, ...units], equations, next].filter((part) => part.length > 0);
  return parts.flatMap((part, i) => (i > 0 ? [...gap, ...part] : part));
}

function unitsIn({ shown, view, hidden, most }: StepState, width: number, height: number): Line[] {
  const count = Math.min(hidden, most.units, height - 1);
  if (count < 1) return [];
  return unitTable(shown, { unit: view.unit, first: firstUnit(view.unit, hidden, count), count }, width);
}

/** Draws the input of the layer. */
function inputBars({ shown }: StepState, width: number, height: number): Line[] {
  const { name, values } = shown.input;
  const count = amountOf(values.length, 'number');
  // At most two numbers per column; those that do not fit are omitted.
  const isCut = values.length > 2 * (width - LEAST_LABEL);
  const label = [harmlessLine(name), isCut ? `first of ${count}` : count];
  const labels = height >= 3 ? ['x', ...label] : [`x  ${label[0]}`, `   ${label[1]}`];
  const room = Math.max(LEAST_LABEL, ...labels.map((one) => widthOf(one) + 2));
  return columns(values, Math.max(1, width - room), height).map((line, row) => [
    { text: labels[row] ?? '', bold: row === 0 },
    { text: ' '.repeat(room - widthOf(labels[row] ?? '')) },
    ...line,
  ]);
}

function footer({ notice, isHelping, columns: width }: StepState): Line {
  if (notice !== undefined)
    return [{ text: ` ${cut(harmlessLine(notice), width - 2)}`, color: 'bad', bold: true }];
  if (isHelping) return indented(keyNames([['Esc', 'back']]));
  const keys = SHOWN.flatMap(([name, , short]): KeyEntry[] => (short ? [[name, short]] : []));
  keys.splice(2, 0, ['a…z', 'read it']);
  keys.splice(4, 0, ['F1', 'help'], ['Esc', 'quit']);
  return indented(fitting(keyNames(keys), '  ', width - 2));
}

const SHOWN = BINDINGS.flatMap(({ shown }) => (shown ? [shown] : []));

/** Lists all keys, including those that are not in BINDINGS. */
function help(width: number, height: number): Line[] {
  const entries = [
    ...SHOWN.slice(0, 3),
    ['a…z', 'read a typed character in place of those ahead'],
    ['Space', 'next character; at the end: read a space'],
    ...SHOWN.slice(3),
    ...SUSPEND_KEY,
    ['Esc ^C', 'quit'],
  ] as const;
  return keyTable(entries, NAME_WIDTH, width, height);
}
