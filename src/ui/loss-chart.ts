import { grouped } from '../numbers.js';
import { Canvas } from './canvas.js';
import type { Line } from './line.js';
import { decimalsOf, placeOf, type Scale, ticks } from './scale.js';
import type { Bucket } from './series.js';
import type { State, Validation } from './state.js';

/** Room for the numbers of the loss axis, its line included. */
const AXIS_WIDTH = 6;
const LEAST_SPAN = 0.02;
/** Cells from one validation mark to the next, at least. */
const MARK_DISTANCE = 3;
const BEST = { text: '★', color: 'validation', bold: true } as const;

/** Nats in the unit that is shown. */
export function inUnit(nats: number, { view }: Pick<State, 'view'>): number {
  return view.unit === 'nats' ? nats : nats / Math.LN2;
}

/** What the chart shows, in a few words. */
export function chartTitle({ view }: State): string {
  return `loss · ${view.unit} a character · ${view.recent ? 'recent' : 'whole run'}${view.log ? ' · log' : ''}`;
}

/**
 * The chart of the losses: training raw (faint) and smoothed, validation as marks, baselines as dashed lines, axes
 * with numbers.
 */
export function lossChart(state: State, width: number, height: number): Line[] {
  const canvas = new Canvas(width - AXIS_WIDTH, height - 1);
  const { buckets, validations } = visible(state);
  if (buckets.length === 0 || canvas.width < 4 || canvas.height < 1) {
    return [[{ text: ' waiting for the first step', color: 'faint' }]];
  }
  const x = horizontal(state, buckets);
  const y = vertical(state, buckets, validations);
  const column = (step: number) => Math.round(placeOf(step, x) * (canvas.dotsWide - 1));
  const row = (nats: number) => Math.round((1 - placeOf(inUnit(nats, state), y)) * (canvas.dotsHigh - 1));

  drawRaw(canvas, buckets, column, row);
  drawSmoothed(canvas, buckets, column, row);
  drawValidations(canvas, validations, column, row);
  if (state.best) canvas.mark(column(state.best.step), row(state.best.loss), BEST);
  drawBaselines(canvas, state, row);
  return framed(canvas, state, x, y);
}

function visible({ losses, validations, view }: State): {
  buckets: readonly Bucket[];
  validations: Validation[];
} {
  if (!view.recent) return { buckets: losses.buckets, validations: [...validations] };
  const from = losses.recent[0]?.step ?? 0;
  return { buckets: losses.recent, validations: validations.filter(({ step }) => step >= from) };
}

function horizontal({ view }: State, buckets: readonly Bucket[]): Scale {
  const to = Math.max(2, buckets.at(-1)!.step);
  return { from: view.recent ? Math.min(buckets[0]!.step, to - 1) : 0, to, log: false };
}

/** The span of what is shown, without the spikes of single steps, and a little more. */
function vertical(state: State, buckets: readonly Bucket[], validations: readonly Validation[]): Scale {
  const losses = [...buckets.map((bucket) => bucket.smooth), ...validations.map(({ loss }) => loss)];
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const loss of losses) {
    low = Math.min(low, loss);
    high = Math.max(high, loss);
  }
  const span = Math.max(high - low, LEAST_SPAN);
  const from = Math.max(low - 0.08 * span, 1e-4);
  return { from: inUnit(from, state), to: inUnit(high + 0.05 * span, state), log: state.view.log };
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
function drawBaselines(canvas: Canvas, { baselines }: State, row: Place): void {
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

/** The drawing with its axes. */
function framed(canvas: Canvas, state: State, x: Scale, y: Scale): Line[] {
  const marks = ticks(y, Math.max(1, Math.floor(canvas.height / 2)));
  const decimals = decimalsOf(marks);
  const labels = new Map(
    marks.map((tick) => {
      const row = Math.round((1 - placeOf(tick, y)) * (canvas.dotsHigh - 1)) >> 2;
      return [row, tick.toFixed(decimals)];
    }),
  );
  const rows = canvas.rows().map((line, row): Line => {
    const label = labels.get(row);
    const axis =
      label === undefined ? `${' '.repeat(AXIS_WIDTH - 1)}│` : `${label.padStart(AXIS_WIDTH - 1)}┤`;
    return [{ text: axis, color: 'faint' }, ...line];
  });
  return [...rows, [{ text: ' '.repeat(AXIS_WIDTH) + stepAxis(state, x, canvas.width), color: 'faint' }]];
}

/** Numbers under the drawing, in steps or epochs, and at the right what they count. */
function stepAxis({ view, start }: State, x: Scale, width: number): string {
  const perEpoch = view.axis === 'epochs' ? (start?.stepsPerEpoch ?? 1) : 1;
  const scale = { from: x.from / perEpoch, to: x.to / perEpoch, log: false };
  const name = view.axis === 'epochs' ? ' epoch' : ' step';
  const marks = ticks(scale, Math.max(1, Math.floor(width / 12)));
  const decimals = decimalsOf(marks);
  const room = width - name.length;
  let text = '';
  for (const tick of marks) {
    const label = view.axis === 'epochs' ? tick.toFixed(decimals) : grouped(tick);
    const at = Math.round(placeOf(tick, scale) * (width - 1));
    const from = Math.max(0, at - Math.floor(label.length / 2));
    if (from < text.length + (text === '' ? 0 : 1) || from + label.length > room) continue;
    text = text.padEnd(from) + label;
  }
  return text.padEnd(room) + name;
}
