import { grouped } from '../../numbers.js';
import { Canvas } from '../plot/canvas.js';
import { type AxisScale, decimalsOf, placeOf, ticks } from '../plot/scale.js';
import type { Line } from '../text/line.js';
import type { Bucket } from './series.js';
import type { DashboardState, Validation } from './state.js';
import { inUnit } from './unit.js';

/** Room for the numbers of the loss axis, its line included, at least. */
const AXIS_WIDTH = 6;
const LEAST_SPAN = 0.02;
/** Cells from one validation mark to the next, at least. */
const MARK_DISTANCE = 3;
const BEST = { text: '★', color: 'validation', bold: true } as const;

/** What the chart shows, in a few words. */
export function chartTitle({ view }: DashboardState): string[] {
  const rest = ` · ${view.recent ? 'recent' : 'whole run'}${view.log ? ' · log' : ''}`;
  return [`loss · ${view.unit} a character${rest}`, `loss · ${view.unit}${rest}`];
}

/**
 * The chart of the losses: training raw (faint) and smoothed, validation as marks, baselines as dashed lines, axes
 * with numbers.
 */
export function lossChart(state: DashboardState, width: number, height: number): Line[] {
  const { buckets, validations } = visible(state);
  if (buckets.length === 0 || width < 2 * AXIS_WIDTH || height < 2) {
    return [[{ text: ' waiting for the first step', color: 'faint' }]];
  }
  const x = horizontal(state, buckets);
  const y = vertical(state, buckets, validations);
  const labels = lossLabels(y, height - 1);
  const axisWidth = Math.max(AXIS_WIDTH, ...labels.map(({ text }) => text.length + 1));
  const canvas = new Canvas(width - axisWidth, height - 1);
  const column = (step: number) => Math.round(placeOf(step, x) * (canvas.dotsWide - 1));
  const row = (nats: number) => Math.round((1 - placeOf(inUnit(nats, state), y)) * (canvas.dotsHigh - 1));

  drawRaw(canvas, buckets, column, row);
  drawSmoothed(canvas, buckets, column, row);
  drawValidations(canvas, validations, column, row);
  if (state.best) canvas.mark(column(state.best.step), row(state.best.loss), BEST);
  drawBaselines(canvas, state, row);
  return [...framed(canvas, labels, axisWidth), stepAxis(state, x, canvas.width, axisWidth)];
}

function visible({ losses, validations, view }: DashboardState): {
  buckets: readonly Bucket[];
  validations: Validation[];
} {
  if (!view.recent) return { buckets: losses.buckets, validations: [...validations] };
  const from = losses.recent[0]?.step ?? 0;
  return { buckets: losses.recent, validations: validations.filter(({ step }) => step >= from) };
}

function horizontal({ view }: DashboardState, buckets: readonly Bucket[]): AxisScale {
  const to = Math.max(2, buckets.at(-1)!.step);
  return { from: view.recent ? Math.min(buckets[0]!.step, to - 1) : 0, to, log: false };
}

/** The span of what is shown, without the spikes of single steps, and a little more. */
function vertical(
  state: DashboardState,
  buckets: readonly Bucket[],
  validations: readonly Validation[],
): AxisScale {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  const include = (loss: number) => {
    low = Math.min(low, loss);
    high = Math.max(high, loss);
  };
  for (const { smooth } of buckets) include(smooth);
  for (const { loss } of validations) include(loss);
  const more = Math.max(0.06 * (high - low), (LEAST_SPAN - (high - low)) / 2);
  const from = Math.max(low - more, low / 2);
  return { from: inUnit(from, state), to: inUnit(high + more, state), log: state.view.log };
}

type Place = (value: number) => number;

/** The lowest and the highest loss of the steps in each bucket. */
function drawRaw(canvas: Canvas, buckets: readonly Bucket[], column: Place, row: Place): void {
  const layer = canvas.layer('faint');
  for (const { step, low, high } of buckets) {
    layer.dot(column(step), row(high));
    layer.dot(column(step), row(low));
  }
}

