import stringWidth from 'string-width';
import type { Color } from './palette.js';
import type { Tint } from './tint.js';

/** A piece of a line in one style. */
export interface Segment {
  readonly text: string;
  readonly color?: Color | undefined;
  readonly bold?: boolean;
  /** The look of a number, in place of a colour. */
  readonly tint?: Tint | undefined;
}

/** One row of the screen, or of a part of it. */
export type Line = readonly Segment[];

/** What is on the screen, and where the cursor stands on it. */
export interface Picture {
  /** As many as the screen has rows. */
  readonly lines: readonly Line[];
  /** None where there is nothing to be pointed at. */
  readonly cursor?: { readonly row: number; readonly column: number } | undefined;
}

/** Columns that a text takes on the screen. */
export function widthOf(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text);
}

/** Columns that a line takes. */
export function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + widthOf(text), 0);
}

/** The same line with neighbours of one style as one segment. */
export function joined(segments: Iterable<Segment>): Line {
  const line: { text: string; color: Segment['color']; bold: boolean; tint?: Tint }[] = [];
  for (const { text, color, bold = false, tint } of segments) {
    const last = line.at(-1);
    if (last && last.color === color && last.bold === bold && last.tint === tint) last.text += text;
    else line.push({ text, color, bold, ...(tint ? { tint } : {}) });
  }
  return line;
}

/** As many parts as fit, the first ones first, with a separator between them. */
export function fitting(parts: readonly (Segment | undefined)[], separator: string, width: number): Line {
  const line: Segment[] = [];
  let used = 0;
  for (const part of parts) {
    if (!part) continue;
    const between = line.length > 0 ? separator : '';
    const needed = widthOf(between + part.text);
    if (used + needed > width) break;
    if (between) line.push({ text: between, color: 'faint' });
    line.push(part);
    used += needed;
  }
  return line;
}

/** The first of some ways to say the same, each shorter than the one before, that fits whole; or what fits of the last. */
export function shortened(
  ways: readonly (readonly (Segment | undefined)[])[],
  separator: string,
  width: number,
): Line {
  const needed = (parts: readonly (Segment | undefined)[]) => {
    const texts = parts.flatMap((part) => part?.text ?? []);
    return widthOf(texts.join(separator));
  };
  return fitting(ways.find((parts) => needed(parts) <= width) ?? ways.at(-1)!, separator, width);
}

/** A text cut to a width, with an ellipsis where something is missing. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let result = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (widthOf(result + segment) > width - 1) break;
    result += segment;
  }
  return width > 0 ? `${result}…` : '';
}

/** One part at the left and one at the right of a line, a space from either edge. */
export function spread(left: Line, right: Line, width: number): Line {
  const used = lineWidth([...left, ...right]);
  return [{ text: ' ' }, ...left, { text: ' '.repeat(Math.max(1, width - used)) }, ...right];
}
