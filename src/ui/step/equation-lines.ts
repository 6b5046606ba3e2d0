import type { Equation } from '../../insight/expression.js';
import { type Line, lineWidth, type Segment } from '../text/line.js';

/** A way to write equations; `WAYS` goes from the longest to the shortest. */
interface Way {
  readonly isTight?: boolean;
  readonly hasSymbols: boolean;
  /** How many of the last stages to write. */
  readonly stages: number;
}

const ALL = Number.POSITIVE_INFINITY;
const WAYS: readonly Way[] = [
  { hasSymbols: true, stages: ALL },
  { hasSymbols: true, stages: ALL, isTight: true },
  { hasSymbols: true, stages: 3 },
  { hasSymbols: false, stages: ALL },
  { hasSymbols: false, stages: ALL, isTight: true },
  { hasSymbols: false, stages: 3 },
  { hasSymbols: false, stages: 2 },
  { hasSymbols: false, stages: 1 },
];

/** The indentation of continued equations. */
const INDENT = 4;

/**
 * Writes equations in at most `height` lines, in the longest way that fits for all of them.
 * @returns the lines of each equation; equations that do not fit are omitted
 */
export function equationLines(equations: readonly Equation[], width: number, height: number): Line[][] {
  const written = WAYS.map((way) => equations.map((one) => linesOf(one, way, width)));
  const fits = (all: readonly Line[][]) => {
    const lines = all.flat();
    return lines.length <= height && lines.every((line) => lineWidth(line) <= width);
  };
  return written.find(fits) ?? written.at(-1)!.slice(0, Math.max(0, height));
}

/** Writes an equation, without spaces in its sums if that keeps it on one line. */
function linesOf(equation: Equation, way: Way, width: number): Line[] {
  const lines = brokenUp(equation, way, width);
  if (lines.length === 1) return lines;
  const tight = brokenUp(equation, { ...way, isTight: true }, width);
  return tight.length === 1 ? tight : lines;
}

/** Breaks an equation before equals signs only; continued lines are indented. */
function brokenUp({ name, symbols, stages }: Equation, way: Way, width: number): Line[] {
  const tight = (text: string) => (way.isTight ? text.replace(/ ([+−]) /g, '$1') : text);
  const last = stages.length - 1;
  const pieces: Line[] = [
    [{ text: name, color: 'accent', bold: true }],
    ...(way.hasSymbols ? [[equals('='), { text: tight(symbols) }]] : []),
    ...stages.slice(-way.stages).map((stage, i): Line => {
      // The first stage follows from the symbols, whatever was omitted.
      const relation = i === 0 ? '=' : stage.relation;
      return [equals(relation), { text: tight(stage.text), bold: stage === stages[last] }];
    }),
  ];
  const lines: Segment[][] = [[]];
  for (const piece of pieces) {
    const line = lines.at(-1)!;
    if (line.length > 0 && lineWidth(line) + lineWidth(piece) > width) {
      lines.push([{ text: ' '.repeat(INDENT - 1) }, ...piece]);
    } else line.push(...piece);
  }
  return lines;
}

function equals(relation: string): Segment {
  return { text: ` ${relation} `, color: 'faint' };
}
