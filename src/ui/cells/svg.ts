import { short } from '../plot/svg-marks.js';
import { document, escaped, fitted, text } from '../plot/svg-text.js';
import { merged, type Tint } from '../text/tint.js';
import { glyphText, rowsOf, textGlyphs } from './page.js';
import { STATE_SCALE, tintSamples } from './tint.js';

/** A text, and a number from -1 to 1 for each of its code points. */
export interface TintedText {
  readonly title: string;
  /** More information in one line. */
  readonly subtitle: string;
  /** A description of the numbers. */
  readonly what: string;
  readonly text: string;
  readonly values: ArrayLike<number>;
}

/** The width at which lines are wrapped. */
const COLUMNS = 80;
const EDGE = 16;
/** The pixels of a column and a row; letters of this size are about a column wide. */
const CELL = { width: 9, height: 21, size: 15, baseline: 15 };
/**
 * In texts up to this length, each character is an element with its value (about 120 bytes); in longer ones,
 * each run of one tint is.
 */
const DETAILED = 10_000;
const WIDTH = 2 * EDGE + COLUMNS * CELL.width;

/** Characters of a row that are drawn as one element. */
interface Piece {
  readonly text: string;
  readonly column: number;
  readonly width: number;
  readonly tint: Tint | undefined;
  /** Undefined for several characters. */
  readonly value: number | undefined;
}

/** Draws a tinted text as a standalone SVG document that follows the light or dark theme of the reader. */
export function tintedSvg({ title, subtitle, what, text: source, values }: TintedText): string {
  const glyphs = textGlyphs(source);
  const isDetailed = glyphs.length <= DETAILED;
  const inner = WIDTH - 2 * EDGE;
  const heading =
    text(EDGE, 30, fitted(title, inner, 16), { size: 16, kind: 'strong' }) +
    text(EDGE, 52, fitted(subtitle, inner, 12), { size: 12, kind: 'faint' });
  let body = `${legend(what, 62)}\n`;
  let top = 62 + CELL.height + 12;
  for (const row of rowsOf(glyphs, COLUMNS)) {
    let column = 0;
    const pieces = row.glyphs.map((glyph): Piece => {
      const value = values[glyph.last]!;
      const { width } = glyph;
      column += width;
      const tint = STATE_SCALE.tintOf(value);
      return { text: glyphText(glyph, value), column: column - width, width, tint, value };
    });
    const runs = isDetailed ? pieces : runsOf(pieces, column);
    body += `${runs.map((piece) => element(piece, top)).join('')}\n`;
    top += CELL.height;
  }
  return document({
    width: WIDTH,
    height: top + EDGE,
    title: `${title}: ${what}. ${subtitle}`,
    style: STYLE,
    body: `${heading}\n<g class="mono" font-size="${CELL.size}">${body}</g>`,
  });
}

/** Merges neighbours of one tint. @param end the column after the last piece */
function runsOf(pieces: readonly Piece[], end: number): Piece[] {
  const runs = [...merged(pieces, ({ tint }) => tint)];
  return runs.map((run, i) => {
    return { ...run, value: undefined, width: (runs[i + 1]?.column ?? end) - run.column };
  });
}

function legend(what: string, top: number): string {
  let column = 0;
  return [{ text: `${what} ` }, ...tintSamples()]
    .map(({ text, tint }: { readonly text: string; readonly tint?: Tint | undefined }) => {
      const piece = { text, column, width: text.length, tint, value: undefined };
      column += text.length + 1;
      return element(piece, top);
    })
    .join('');
}

/** Draws a piece on its block, if any, with its value as a tooltip, if known. */
function element({ text, column, width, tint, value }: Piece, top: number): string {
  const place = tint ? TINTS.indexOf(tint) : -1;
  const classes = place < 0 ? '' : ` class="t${place}"`;
  const left = EDGE + column * CELL.width;
  const size = `x="${left}" y="${short(top)}" width="${width * CELL.width}" height="${CELL.height}"`;
  const block = tint?.ink
    ? `<rect${classes} ${size}/>`
    : value === undefined
      ? ''
      : `<rect class="n" ${size}/>`;
  const length = value === undefined && width > 1 ? ` textLength="${width * CELL.width}"` : '';
  const letters =
    text.trim() === ''
      ? ''
      : `<text${classes} x="${left}" y="${short(top + CELL.baseline)}"${length}>${escaped(text)}</text>`;
  // Nine digits identify a 32-bit float.
  const title = value === undefined ? '' : `<title>${Number(value.toPrecision(9))}</title>`;
  return title === '' ? block + letters : `<g>${title}${block}${letters}</g>`;
}

const TINTS = tintSamples().flatMap(({ tint }) => tint ?? []);

const STYLE = `.n { fill: none; pointer-events: all; }\n${TINTS.map(ruleOf).join('\n')}\n`;

function ruleOf({ color, ink }: Tint, place: number): string {
  return `rect.t${place} { fill: ${color}; } text.t${place} { fill: ${ink ?? color}; }`;
}
