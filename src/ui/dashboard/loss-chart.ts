import { grouped } from '../../numbers.js';
import { ticksOf } from '../plot/axis.js';
import { Canvas } from '../plot/canvas.js';
import { type AxisScale, placeOf } from '../plot/scale.js';
import { labelsBelow, withLeftAxis } from '../plot/terminal-axes.js';
import type { Line } from '../text/line.js';
import type { Bucket } from './series.js';
import type { DashboardState, Validation } from './state.js';
import { inUnit } from './unit.js';

/** The least number of columns of the loss axis, its line included. */
const AXIS_WIDTH = 6;
/** The least span of the loss axis, in nats. */
const LEAST_SPAN = 0.02;
/** The least distance of two validation marks, in columns. */
const MARK_DISTANCE = 3;
const BEST = { text: '★', color: 'validation', bold: true } as const;

/** Returns the title of the chart and a shorter one. */
export function chartTitle({ view }: DashboardState): string[] {
  const rest = ` · ${view.recent ? 'recent' : 'whole run'}${view.log ? ' · log' : ''}`;
  return [`loss · ${view.unit} per character${rest}`, `loss · ${view.unit}${rest}`];
}

/**
 * Draws the raw (faint) and smoothed training loss, validations as marks and baselines as dashed lines, in at
 * most `height` lines of `width` columns.
 */
export function lossChart(state: DashboardState, width: number, height: number): Line[] {
  const { buckets, validations } = visible(state);
  if (buckets.length === 0 || width < 2 * AXIS_WIDTH || height < 2) {
    return [[{ text: ' waiting for the first step', color: 'faint' }]];
  }
  const x = horizontal(state, buckets);
  const y = vertical(state, buckets, validations);
  const rows = height - 1;
  const ticks = ticksOf(y, Math.max(1, Math.floor(rows / 2)));
  const axisWidth = Math.max(AXIS_WIDTH, ...ticks.map(({ label }) => label.length + 1));
  const canvas = new Canvas(width - axisWidth, rows);
  const column = (step: number) => Math.round(placeOf(step, x) * (canvas.dotsWide - 1));
  const dotOf = (place: number) => Math.round((1 - place) * (canvas.dotsHigh - 1));
  const row = (nats: number) => dotOf(placeOf(inUnit(nats, state), y));

  const raw = canvas.layer('faint');
  for (const { step, low, high } of buckets) for (const loss of [low, high]) raw.dot(column(step), row(loss));
  canvas.layer('training', true).line(buckets.map(({ step, smooth }) => [column(step), row(smooth)]));
  drawValidations(canvas, validations, column, row);
  if (state.best) canvas.mark(column(state.best.step), row(state.best.loss), BEST);
  drawBaselines(canvas, state, row);
  const drawing = withLeftAxis(canvas.rows(), ticks, axisWidth, (place) => dotOf(place) >> 2);
  return [...drawing, stepAxis(state, x, canvas.width, axisWidth)];
}

function visible({ losses, validations, view }: DashboardState) {
  if (!view.recent) return { buckets: losses.buckets, validations };
  const from = losses.recent[0]?.step ?? 0;
  return { buckets: losses.recent, validations: validations.filter(({ step }) => step >= from) };
}

function horizontal({ view }: DashboardState, buckets: readonly Bucket[]): AxisScale {
  const to = Math.max(2, buckets.at(-1)!.step);
  return { from: view.recent ? Math.min(buckets[0]!.step, to - 1) : 0, to, log: false };
}

/** Returns the scale of the losses, with a margin; spikes of single steps may lie outside. */
function vertical(
  state: DashboardState,
  buckets: readonly Bucket[],
  validations: readonly Validation[],
): AxisScale {
  const losses = [...buckets.map(({ smooth }) => smooth), ...validations.map(({ loss }) => loss)];
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  const more = Math.max(0.06 * (high - low), (LEAST_SPAN - (high - low)) / 2);
  const from = Math.max(low - more, low / 2);
  return { from: inUnit(from, state), to: inUnit(high + more, state), log: state.view.log };
}

type Place = (value: number) => number;

/** Marks validations, omitting some so that the smoothed line stays visible between them. */
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

/**
 * Draws each baseline as a dashed line, named at its right end, or at the left where the loss is in the way.
 */
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

/** The labels below the drawing, in steps or epochs, and their unit at the right. */
function stepAxis({ view, start }: DashboardState, x: AxisScale, width: number, indent: number): Line {
  const isEpochs = view.axis === 'epochs';
  const perUnit = isEpochs ? (start?.stepsPerEpoch ?? 1) : 1;
  const scale = { from: x.from / perUnit, to: x.to / perUnit, log: false, whole: !isEpochs };
  const name = isEpochs ? ' epoch' : ' step';
  const most = Math.max(2, Math.floor(width / (grouped(Math.round(scale.to)).length + 4)));
  const room = width - name.length;
  const text = labelsBelow(ticksOf(scale, most), width, { room, gap: 1 }).padEnd(room) + name;
  return [{ text: ' '.repeat(indent) + text, color: 'faint' }];
}
