import { cut, filled, type Line, padded, widthOf } from '../text/line.js';

/** A titled part of the screen. */
export interface Panel {
  /** Variants of the title, from the longest to the shortest. */
  readonly title: readonly string[];
  /** Draws the contents in at most `height` lines of `width` columns. */
  readonly draw: (width: number, height: number) => readonly Line[];
}

/** The least height at which a panel without a frame has a title. */
const TITLED = 6;

/**
 * Draws a panel in exactly `height` lines of `width` columns.
 * @param framed whether a frame bears the title
 */
export function panelLines(
  { title, draw }: Panel,
  { width, height }: { readonly width: number; readonly height: number },
  framed: boolean,
): Line[] {
  if (!framed) {
    const heading: Line[] =
      height < TITLED ? [] : [[{ text: ` ${shortTitle(title, width - 2)}`, color: 'faint', bold: true }]];
    // The last column stays free.
    return block([...heading, ...draw(width - 1, height - heading.length)], width, height);
  }
  const edge = { text: '│', color: 'faint' } as const;
  const inside = block(draw(width - 2, height - 2), width - 2, height - 2);
  return [
    upperEdge(title, width),
    ...inside.map((line): Line => [edge, ...line, edge]),
    [{ text: `╰${'─'.repeat(width - 2)}╯`, color: 'faint' }],
  ];
}

function block(lines: readonly Line[], width: number, height: number): Line[] {
  return filled(lines, height).map((line) => padded(line, width));
}

function upperEdge(title: Panel['title'], width: number): Line {
  const heading = shortTitle(title, width - 6);
  const edge = '─'.repeat(Math.max(0, width - 5 - widthOf(heading)));
  return [
    { text: '╭─ ', color: 'faint' },
    { text: heading, bold: true },
    { text: ` ${edge}╮`, color: 'faint' },
  ];
}

function shortTitle(variants: Panel['title'], width: number): string {
  return variants.find((title) => widthOf(title) <= width) ?? cut(variants.at(-1)!, width);
}
