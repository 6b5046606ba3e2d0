import { grouped } from '../../numbers.js';
import type { GaugesEvent } from '../../train/events.js';
import { cut, filled, indented, type Line, lineWidth, type Segment, shortened } from '../text/line.js';
import { alarms, dwarfing, isStuck } from './gauges.js';
import type { DashboardState } from './state.js';

type Layer = GaugesEvent['layers'][number];
type Gate = Layer['gates'][number];

/**
 * Saturated near the lower bound, unsaturated, saturated near the upper bound: distinct without colours, too.
 */
const LOW = { text: '▒', color: 'training' } as const;
const BETWEEN = { text: '─', color: 'faint' } as const;
const HIGH = { text: '█', color: 'validation' } as const;

const SPARKS = '▁▂▃▄▅▆▇█';
/** The least ratio of the highest to the lowest spark: small changes should look small. */
const LEAST_RATIO = 10;
/** The least useful columns of a bar. */
const LEAST_BAR = 3;

/** Returns the title of the panel and a shorter one. */
export function gaugesTitle({ gauges }: DashboardState): string[] {
  const step = gauges.last ? ` · step ${grouped(gauges.last.step)}` : '';
  return [`gates and gradients${step}`, `gates${step}`];
}

/**
 * Draws for each layer the norm of its gradient, now and over time, and for each gate the share of units and
 * time in which it is saturated; below, any warnings and a legend.
 */
export function gaugesPanel(state: DashboardState, width: number, height: number): Line[] {
  const { last } = state.gauges;
  const inner = Math.max(1, width - 2);
  if (!last) {
    const text = state.phase === 'paused' ? 'measured when training continues' : 'measured at the next step';
    return [[{ text: ` ${cut(text, inner)}`, color: 'faint' }]];
  }
  const body = layersIn(state, last, inner, height - 1);
  const free = height - body.length;
  const warnings = alarms(last).map(({ color, variants }) => {
    const words = variants.map((variant): [Segment] => [{ text: `! ${variant}`, color, bold: true }]);
    return shortened(words, '', inner);
  });
  const foot = free > warnings.length ? [...warnings, legend(inner)] : warnings.slice(0, Math.max(0, free));
  return [...filled(body, Math.max(body.length, height - foot.length)), ...foot].map(indented);
}

/** Draws all layers in as much detail as fits; if there is not enough room, the first ones. */
function layersIn(state: DashboardState, last: GaugesEvent, width: number, height: number): Line[] {
  const linesBy = (draw: typeof inDetail) =>
    last.layers.flatMap((layer, index) => draw(state, layer, index, width));
  for (const draw of [inDetail, inTwoRows]) {
    const lines = linesBy(draw);
    if (lines.length <= height) return lines;
  }
  const rows = linesBy(inOneRow);
  if (rows.length <= height) return rows;
  const shown = rows.slice(0, Math.max(0, height - 1));
  const left = rows.length - shown.length;
  return [...shown, [{ text: `and ${left} more ${left === 1 ? 'layer' : 'layers'}`, color: 'faint' }]];
}

function inDetail(state: DashboardState, { gates }: Layer, layer: number, width: number): Line[] {
  return [
    gradientRow(state, layer, width),
    ...gates.map((gate): Line => {
      const shares = ` ${percent(gate.left)} ${percent(gate.right)}`;
      const name = `  ${gate.name} `;
      const room = Math.max(1, width - name.length - shares.length);
      const color = isStuck(gate) ? 'caution' : undefined;
      return [{ text: name, color }, ...bar(gate, room), { text: shares, color }];
    }),
  ];
}

function inTwoRows(state: DashboardState, { gates }: Layer, layer: number, width: number): Line[] {
  return [gradientRow(state, layer, width), [{ text: '  ' }, ...gateRow(gates, width - 2)]];
}

function inOneRow(state: DashboardState, { gates }: Layer, layer: number, width: number): Line[] {
  const { norm, look } = normOf(state, layer);
  const number = String(layer).padStart(String(state.gauges.last!.layers.length - 1).length);
  const head = { text: `${number} ${norm.padEnd(7)} `, ...look };
  return [[head, ...gateRow(gates, width - lineWidth([head]))]];
}

/** Draws the norm of a layer's gradient, now and over time. All layers share one logarithmic scale. */
function gradientRow(state: DashboardState, layer: number, width: number): Line {
  const { norm, look } = normOf(state, layer);
  const head: Segment = { text: `layer ${layer}  gradient ${norm.padEnd(7)} `, ...look };
  return [head, { text: sparks(state, layer, width - lineWidth([head])), color: 'accent' }];
}

function normOf({ gauges }: DashboardState, layer: number): { norm: string; look: Partial<Segment> } {
  const { gradNorm } = gauges.last!.layers[layer]!;
  const isSmall = gradNorm < 0.001 && gradNorm > 0;
  const isFar = dwarfing(gauges.last!, layer) !== undefined;
  return {
    norm: isSmall ? gradNorm.toExponential(1) : gradNorm.toFixed(3),
    look: isFar ? { color: 'bad', bold: true } : {},
  };
}

function sparks({ gauges: { norms } }: DashboardState, layer: number, width: number): string {
  const shown = norms.slice(-Math.max(0, width));
  const all = shown.flat().filter((norm) => norm > 0);
  if (width <= 0 || all.length === 0) return '';
  const high = all.reduce((a, b) => Math.max(a, b));
  const low = all.reduce((a, b) => Math.min(a, b), high / LEAST_RATIO);
  const place = (norm: number) => Math.log(Math.max(norm, low) / low) / Math.log(high / low);
  return shown.map((ofAll) => SPARKS[Math.round(place(ofAll[layer]!) * (SPARKS.length - 1))]!).join('');
}

/** Draws all gates of a layer side by side. */
function gateRow(gates: readonly Gate[], width: number): Line {
  const each = Math.max(LEAST_BAR + 2, Math.floor((width + 1) / gates.length));
  const fit = gates.slice(0, Math.max(1, Math.floor((width + 1) / each)));
  return fit.flatMap((gate, i): Line => {
    const color = isStuck(gate) ? 'caution' : undefined;
    return [{ text: `${i > 0 ? ' ' : ''}${gate.name}`, color }, ...bar(gate, each - 1 - gate.name.length)];
  });
}

function bar({ left, right }: Gate, width: number): Segment[] {
  const high = Math.round(right * width);
  const low = Math.min(width - high, Math.round(left * width));
  return [
    { ...LOW, text: LOW.text.repeat(low) },
    { ...BETWEEN, text: BETWEEN.text.repeat(width - low - high) },
    { ...HIGH, text: HIGH.text.repeat(high) },
  ];
}

function percent(share: number): string {
  return `${Math.round(100 * share)}%`.padStart(4);
}

/** Explains the marks. */
function legend(width: number): Line {
  const words = (low: string, high: string): Segment[] => [
    { text: `${LOW.text} ${low}`, color: LOW.color },
    { text: `${HIGH.text} ${high}`, color: HIGH.color },
  ];
  const faint = (text: string): Segment => ({ text, color: 'faint' });
  const variants = [
    [faint('share of units and time saturated:'), ...words('shut (tanh: near -1)', 'open (near 1)')],
    [faint('saturated:'), ...words('shut or -1', 'open or 1')],
    [faint('% saturated:'), ...words('shut, -1', 'open, 1')],
    words('shut or -1', 'open or 1'),
  ];
  return shortened(variants, ' ', width);
}
