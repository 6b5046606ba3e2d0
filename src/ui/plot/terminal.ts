import { harmlessLine } from '../../format.js';
import { cropped, cut, type Line, type Segment, sideBySide, widthOf } from '../text/line.js';
import { horizontalScale, spreadOut, ticksOf, verticalScale } from './axis.js';
import { Canvas } from './canvas.js';
import {
  type Chart,
  type Figure,
  figureOf,
  isEmpty,
  leastGap,
  linesIn,
  namesOf,
  type Point,
  plottable,
  type Series,
} from './chart.js';
import { footOf, placeOf } from './scale.js';
import { labelsBelow, withLeftAxis } from './terminal-axes.js';
import { horizontalBars, MARKS } from './terminal-bars.js';

/** The available size in columns and rows. */
export interface Room {
  readonly columns: number;
  /** Rows of each chart, its title and axes included; horizontal bars take as many as they need. */
  readonly rows: number;
}

/** The least columns of a chart; if fewer are left, charts are stacked. */
const NARROWEST = 26;
const GAP = 2;
const LEAST_ROWS = 3;

/** Draws a chart, or the charts of a figure row by row, in lines of at most `columns` columns. */
export function linesOf(drawing: Chart | Figure, { columns, rows }: Room): Line[] {
  const figure = 'charts' in drawing ? drawing : figureOf(drawing);
  const { title, charts } = figure;
  const fit = Math.max(1, Math.floor((columns + GAP) / (NARROWEST + GAP)));
  const wanted = Math.max(1, Math.min(figure.columns, charts.length));
  // Charts that share a row on a wide terminal are divided into even rows.
  const count = Math.ceil(wanted / Math.ceil(wanted / fit));
  const width = Math.floor((columns - GAP * (count - 1)) / count);
  const lines: Line[] = title ? [[{ text: harmlessLine(title), bold: true }]] : [];
  for (let first = 0; first < charts.length; first += count) {
    if (lines.length > 0) lines.push([]);
    const row = charts.slice(first, first + count);
    const [left, ...others] = row.map((chart) =>
      chartLines(chart, { columns: width, rows }).map((line) => cropped(line, width)),
    );
    lines.push(...others.reduce((all, chart, i) => sideBySide(all, chart, (i + 1) * (width + GAP)), left!));
  }
  return lines.map((line) => cropped(line, columns));
}

function chartLines(chart: Chart, room: Room): Line[] {
  const head: Line[] = [];
  if (chart.title) head.push([{ text: harmlessLine(chart.title), bold: true }]);
  if (chart.subtitle) head.push([{ text: harmlessLine(chart.subtitle), color: 'faint' }]);
  const series = plottable(chart);
  if (chart.x.categories) {
    const legend = series.length > 1 ? [entriesOf(series)] : [];
    return [...head, ...legend, ...horizontalBars(chart, series, room.columns)];
  }
  const lines = linesIn(series);
  const named = lines.length > 1 ? lines : [];
  const isAlone = namesOf([chart]).length < 2;
  const others = isAlone ? [] : series.filter((one) => !named.includes(one));
  const label: Line = chart.y.label ? [{ text: harmlessLine(chart.y.label), color: 'faint' }] : [];
  const gap = label.length > 0 && others.length > 0 ? [{ text: '   ' }] : [];
  const top = [...label, ...gap, ...entriesOf(others)];
  if (top.length > 0) head.push(top);
  const height = Math.max(LEAST_ROWS, room.rows - head.length - (chart.x.label ? 2 : 1));
  return [...head, ...drawn(chart, series, named, { columns: room.columns, rows: height })];
}

/** Draws marks and names, which tell series apart without colours, too. */
function entriesOf(series: readonly Series[]): Segment[] {
  return series.flatMap(({ kind, color, name }, i) => {
    const mark = { line: '━', points: '⠶', bars: MARKS[i % MARKS.length]! }[kind];
    return [{ text: i === 0 ? '' : '   ' }, { text: mark, color }, { text: ` ${harmlessLine(name)}` }];
  });
}

