import { type Color, PALETTE } from '../text/palette.js';
import { type Figure, namesOf, type Series } from './chart.js';
import { short } from './svg-marks.js';
import { heightOf, legendOf, namesItsLines, panel } from './svg-panel.js';
import { document, fitted, text, textWidth } from './svg-text.js';

const EDGE = 16;
/** Between charts. */
const GAP = 24;
/** The width of a chart by the number of charts per row; beyond four, it stays the same. */
const WIDTHS = [728, 440, 340, 280];
const ENTRY = { size: 12, height: 18, mark: 18, gap: 18 };

/** Draws a figure as a standalone SVG document that follows the light or dark theme of the reader. */
export function svgOf(figure: Figure): string {
  const { title, charts } = figure;
  const columns = Math.max(1, Math.min(figure.columns, charts.length));
  const chartWidth = WIDTHS[Math.min(columns, WIDTHS.length) - 1]!;
  const width = 2 * EDGE + columns * chartWidth + (columns - 1) * GAP;
  const isNamed = (chart: Figure['charts'][number]) =>
    charts.length === 1 && namesItsLines(chart, chartWidth);

  // Titles are above the legend, including those of a single chart.
  const only = charts.length === 1 ? charts[0] : undefined;
  const above = [
    { words: title, look: { size: 16, kind: 'strong' } },
    { words: only?.title, look: { size: title ? 14 : 16, kind: 'strong' } },
    { words: only?.subtitle, look: { size: 12, kind: 'faint' } },
  ];
  let top = EDGE;
  let body = '';
  for (const { words, look } of above) {
    if (!words) continue;
    body += text(EDGE, top + look.size - 2, fitted(words, width - 2 * EDGE, look.size), look);
    top += look.size + 8;
  }
  const shown = only ? [{ ...only, title: '', subtitle: '' }] : charts;
  const legend = legendAt(legendOf(charts, isNamed), top, width);
  body += legend.body;
  top += legend.height;
  for (let first = 0; first < shown.length; first += columns) {
    const row = shown.slice(first, first + columns);
    const height = Math.max(...row.map((chart) => heightOf(chart, chartWidth)));
    row.forEach((chart, i) => {
      const box = { left: EDGE + i * (chartWidth + GAP), top, width: chartWidth, height };
      body += panel(chart, box, isNamed(chart));
    });
    top += height + GAP;
  }
  const colors = [...new Set(namesOf(charts).map(({ color }) => color))];
  return document({
    width,
    height: top - (charts.length > 0 ? GAP : 0) + EDGE,
    title: title || charts[0]?.title || '',
    style: STYLE + colors.map(ruleOf).join(''),
    body,
  });
}

/** Draws marks and names in rows from left to right. */
function legendAt(entries: readonly Series[], top: number, width: number): { body: string; height: number } {
  if (entries.length === 0) return { body: '', height: 0 };
  let body = '';
  let left = EDGE;
  let middle = top + ENTRY.height / 2;
  for (const { name, color, kind, emphasis } of entries) {
    const needed = ENTRY.mark + textWidth(name, ENTRY.size) + ENTRY.gap;
    if (left > EDGE && left + needed > width) {
      left = EDGE;
      middle += ENTRY.height;
    }
    const paths = { line: 'h12', points: 'm5 0h0', bars: 'v-5h10v10h-10z' };
    const classes = `${kind === 'points' ? 'dots large' : kind} c-${color}${emphasis ? ' heavy' : ''}`;
    body += `<path class="${classes}" d="M${short(left)} ${short(middle)}${paths[kind]}"/>`;
    body += text(left + ENTRY.mark, middle + 4, name, { size: ENTRY.size, kind: 'plain' });
    left += needed;
  }
  return { body, height: middle + ENTRY.height - top };
}

const STYLE = `.grid { stroke: #888; stroke-opacity: 0.25; } .axis { stroke: #888; }
.line, .dots { fill: none; stroke-linecap: round; stroke-linejoin: round; stroke-width: 1.6; }
.dots { stroke-width: 3.5; stroke-opacity: 0.8; } .large { stroke-width: 8; stroke-opacity: 1; }
.line.heavy { stroke-width: 2.8; } .dots.heavy { stroke-width: 6; stroke-opacity: 1; } .bars.heavy { stroke-width: 2; }
`;

/** Returns the CSS rules of a colour. */
function ruleOf(color: Color): string {
  const [name, value] = [`c-${color}`, PALETTE[color]];
  return `.line.${name}, .dots.${name}, .heavy.${name} { stroke: ${value}; } .bars.${name}, .name.${name} { fill: ${value}; }\n`;
}