/** A mark each, but the smoothed line must stay to be seen between them. */
function drawValidations(
  canvas: Canvas,
  validations: readonly Validation[],
  column: Place,
  row: Place,
): void {
  let free = 0;
  for (const { step, loss } of validations) {
    const x = column(step);
    if (x < free) continue;
    canvas.mark(x, row(loss), { text: '•', color: 'validation' });
    free = x + 2 * MARK_DISTANCE;
  }
}

function drawSmoothed(canvas: Canvas, buckets: readonly Bucket[], column: Place, row: Place): void {
  const layer = canvas.layer('training', true);
  let [x0, y0] = [column(buckets[0]!.step), row(buckets[0]!.smooth)];
  for (const { step, smooth } of buckets) {
    const [x1, y1] = [column(step), row(smooth)];
    for (let x = x0; x <= x1; x++) {
      const at = (place: number) => Math.round(y0 + ((y1 - y0) * (place - x0)) / Math.max(1, x1 - x0));
      layer.column(x, at(x), x < x1 ? at(x + 1) : y1);
    }
    [x0, y0] = [x1, y1];
  }
}

/** A dashed line each, with its name at the right end, or at the left where the loss is at the right. */
function drawBaselines(canvas: Canvas, { baselines }: DashboardState, row: Place): void {
  const taken = new Set<number>();
  for (const { name, loss } of baselines) {
    const at = row(loss) >> 2;
    if (at < 0 || at >= canvas.height || taken.has(at)) continue;
    taken.add(at);
    const isNamed = canvas.label(canvas.width - name.length - 1, at, ` ${name}`, 'faint');
    if (!isNamed) canvas.label(0, at, `${name} `, 'faint');
    canvas.fill(at, '╌', 'faint');
  }
}

interface Label {
  readonly row: number;
  readonly text: string;
}

/** The numbers of the loss axis, at most one in two rows. */
function lossLabels(y: AxisScale, height: number): Label[] {
  const marks = ticks(y, Math.max(1, Math.floor(height / 2)));
  const decimals = decimalsOf(marks);
  return marks.map((tick) => ({
    row: Math.round((1 - placeOf(tick, y)) * (4 * height - 1)) >> 2,
    text: tick.toFixed(decimals),
  }));
}

/** The drawing with the loss axis at its left. */
function framed(canvas: Canvas, labels: readonly Label[], axisWidth: number): Line[] {
  return canvas.rows().map((line, row): Line => {
    const label = labels.find((one) => one.row === row)?.text;
    const axis = `${(label ?? '').padStart(axisWidth - 1)}${label === undefined ? '│' : '┤'}`;
    return [{ text: axis, color: 'faint' }, ...line];
  });
}

/** Numbers under the drawing, in steps or epochs, and at the right what they count. */
function stepAxis({ view, start }: DashboardState, x: AxisScale, width: number, indent: number): Line {
  const perEpoch = view.axis === 'epochs' ? (start?.stepsPerEpoch ?? 1) : 1;
  const scale = { from: x.from / perEpoch, to: x.to / perEpoch, log: false };
  const name = view.axis === 'epochs' ? ' epoch' : ' step';
  const marks = ticks(scale, Math.max(2, Math.floor(width / (grouped(Math.round(scale.to)).length + 4))));
  const decimals = view.axis === 'epochs' ? decimalsOf(marks) : 0;
  const isShown = (tick: number) => view.axis === 'epochs' || Math.abs(tick - Math.round(tick)) < 1e-6;
  const room = width - name.length;
  let text = '';
  for (const tick of marks.filter(isShown)) {
    const label = decimals > 0 ? tick.toFixed(decimals) : grouped(Math.round(tick));
    const at = Math.round(placeOf(tick, scale) * (width - 1));
    const from = Math.max(0, at - Math.floor(label.length / 2));
    if (from < text.length + (text === '' ? 0 : 1) || from + label.length > room) continue;
    text = text.padEnd(from) + label;
  }
  return [{ text: ' '.repeat(indent) + text.padEnd(room) + name, color: 'faint' }];
}
