import { horizontalScale, spreadOut, type Tick, ticksOf, verticalScale, written } from './axis.js';
import {
  type Chart,
  isEmpty,
  leastGap,
  linesIn,
  namesOf,
  type Point,
  plottable,
  type Series,
} from './chart.js';
import { type AxisScale, footOf } from './scale.js';
import { across, type Box, barPath, dotsPath, linePath, short, upwards } from './svg-marks.js';
import { fitted, text, textWidth } from './svg-text.js';

const ROW = { title: 22, subtitle: 17, label: 18, ticks: 20 };
const SMALL = 11;
/** The least distance of two names at the ends of lines, in pixels. */
const NAME_GAP = 14;
const BAR = { height: 11, gap: 3, between: 11 };
/** The width of vertical bars as a share of the distance of two neighbours. */
const BAR_SHARE = 0.85;
/** The height of a drawing as a share of its width; categories take the height that they need. */
const SHAPE = 0.52;
const EDGE = 12;

/** Returns the height of a chart of this width, in pixels. */
export function heightOf(chart: Chart, width: number): number {
  const inner = chart.x.categories
    ? chart.x.categories.length * groupHeight(chart) + BAR.between
    : Math.round(SHAPE * width);
  return headHeight(chart) + inner + footHeight(chart);
}

function groupHeight(chart: Chart): number {
  return Math.max(1, plottable(chart).length) * (BAR.height + BAR.gap) + BAR.between;
}

function headHeight({ title, subtitle, x, y }: Chart): number {
  const label = x.categories === undefined && y.label !== '' ? ROW.label : 0;
  return (title ? ROW.title : 0) + (subtitle ? ROW.subtitle : 0) + label + 8;
}

function footHeight({ x, y }: Chart): number {
  return ROW.ticks + ((x.categories ? y : x).label === '' ? 0 : ROW.label) + 6;
}

/** Returns whether lines are named at their ends rather than in the legend. */
export function namesItsLines(chart: Chart, width: number): boolean {
  const { length } = linesIn(plottable(chart));
  return length > 1 && length * NAME_GAP <= SHAPE * width;
}

/** Draws a chart as elements. @param named whether lines are named at their ends */
export function panel(chart: Chart, box: Box, named: boolean): string {
  const { left, width } = box;
  let top = box.top;
  let out = '';
  const row = (words: string | undefined, height: number, look: { size: number; kind: string }) => {
    if (!words) return;
    top += height;
    out += text(left, top - 5, fitted(words, width, look.size), look);
  };
  row(chart.title, ROW.title, { size: 14, kind: 'strong' });
  row(chart.subtitle, ROW.subtitle, { size: 12, kind: 'faint' });
  if (!chart.x.categories) row(chart.y.label, ROW.label, { size: SMALL, kind: 'faint' });
  const inner = { top: top + 8, height: box.top + box.height - top - 8 - footHeight(chart) };
  const outer = { ...box, ...inner };
  return out + (chart.x.categories ? horizontalBars(chart, outer) : numericChart(chart, outer, named));
}

function numericChart(chart: Chart, outer: Box, named: boolean): string {
  const series = plottable(chart);
  const x = horizontalScale(chart.x, series);
  const y = verticalScale(chart.y, series);
  const yTicks = ticksOf(y, Math.max(2, Math.floor(outer.height / 42)));
  const lines = named ? linesIn(series) : [];
  const ends = lines.reduce((most, { name }) => Math.max(most, textWidth(name, SMALL) + 8), EDGE);
  const right = Math.min(ends, 0.3 * outer.width);
  const indent = 8 + yTicks.reduce((most, { label }) => Math.max(most, textWidth(label, SMALL)), 0);
  const box = { ...outer, left: outer.left + indent, width: outer.width - indent - right };
  let out = '';
  for (const { place, label } of yTicks) {
    const at = box.top + (1 - place) * box.height;
    out += rule(box.left, at, box.left + box.width, at);
    out += text(box.left - 6, at + 4, label, { size: SMALL, kind: 'faint end' });
  }
  out += bottomAxis(ticksOf(x, Math.max(2, Math.floor(box.width / 64))), chart.x.label, box);
  out += clipped(box, series.map((one) => marks(one, series, x, y, box)).join(''));
  if (isEmpty(series)) out += nothing(box);
  return out + endNames(lines, y, box, right);
}

/** Draws one series of a chart with a numeric x axis. */
function marks(one: Series, all: readonly Series[], x: AxisScale, y: AxisScale, box: Box): string {
  const points = one.points.map(([a, b]): Point => [across(a, x, box), upwards(b, y, box)]);
  if (points.length === 0) return '';
  if (one.kind === 'line') return `<path class="line ${look(one)}" d="${linePath(points)}"/>`;
  if (one.kind === 'points') return `<path class="dots ${look(one)}" d="${dotsPath(points)}"/>`;
  const bars = all.filter(({ kind }) => kind === 'bars');
  const whole = Math.max(0.5, BAR_SHARE * leastGap(points, box.width / 4));
  const part = whole / bars.length;
  const from = bars.indexOf(one) * part - whole / 2;
  const foot = upwards(footOf(y), y, box);
  const path = points.map(([place, end]) => barPath(place + from, foot, place + from + part, end)).join('');
  return `<path class="bars ${look(one)}" d="${path}"/>`;
}

