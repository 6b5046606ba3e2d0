import { escapeMarkup, harmlessLine } from '../../format.js';
import { cut, widthOf } from '../text/line.js';
import { short } from './svg-marks.js';

/** Fonts in CSS syntax. */
const SANS = 'system-ui, -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif';
const MONO = 'ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace';

const STYLE = `
text { font-family: ${SANS}; fill: #222; } .back { fill: #fff; } .faint { fill: #666; }
.strong { font-weight: 600; } .middle { text-anchor: middle; } .end { text-anchor: end; }
.mono, .mono text { font-family: ${MONO}; white-space: pre; unicode-bidi: bidi-override; }
@media (prefers-color-scheme: dark) {
text { fill: #ddd; } .back { fill: #0d1117; } .faint { fill: #999; }
}
`;

/** Returns a standalone SVG document that follows the light or dark theme of the reader. */
export function document(drawing: {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  /** Rules in addition to `STYLE`. */
  readonly style: string;
  readonly body: string;
}): string {
  const { width, title, style, body } = drawing;
  const height = short(drawing.height);
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" ${size} role="img">
<title>${escaped(title)}</title>
<style>${STYLE}${style}</style>
<rect class="back" width="100%" height="100%"/>
${body}
</svg>
`;
}

/** Escapes text for XML 1.0 and replaces control characters and lone surrogates. */
export function escaped(text: string): string {
  return escapeMarkup(harmlessLine(text).replace(/[\p{Surrogate}\ufffe\uffff]/gu, '\ufffd'));
}

/** Estimates the width of a text in pixels; the font is unknown. */
export function textWidth(text: string, size: number): number {
  return 0.58 * size * widthOf(harmlessLine(text));
}

/** Cuts a text to a width in pixels. */
export function fitted(text: string, pixels: number, size: number): string {
  return cut(harmlessLine(text), Math.floor(pixels / textWidth('x', size) + 1e-6));
}

/** Returns a text element. @param y its baseline @param kind its classes */
export function text(
  x: number,
  y: number,
  words: string,
  { size, kind }: { size: number; kind: string },
): string {
  return `<text x="${short(x)}" y="${short(y)}" font-size="${size}" class="${kind}">${escaped(words)}</text>`;
}
