import stringWidth from 'string-width';
import type { Color } from './palette.js';
import type { Tint } from './tint.js';

/** A piece of a line in one style. */
export interface Segment {
  readonly text: string;
  readonly color?: Color | undefined;
  readonly bold?: boolean;
  /** Replaces the colour where the text is tinted by a number. */
  readonly tint?: Tint | undefined;
}

/** One row of the screen, or of a part of it. */
export type Line = readonly Segment[];

/** The size of a screen. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** The contents of a screen. */
export interface Picture {
  /** At most as many as the screen has rows. */
  readonly lines: readonly Line[];
  /** Where the terminal shows its cursor; hidden where this is undefined. */
  readonly cursor?: { readonly row: number; readonly column: number } | undefined;
}

/** ASCII, lines of frames, blocks and braille: every character takes one column. */
const SINGLE = /^[\x20-\x7e\u2500-\u259f\u2800-\u28ff]*$/;

/** Returns the number of columns that a text takes on the screen. */
export function widthOf(text: string): number {
  return SINGLE.test(text) ? text.length : stringWidth(text);
}

/** Returns the number of columns that a line takes. */
export function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + widthOf(text), 0);
}

/** Merges neighbouring segments of the same style. */
export function joined(segments: Iterable<Segment>): Line {
  const line: { text: string; color: Segment['color']; bold: boolean; tint?: Tint }[] = [];
  for (const { text, color, bold = false, tint } of segments) {
    const last = line.at(-1);
    if (last && last.color === color && last.bold === bold && last.tint === tint) last.text += text;
    else line.push({ text, color, bold, ...(tint ? { tint } : {}) });
  }
  return line;
}

/** Returns the first parts that fit, joined by a separator. */
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

/**
 * Returns the first of several variants that fits.
 * @param variants from the longest to the shortest; the last one is cut to what fits
 */
export function shortened(
  variants: readonly (readonly (Segment | undefined)[])[],
  separator: string,
  width: number,
): Line {
  const needed = (parts: readonly (Segment | undefined)[]) => {
    const texts = parts.flatMap((part) => part?.text ?? []);
    return widthOf(texts.join(separator));
  };
  return fitting(variants.find((parts) => needed(parts) <= width) ?? variants.at(-1)!, separator, width);
}

/** Cuts a text to a width, with an ellipsis where something is missing. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let result = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (widthOf(result + segment) > width - 1) break;
    result += segment;
  }
  return width > 0 ? `${result}…` : '';
}

/** Cuts a line to a width, with an ellipsis where something is missing. */
export function cropped(line: Line, width: number): Line {
  if (lineWidth(line) <= width) return line;
  let room = width;
  return line.flatMap((segment) => {
    const text = cut(segment.text, room);
    room -= widthOf(text);
    return text === '' ? [] : [{ ...segment, text }];
  });
}

/** Crops a line to a width, or fills it up with spaces. */
export function padded(line: Line, width: number): Line {
  const rest = width - lineWidth(line);
  return rest < 0 ? cropped(line, width) : rest === 0 ? line : [...line, { text: ' '.repeat(rest) }];
}

/** Places two blocks of lines side by side; the left one takes `width` columns. */
export function sideBySide(left: readonly Line[], right: readonly Line[], width: number): Line[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, row): Line => {
    const line = left[row] ?? [];
    return row < right.length ? [...padded(line, width), ...right[row]!] : line;
  });
}

/** Returns a line with a space before it; an empty one stays empty. */
export function indented(line: Line): Line {
  return line.length > 0 ? [{ text: ' ' }, ...line] : [];
}

/** Returns exactly `height` lines: those beyond are omitted, missing ones are empty. */
export function filled(lines: readonly Line[], height: number): Line[] {
  return Array.from({ length: height }, (_, row) => lines[row] ?? []);
}

/** Places one part at the left and one at the right of a line, each a space from the edge. */
export function spread(left: Line, right: Line, width: number): Line {
  const used = lineWidth([...left, ...right]);
  return [{ text: ' ' }, ...left, { text: ' '.repeat(Math.max(1, width - used)) }, ...right];
}
