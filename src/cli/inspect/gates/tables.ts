import { percent, table } from '../../../format.js';
import type { GateStatistics, GateUse } from '../../../insight/gates.js';
import { SATURATED } from '../../../model/saturation.js';
import { meanOf } from '../../../numbers.js';
import type { Vocabulary } from '../../../text/vocabulary.js';
import { widthOf } from '../../../ui/text/line.js';
import { styled } from '../../../ui/text/styled.js';
import { columnsToPrint } from '../../output/terminal.js';
import { byFrequency, nameOf } from './characters.js';

/** Rows in the table of characters. */
const CHARACTERS = 24;
/** A character read less often says little about a gate. */
const MIN_COUNT = 50;
/** How many characters to name at each extreme. */
const NAMED = 5;
const LONGEST_MEMORY = 10;
const QUANTILES = [0.1, 0.25, 0.5, 0.75, 0.9, 1];
/** Values are tinted whose distance from the mean is at least this share of the largest. */
const FAR = 0.5;

/** Lays out means over the units, for each layer and gate. */
export function saturationTable({ layers }: GateStatistics): string {
  const rows = layers.flatMap(({ gates }, layer) =>
    gates.map(({ name, activation, left, right, mean }) => [
      String(layer),
      name,
      activation,
      `${percent(meanOf(left), 1).padStart(6)} below ${SATURATED[activation].left}`,
      `${percent(meanOf(right), 1).padStart(6)} above ${SATURATED[activation].right}`,
      mean.toFixed(3),
    ]),
  );
  return table([['layer', 'gate', 'activation', 'saturated left', 'saturated right', 'mean'], ...rows]);
}

/** Lays out the mean of each gate by character, with layers side by side if they fit. */
export function characterTables(statistics: GateStatistics, vocabulary: Vocabulary): string {
  const ids = byFrequency(statistics).slice(0, CHARACTERS);
  const names = ids.map((id) => nameOf(vocabulary, id));
  const first = names.reduce((most, name) => Math.max(most, widthOf(name)), 'character'.length);
  const columns = statistics.layers.flatMap(({ gates }, layer) =>
    gates.map((gate) => ({ heading: `${layer} ${gate.name}`, cells: cellsOf(gate, ids) })),
  );
  const perLayer = statistics.layers[0]!.gates.length;
  const width = columnsToPrint() - first;
  const fit = perLayer * Math.max(1, Math.floor(width / (perLayer * CELL)));
  let out = `mean of each gate at the ${ids.length} commonest characters, by layer\n`;
  for (let from = 0; from < columns.length; from += fit) {
    const shown = columns.slice(from, from + fit);
    const heading = shown.map((column) => column.heading.padStart(CELL)).join('');
    out += `${'character'.padEnd(first)}${heading}\n`;
    ids.forEach((_, row) => {
      const name = names[row]! + ' '.repeat(first - widthOf(names[row]!));
      out += `${name}${shown.map(({ cells }) => cells[row]).join('')}\n`;
    });
    out += '\n';
  }
  return out;
}

/** The width of a number. */
const CELL = 8;

/** Formats numbers, in blue if far below the gate's mean and in orange if far above it. */
function cellsOf({ byCharacter, mean }: GateUse, ids: readonly number[]): string[] {
  const off = ids.map((id) => byCharacter[id]! - mean);
  const most = off.reduce((largest, distance) => Math.max(largest, Math.abs(distance)), 0);
  return ids.map((id, i) => {
    const isFar = most > 0 && Math.abs(off[i]!) >= FAR * most;
    const color = isFar ? (off[i]! < 0 ? 'training' : 'validation') : undefined;
    return styled({ text: byCharacter[id]!.toFixed(3).padStart(CELL), color });
  });
}

/** Names the characters at which the gate that keeps the memory keeps the most of it, and the least. */
export function extremes(statistics: GateStatistics, vocabulary: Vocabulary): string {
  const common = byFrequency(statistics).filter((id) => statistics.counts[id]! >= MIN_COUNT);
  const lines = statistics.layers.flatMap(({ gates }, layer) => {
    const gate = gates.find(({ keeps }) => keeps);
    if (!gate || common.length < 2) return [];
    const sorted = [...common].sort((a, b) => gate.byCharacter[b]! - gate.byCharacter[a]!);
    const named = (ids: readonly number[]) =>
      ids
        .slice(0, NAMED)
        .map((id) => `${nameOf(vocabulary, id)} ${gate.byCharacter[id]!.toFixed(2)}`)
        .join('   ');
    return [
      `layer ${layer}, ${gate.name} keeps the most at   ${named(sorted)}`,
      `         ${' '.repeat(String(layer).length + gate.name.length)}and the least at   ${named(sorted.reverse())}`,
    ];
  });
  return lines.length === 0 ? '' : `${lines.join('\n')}\n\n`;
}

/** Lays out how long units remember: the distribution in each layer, and the units that remember longest. */
export function memoryTable({ layers }: GateStatistics): string {
  const memories = layers.flatMap(({ memory }, layer) => (memory ? [{ layer, memory }] : []));
  if (memories.length === 0) return '';
  const heading = ['layer', ...QUANTILES.map((q) => (q === 1 ? 'longest' : `${100 * q}%`))];
  const rows = memories.map(({ layer, memory }) => {
    const sorted = memory.toSorted();
    return [String(layer), ...QUANTILES.map((q) => inCharacters(quantile(sorted, q)))];
  });
  const longest = memories
    .flatMap(({ layer, memory }) => Array.from(memory, (characters, unit) => ({ layer, unit, characters })))
    .sort((a, b) => b.characters - a.characters)
    .slice(0, LONGEST_MEMORY)
    .map(({ layer, unit, characters }) => [String(layer), String(unit), inCharacters(characters)]);
  return `quantiles of the units' memory in characters, judged by the gate that keeps it
${table([heading, ...rows])}

${table([['layer', 'unit', 'memory'], ...longest])}
`;
}

/**
 * Returns a quantile, interpolated linearly between values.
 * @param sorted in ascending order
 */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return low === high ? low : low + (at - Math.floor(at)) * (high - low);
}

function inCharacters(characters: number): string {
  return characters === Number.POSITIVE_INFINITY ? 'all kept' : characters.toFixed(1);
}
