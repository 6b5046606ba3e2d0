import { decimal } from '../../format.js';
import type { Quantity } from '../../insight/equations.js';
import { amountOf } from '../../numbers.js';
import { barPath, short } from '../plot/svg-marks.js';
import { document, escaped, fitted, text } from '../plot/svg-text.js';
import { visible } from '../text/glyphs.js';
import type { Segment } from '../text/line.js';
import { type Color, PALETTE } from '../text/palette.js';
import { quantityColor, signColor } from './bars.js';
import { fullLength, type StepContents, softmaxLine, type Viewpoint } from './contents.js';
import { equationLines } from './equation-lines.js';
import { firstUnit } from './table.js';

/** The options of the drawing. */
interface Drawn extends Viewpoint {
  readonly model: string;
  readonly units: number | undefined;
  readonly characters: number;
}

const EDGE = 24;
const WIDTH = 1000;
const INNER = WIDTH - 2 * EDGE;
const SIZE = 15;
const ROW = 24;
const GAP = 22;
/** The width of a letter of the fixed-width font. */
const LETTER = 0.602 * SIZE;
const LABEL = 64;
const NUMBER = 62;
const BAR_HEIGHT = 12;
const INPUT_HEIGHT = 64;
const UNITS = 8;
const MOST_BEFORE = 80;
/** Places of the numbers of the next character, in pixels. */
const NEXT = { logit: 130, weight: 220, probability: 310, bar: 330 };

/** Draws one step as a standalone SVG document that follows the light or dark theme of the reader. */
export function stepSvg(shown: StepContents, drawn: Drawn): string {
  const { at, layer, unit, model } = drawn;
  const name = `${model}: layer ${layer}, unit ${unit}, character ${at + 1}`;
  let top = EDGE;
  let body = '';
  const line = (words: string, kind: string, size = SIZE) => {
    top += ROW;
    body += text(EDGE, top - 7, fitted(words, INNER, size), { size, kind });
  };
  line(name, 'strong', 16);
  const before = shown.before.slice(-MOST_BEFORE).map((one) => (one === ' ' ? ' ' : visible(one)));
  line(`${before.join('')}[${visible(shown.character)}]`, 'mono');
  for (const part of [input, units, equations, next]) {
    top += GAP;
    const { body: more, height } = part(shown, drawn, top);
    body += `\n${more}`;
    top += height;
  }
  const style = COLORS.map((color) => `.c-${color} { fill: ${PALETTE[color]}; }`).join(' ');
  return document({ width: WIDTH, height: top + EDGE, title: name, style, body });
}

interface Part {
  readonly body: string;
  readonly height: number;
}

/** Draws the input of the layer as bars up and down. */
function input({ input: { name, values } }: StepContents, _drawn: Drawn, top: number): Part {
  const all = Array.from(values);
  const largest = all.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const middle = top + ROW + INPUT_HEIGHT / 2;
  const width = INNER / all.length;
  const bars = all.map((value, i) => {
    const end = middle - (value / largest) * (INPUT_HEIGHT / 2);
    return bar(EDGE + i * width, middle, EDGE + (i + 0.85) * width, end, signColor(value));
  });
  const words = `x: ${name}, ${amountOf(all.length, 'number')}, the largest ${decimal(largest, 3)}`;
  return { body: label(EDGE, top, words, 'faint') + bars.join(''), height: ROW + INPUT_HEIGHT };
}

/** Draws units with their gates and states. */
function units(shown: StepContents, { unit, units: asked = UNITS }: Drawn, top: number): Part {
  const { quantities } = shown;
  const hidden = quantities[0]!.values.length;
  const count = Math.min(asked, hidden);
  const first = firstUnit(unit, hidden, count);
  const cell = (INNER - LABEL) / quantities.length;
  const left = (i: number) => EDGE + LABEL + i * cell;
  let body = label(EDGE, top, 'unit', 'faint');
  body += quantities.map(({ name }, i) => label(left(i), top, name, 'mono strong')).join('');
  for (let row = 0; row < count; row++) {
    const at = first + row;
    const y = top + (row + 1) * ROW;
    const kind = at === unit ? 'mono strong' : 'mono';
    body += label(EDGE, y, `${at === unit ? '▸' : ' '}${at}`, kind);
    body += quantities.map((one, i) => cellOf(shown, one, at, left(i), cell, y, kind)).join('');
  }
  return { body, height: (count + 1) * ROW };
}

function cellOf(
  shown: StepContents,
  quantity: Quantity,
  at: number,
  left: number,
  width: number,
  y: number,
  kind: string,
): string {
  const value = quantity.values[at]!;
  const length = (Math.abs(value) / fullLength(shown, quantity)) * (width - NUMBER - 8);
  const mark = bar(left, y + 5, left + length, y + 5 + BAR_HEIGHT, quantityColor(quantity, value));
  return mark + label(left + width - 8, y, decimal(value, 3), `${kind} end`);
}

function equations({ equations: all }: StepContents, _drawn: Drawn, top: number): Part {
  const lines = equationLines(all, Math.floor(INNER / LETTER), Number.POSITIVE_INFINITY).flat();
  const body = lines.map((line, row) => {
    const y = short(top + row * ROW + 17);
    return `<text x="${EDGE}" y="${y}" font-size="${SIZE}" class="mono">${line.map(span).join('')}</text>`;
  });
  return { body: body.join(''), height: lines.length * ROW };
}

function span({ text: words, bold }: Segment): string {
  return bold ? `<tspan class="strong">${escaped(words)}</tspan>` : escaped(words);
}

/** Draws the likeliest characters. */
function next(shown: StepContents, { characters }: Drawn, top: number): Part {
  const most = shown.next.characters.slice(0, characters);
  const formula = softmaxLine(shown, (value) => decimal(value, 3));
  let body = label(EDGE, top, `next character   ${formula}`, 'faint');
  const names = { l: NEXT.logit, exp: NEXT.weight, p: NEXT.probability };
  body += Object.entries(names)
    .map(([name, x]) => label(EDGE + x, top + ROW, name, 'mono strong end'))
    .join('');
  most.forEach(({ character, logit, weight, probability }, row) => {
    const y = top + (row + 2) * ROW;
    const figures = [
      [logit, NEXT.logit],
      [weight, NEXT.weight],
      [probability, NEXT.probability],
    ] as const;
    body += label(EDGE, y, visible(character), 'mono strong');
    body += figures.map(([value, x]) => label(EDGE + x, y, decimal(value, 3), 'mono end')).join('');
    const from = EDGE + NEXT.bar;
    body += bar(from, y + 5, from + probability * (INNER - NEXT.bar), y + 5 + BAR_HEIGHT, 'good');
  });
  return { body, height: (most.length + 2) * ROW };
}

function label(x: number, top: number, words: string, kind: string): string {
  return text(x, top + 17, words, { size: SIZE, kind });
}

function bar(x0: number, y0: number, x1: number, y1: number, color: Color): string {
  return `<path class="c-${color}" d="${barPath(x0, y0, x1, y1)}"/>`;
}

const COLORS: readonly Color[] = ['accent', 'good', 'training', 'validation'];
