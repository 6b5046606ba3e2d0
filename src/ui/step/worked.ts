import { type Line, type Segment, widthOf } from '../line.js';
import type { Equation } from './shown.js';

/** Ways to write equations, each shorter than the one before. */
interface Way {
  readonly isTight?: boolean;
  readonly hasSymbols: boolean;
  /** So many stages, the last ones. */
  readonly stages: number;
}

const ALL = Number.POSITIVE_INFINITY;
const WAYS: readonly Way[] = [
  { hasSymbols: true, stages: ALL },
  { hasSymbols: true, stages: ALL, isTight: true },
  { hasSymbols: false, stages: ALL },
  { hasSymbols: false, stages: ALL, isTight: true },
  { hasSymbols: false, stages: 2 },
  { hasSymbols: false, stages: 1 },
];

/** Columns that a line goes in which goes on with an equation. */
const INDENT = 4;

/** Equations in at most so many lines; as much of each as fits in the same way for all. */
export function worked(equations: readonly Equation[], width: number, height: number): Line[] {
  const written = WAYS.map((way) => equations.flatMap((one) => linesOf(one, way, width)));
  const fits = (lines: readonly Line[]) =>
    lines.length <= height && lines.every((line) => widthIn(line) <= width);
  return (written.find(fits) ?? written.at(-1)!).slice(0, Math.max(0, height));
}

function widthIn(line: Line): number {
  return line.reduce((sum, { text }) => sum + widthOf(text), 0);
}

/** An equation as long as its lines have room, and going on indented: broken before an equals sign alone. */
function linesOf({ name, symbols, stages }: Equation, way: Way, width: number): Line[] {
  const tight = (text: string) => (way.isTight ? text.replace(/ ([+−]) /g, '$1') : text);
  const last = stages.length - 1;
  const pieces: Line[] = [
    [{ text: name, color: 'accent', bold: true }],
    ...(way.hasSymbols ? [[equals('='), { text: tight(symbols) }]] : []),
    ...stages.slice(-way.stages).map((stage): Line => {
      const isResult = stage === stages[last];
      return [equals(stage.relation), { text: tight(stage.text), bold: isResult }];
    }),
  ];
  const lines: Segment[][] = [[]];
  for (const piece of pieces) {
    const line = lines.at(-1)!;
    if (line.length > 0 && widthIn(line) + widthIn(piece) > width) {
      lines.push([{ text: ' '.repeat(INDENT - 1) }, ...piece]);
    } else line.push(...piece);
  }
  return lines;
}

function equals(relation: string): Segment {
  return { text: ` ${relation} `, color: 'faint' };
}
