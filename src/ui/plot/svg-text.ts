import { harmlessLine, unmarked } from '../../format.js';
import { cut, widthOf } from '../line.js';
import { short } from './svg-marks.js';

/** Any text as XML 1.0 takes it: no markup, no control character, no half of a surrogate pair. */
export function escaped(text: string): string {
  return unmarked(harmlessLine(text).replace(/[\p{Surrogate}\ufffe\uffff]/gu, '\ufffd'));
}

/** About so wide is a text, in pixels; its font is not known. */
export function textWidth(text: string, size: number): number {
  return 0.58 * size * widthOf(harmlessLine(text));
}

/** As much of a text as goes into so many pixels. */
export function fitted(text: string, pixels: number, size: number): string {
  return cut(harmlessLine(text), Math.floor(pixels / textWidth('x', size) + 1e-6));
}

/** A text element at its baseline; `kind` has its classes. */
export function text(
  x: number,
  y: number,
  words: string,
  { size, kind }: { size: number; kind: string },
): string {
  return `<text x="${short(x)}" y="${short(y)}" font-size="${size}" class="${kind}">${escaped(words)}</text>`;
}