function look({ color, emphasis }: Series): string {
  return `c-${color}${emphasis ? ' heavy' : ''}`;
}

/** Draws horizontal bars, with the names of the categories at the left and the numbers at the ends. */
function horizontalBars(chart: Chart, outer: Box): string {
  const categories = chart.x.categories!;
  const series = plottable(chart);
  const scale = verticalScale(chart.y, series);
  const widest = categories.reduce((most, name) => Math.max(most, textWidth(name, 12)), 0);
  const room = Math.min(0.4 * outer.width, widest + 10);
  const box = { ...outer, left: outer.left + room, width: outer.width - room - 44 };
  const foot = across(footOf(scale), scale, box);
  const high = groupHeight(chart);
  const step = BAR.height + BAR.gap;
  let out = bottomAxis(ticksOf(scale, Math.max(2, Math.floor(box.width / 80))), chart.y.label, box, true);
  let bars = '';
  categories.forEach((category, i) => {
    const middle = box.top + BAR.between / 2 + (i + 0.5) * high;
    out += text(box.left - 8, middle + 4, fitted(category, room - 8, 12), { size: 12, kind: 'end' });
    series.forEach((one, j) => {
      const top = middle - (series.length * step - BAR.gap) / 2 + j * step;
      for (const [, value] of one.points.filter(([at]) => at === i)) {
        const end = across(value, scale, box);
        bars += `<path class="bars ${look(one)}" d="${barPath(foot, top, end, top + BAR.height)}"/>`;
        const seen = Math.max(foot, Math.min(box.left + box.width, end));
        out += text(seen + 5, top + BAR.height - 2, written(value), { size: 10, kind: 'faint' });
      }
    });
  });
  return out + clipped(box, bars) + (isEmpty(series) ? nothing(box) : '');
}

/** Draws the numbers and the label below a drawing, omitting numbers that would overlap. */
function bottomAxis(ticks: readonly Tick[], label: string, box: Box, ruled = false): string {
  const base = box.top + box.height;
  let out = ruled ? '' : rule(box.left, base, box.left + box.width, base, 'axis');
  let free = Number.NEGATIVE_INFINITY;
  for (const { place, label } of ticks) {
    const at = box.left + place * box.width;
    const half = textWidth(label, SMALL) / 2;
    if (ruled) out += rule(at, box.top, at, base);
    if (at - half < free) continue;
    free = at + half + 8;
    if (!ruled) out += rule(at, base, at, base + 4, 'axis');
    out += text(at, base + 16, label, { size: SMALL, kind: 'faint middle' });
  }
  if (!label) return out;
  const words = fitted(label, box.width, SMALL);
  const look = { size: SMALL, kind: 'faint middle' };
  return out + text(box.left + box.width / 2, base + 16 + ROW.label, words, look);
}

function endNames(lines: readonly Series[], y: AxisScale, box: Box, right: number): string {
  const within = (at: number) => Math.max(box.top, Math.min(box.top + box.height, at));
  const wanted = lines.map(({ points }) => within(upwards(points.at(-1)![1], y, box)));
  const places = spreadOut(wanted, NAME_GAP, box.top, box.top + box.height);
  return lines
    .map((one, i) => {
      const look = { size: SMALL, kind: `name c-${one.color}${one.emphasis ? ' strong' : ''}` };
      return text(box.left + box.width + 7, places[i]! + 4, fitted(one.name, right - 8, SMALL), look);
    })
    .join('');
}

function nothing({ left, top, width, height }: Box): string {
  return text(left + width / 2, top + height / 2, 'no values', { size: 12, kind: 'faint middle' });
}

function rule(x0: number, y0: number, x1: number, y1: number, kind = 'grid'): string {
  return `<path class="${kind}" d="M${short(x0)} ${short(y0)}L${short(x1)} ${short(y1)}"/>`;
}

/** Clips elements to the drawing and a small margin by means of an inner SVG. */
function clipped({ left, top, width, height }: Box, elements: string): string {
  if (!elements) return '';
  const [x, y, w, h] = [left - 4, top - 4, width + 8, height + 8].map(short);
  return `<svg x="${x}" y="${y}" width="${w}" height="${h}" viewBox="${x} ${y} ${w} ${h}">${elements}</svg>`;
}

/** Returns the entries of the legend: none if there is only one series. */
export function legendOf(charts: readonly Chart[], isNamed: (chart: Chart) => boolean): Series[] {
  if (namesOf(charts).length < 2) return [];
  const unnamed = ({ series }: Chart) => series.filter(({ kind }) => kind !== 'line');
  return namesOf(charts.map((chart) => (isNamed(chart) ? { ...chart, series: unnamed(chart) } : chart)));
}