/** Draws the chart and its axes; `rows` excludes the lines below the drawing. */
function drawn(
  chart: Chart,
  series: readonly Series[],
  named: readonly Series[],
  { columns, rows }: Room,
): Line[] {
  const x = horizontalScale(chart.x, series);
  const y = verticalScale(chart.y, series);
  const yTicks = ticksOf(y, Math.max(2, Math.floor(rows / 3)));
  const indent = yTicks.reduce((most, { label }) => Math.max(most, widthOf(label)), 0) + 1;
  const widest = named.reduce((most, { name }) => Math.max(most, widthOf(harmlessLine(name)) + 1), 0);
  const right = named.length > rows ? 0 : Math.min(widest, Math.floor(columns / 4));
  const width = columns - indent - right;
  if (width < 4) return [[{ text: 'too narrow for a chart', color: 'faint' }]];
  const canvas = new Canvas(width, rows);
  const place = ([a, b]: Point): Point => [
    bounded(placeOf(a, x) * (canvas.dotsWide - 1)),
    bounded((1 - placeOf(b, y)) * (canvas.dotsHigh - 1)),
  ];
  const foot = place([x.from, footOf(y)])[1];
  // Emphasised series are drawn last, above the others.
  for (const one of [...series].sort((a, b) => Number(a.emphasis ?? false) - Number(b.emphasis ?? false))) {
    const points = one.points.map(place);
    const layer = canvas.layer(one.color, one.emphasis);
    if (one.kind === 'points') for (const [a, b] of points) layer.dot(a, b);
    else if (one.kind === 'line') layer.line(points);
    else drawBars(points, foot, layer.column, canvas.dotsWide);
  }
  if (isEmpty(series)) canvas.label(Math.max(0, (width >> 1) - 4), rows >> 1, 'no values', 'faint');
  const axis = withLeftAxis(canvas.rows(), yTicks, indent, (place) => Math.round((1 - place) * (rows - 1)));
  const labels = labelsBelow(ticksOf(x, Math.max(2, Math.floor(width / 10))), width);
  const below: Line[] = [[{ text: ' '.repeat(indent) + labels, color: 'faint' }]];
  if (chart.x.label) {
    const label = cut(harmlessLine(chart.x.label), width);
    const left = indent + Math.max(0, (width - widthOf(label)) >> 1);
    below.push([{ text: ' '.repeat(left) + label, color: 'faint' }]);
  }
  return [...withNames(axis, named, right, (value) => placeOf(value, y)), ...below];
}

/** Limits dots far outside the drawing, which would take long to draw. */
function bounded(dots: number): number {
  return Math.round(Math.max(-1e4, Math.min(1e4, dots)));
}

/** Draws vertical bars, with a free column of dots between neighbours if possible. */
function drawBars(
  points: readonly Point[],
  foot: number,
  column: (x: number, y0: number, y1: number) => void,
  wide: number,
): void {
  const thick = Math.max(1, leastGap(points, wide >> 2) - 1);
  for (const [x, y] of points) {
    const from = x - (thick >> 1);
    for (let i = 0; i < thick; i++) column(from + i, foot, y);
  }
}

/** Adds the names of lines next to their ends, each on a row of its own. */
function withNames(
  rows: readonly Line[],
  named: readonly Series[],
  right: number,
  place: (value: number) => number,
): Line[] {
  if (right < 2) return [...rows];
  const last = rows.length - 1;
  const wanted = named.map(({ points }) =>
    Math.max(0, Math.min(last, (1 - place(points.at(-1)![1])) * last)),
  );
  const places = spreadOut(wanted, 1, 0, last).map(Math.round);
  return rows.map((line, row): Line => {
    const one = named[places.indexOf(row)];
    if (!one) return line;
    return [
      ...line,
      { text: ` ${cut(harmlessLine(one.name), right - 1)}`, color: one.color, bold: one.emphasis ?? false },
    ];
  });
}
