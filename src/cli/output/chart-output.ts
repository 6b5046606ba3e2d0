import { harmlessLine, quoted } from '../../format.js';
import type { Chart, Figure } from '../../ui/plot/chart.js';
import { linesOf } from '../../ui/plot/terminal.js';
import type { Line } from '../../ui/text/line.js';
import { styled } from '../../ui/text/styled.js';
import { checkOutputFile, withOutputFile } from './output-file.js';
import { columnsToPrint } from './terminal.js';

const ROWS = { alone: 16, among: 11 };

/** Prints charts as wide as standard output. */
export function printFigure(figure: Chart | Figure): void {
  const isAlone = !('charts' in figure) || figure.charts.length === 1;
  const rows = isAlone ? ROWS.alone : ROWS.among;
  printLines(linesOf(figure, { columns: columnsToPrint(), rows }));
}

export function printLines(lines: readonly Line[]): void {
  process.stdout.write(lines.map((line) => `${line.map(styled).join('').trimEnd()}\n`).join(''));
}

const DRAWING = { flag: '--svg', example: 'chart.svg', what: 'a drawing' };

/**
 * Checks that the file of `--svg` can be written, before the work of drawing it.
 * @throws UserError if it cannot
 */
export function checkSvgFile(path: string | undefined): void {
  if (path !== undefined) checkOutputFile(path, { ...DRAWING, inputs: [] });
}

/**
 * Writes the file of `--svg`, and reports it on stderr.
 * @param inputs files that it must not replace
 * @throws UserError if it cannot be written
 */
export async function writeSvg(path: string, svg: string, inputs: readonly string[]): Promise<void> {
  await withOutputFile(path, { ...DRAWING, inputs }, async (write) => write(svg));
  process.stderr.write(`drawing ${harmlessLine(quoted(path))}\n`);
}
