import { decimal } from '../../format.js';
import type { NextCharacter } from '../../insight/step.js';
import { visible } from '../text/glyphs.js';
import { cut, type Line, type Segment, widthOf } from '../text/line.js';
import { bar, number } from './bars.js';
import { type StepContents, softmaxLine } from './contents.js';

const CHARACTER = 4;
const FIGURE = 9;
/** The least columns to show all figures. */
const ROOMY = 56;

/** Draws the likeliest characters below the formula of their probabilities. */
export function nextCharacters(shown: StepContents, width: number, height: number, most: number): Line[] {
  const isRoomy = width >= ROOMY;
  const formula = softmaxLine(shown, (value) => decimal(value, 3));
  const head = [
    [{ text: cut(`next character   ${isRoomy ? formula : ''}`.trimEnd(), width), color: 'faint' }] as Line,
    ...(isRoomy ? [] : [[{ text: cut(formula, width), color: 'faint' }] as Line]),
    names(isRoomy),
  ].slice(-Math.max(0, height - 1));
  const { characters } = shown.next;
  const rows = characters.slice(0, Math.min(most, height - head.length));
  return [...head, ...rows.map((one) => row(one, width, isRoomy))].slice(0, Math.max(0, height));
}

function names(isRoomy: boolean): Line {
  const columns = ['l', ...(isRoomy ? ['exp'] : []), 'p'];
  return [
    { text: ' '.repeat(CHARACTER) },
    ...columns.map((name): Segment => ({ text: name.padStart(FIGURE), bold: true })),
  ];
}

function row(next: NextCharacter, width: number, isRoomy: boolean): Line {
  const { character, logit, weight, probability } = next;
  const text = visible(character);
  const figures = [logit, ...(isRoomy ? [weight] : [])].map((value) => number(value, FIGURE, 3)).join('');
  const used = CHARACTER + figures.length + FIGURE + 1;
  return [
    { text: `  ${text}${' '.repeat(Math.max(0, CHARACTER - 2 - widthOf(text)))}`, bold: true },
    { text: figures, color: 'faint' },
    { text: number(probability, FIGURE, 3), bold: true },
    { text: ' ' },
    bar(probability, Math.max(0, width - used), 'good'),
  ];
}
