import { harmlessLine, quoted } from '../format.js';
import type { Chart, Figure } from '../ui/plot/chart.js';
import { linesOf } from '../ui/plot/terminal.js';
import { styled } from '../ui/styled.js';
import { withPage } from './page-file.js';

const ROWS = { alone: 16, among: 11 };
const USUAL_COLUMNS = 80;

/** Prints charts as wide as standard output. */
export function printFigure(figure: Chart | Figure): void {
  const columns = process.stdout.columns || USUAL_COLUMNS;
  const isAlone = !('charts' in figure) || figure.charts.length === 1;
  const lines = linesOf(figure, { columns, rows: isAlone ? ROWS.alone : ROWS.among });
  process.stdout.write(lines.map((line) => `${line.map(styled).join('').trimEnd()}\n`).join(''));
}

/**
 * Writes what `--svg` asks for, and says so.
 * @param inputs files that it may not replace
 * @throws UserError where it cannot be written
 */
export async function writeSvg(path: string, svg: string, inputs: readonly string[]): Promise<void> {
  await withPage(path, { flag: '--svg', example: 'chart.svg', what: 'a drawing', inputs }, async (write) =>
    write(svg),
  );
  process.stderr.write(`drawing ${harmlessLine(quoted(path))}\n`);
}
