import type { GateStatistics, GateUse, LayerGates } from '../../../insight/gates.js';
import { SATURATED } from '../../../model/saturation.js';
import { clamped } from '../../../numbers.js';
import type { Vocabulary } from '../../../text/vocabulary.js';
import type { Chart, Figure, Point } from '../../../ui/plot/chart.js';
import { byFrequency, nameOf } from './characters.js';

/** How many characters have a bar. */
const BARS = 12;
/** Bins of the memory histogram in characters, half an octave each; the outermost are open. */
const BINS = { ratio: Math.SQRT2, from: 0.1, to: 1e6 };

/** Charts how often each unit is saturated, as Karpathy, Johnson & Li 2015, section 4.2. */
export function saturationFigure(statistics: GateStatistics): Figure {
  const charts = statistics.layers.flatMap(({ gates }, layer) => gates.map((gate) => scatter(gate, layer)));
  return {
    title: 'each dot is a unit, placed by the share of time it is saturated',
    charts,
    columns: statistics.layers[0]!.gates.length,
  };
}

/** Charts how long the units of each layer remember; undefined if no gate keeps the memory. */
export function memoryFigure({ layers }: GateStatistics): Figure | undefined {
  const charts = layers.flatMap(({ memory }, layer) => (memory ? [histogram(memory, layer)] : []));
  return charts.length === 0 ? undefined : { title: '', charts, columns: 2 };
}

/** Combines all charts. */
export function gatesFigure(title: string, statistics: GateStatistics, vocabulary: Vocabulary): Figure {
  const { charts, columns } = saturationFigure(statistics);
  const { layers } = statistics;
  const memory = memoryFigure(statistics)?.charts ?? [];
  const common = byFrequency(statistics).slice(0, BARS);
  const names = common.map((id) => nameOf(vocabulary, id));
  const bars = layers.map((ofLayer, layer) => characterBars(ofLayer, layer, common, names));
  return { title, charts: [...charts, ...memory, ...bars], columns: Math.max(2, columns) };
}

function scatter({ name, activation, left, right }: GateUse, layer: number): Chart {
  const limits = SATURATED[activation];
  const points = Array.from(left, (share, unit): Point => [right[unit]!, share]);
  return {
    title: `layer ${layer}, ${name}`,
    x: { label: `share of time above ${limits.right}`, from: 0, to: 1 },
    y: { label: `share of time below ${limits.left}`, from: 0, to: 1 },
    series: [{ name: 'a unit', kind: 'points', points, color: 'training' }],
  };
}

function histogram(memory: Float64Array, layer: number): Chart {
  const counts = new Map<number, number>();
  for (const characters of memory.filter(Number.isFinite)) {
    const within = clamped(characters, { minimum: BINS.from, maximum: BINS.to });
    const bin = Math.floor(Math.log(within) / Math.log(BINS.ratio));
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }
  const points = Array.from(counts, ([bin, units]): Point => [BINS.ratio ** (bin + 0.5), units]);
  return {
    title: `layer ${layer}, memory`,
    x: { label: 'characters', log: true },
    y: { label: 'units' },
    series: [
      {
        name: 'units by length of memory',
        kind: 'bars',
        points: points.sort(([a], [b]) => a - b),
        color: 'good',
      },
    ],
  };
}

/** Charts the gate that keeps the memory, or else the first gate, as each character is read. */
function characterBars(
  { gates }: LayerGates,
  layer: number,
  common: readonly number[],
  names: readonly string[],
): Chart {
  const gate = gates.find(({ keeps }) => keeps) ?? gates[0]!;
  const points = common.map((id, at): Point => [at, gate.byCharacter[id]!]);
  const from = gate.activation === 'sigmoid' ? { from: 0 } : {};
  return {
    title: `layer ${layer}, ${gate.name} by character`,
    x: { label: '', categories: names },
    y: { label: '', ...from },
    series: [{ name: `mean of ${gate.name} over the units`, kind: 'bars', points, color: 'further' }],
  };
}
