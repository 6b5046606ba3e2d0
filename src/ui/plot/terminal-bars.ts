import { harmlessLine } from '../../format.js';
import { cut, type Line, type Segment, widthOf } from '../text/line.js';
import { verticalScale, written } from './axis.js';
import type { Chart, Series } from './chart.js';
import { type AxisScale, footOf, placeOf } from './scale.js';

/** The fill of each series: distinct without colours, too. */
export const MARKS = ['█', '▒', '░', '▓'];
/** Zero to seven eighths of a column. */
export const PARTS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** Draws horizontal bars: one line per category and series, with the number at the end. */
export function horizontalBars(chart: Chart, series: readonly Series[], columns: number): Line[] {
  const scale = verticalScale(chart.y, series);
  const names = chart.x.categories!.map(harmlessLine);
  const numbers = series.flatMap(({ points }) => points.map(([, value]) => widthOf(written(value))));
  const number = numbers.reduce((most, width) => Math.max(most, width), 0) + 1;
  const widest = names.reduce((most, text) => Math.max(most, widthOf(text)), 0);
  const name = Math.min(widest, Math.max(4, Math.floor(0.4 * columns)));
  const width = Math.max(1, columns - name - 1 - number);
  const lines: Line[] = chart.y.label
    ? [[{ text: ' '.repeat(name + 1) }, { text: harmlessLine(chart.y.label), color: 'faint' }]]
    : [];
  names.forEach((category, at) => {
    series.forEach((one, i) => {
      const title = i === 0 ? cut(category, name) : '';
      const label = { text: `${' '.repeat(Math.max(0, name - widthOf(title)))}${title} ` };
      const point = one.points.find(([x]) => x === at);
      if (!point && i > 0) return;
      const mark = MARKS[i % MARKS.length]!;
      lines.push([label, ...(point ? bar(point[1], scale, width, one, mark) : [])]);
    });
  });
  return lines;
}

function bar(value: number, scale: AxisScale, width: number, { color }: Series, mark: string): Segment[] {
  const place = (number: number) => Math.max(0, Math.min(1, placeOf(number, scale))) * width;
  const foot = place(footOf(scale));
  const [low, high] = [Math.min(foot, place(value)), Math.max(foot, place(value))];
  const start = Math.round(low);
  const length = high - start;
  const whole = mark === MARKS[0] ? Math.floor(length + 1 / 16) : Math.round(length);
  const part = mark === MARKS[0] ? PARTS[Math.max(0, Math.floor(8 * (length - whole) + 0.5))]! : '';
  const text = mark.repeat(Math.max(0, whole)) + part;
  return [{ text: ' '.repeat(start) }, { text, color }, { text: ` ${written(value)}`, color: 'faint' }];
}
