import { ExitCode, UserError } from '../../errors.js';
import { grouped } from '../../numbers.js';

const LF = 10;
const CR = 13;

/**
 * Reads a grid of characters, such as a level of a game, column by column from the left, each from the top:
 * the result has one line for each column. What stands side by side in the grid is then near in the text,
 * and a network that writes it builds the level from left to right (Summerville and Mateas 2016, "Super Mario
 * as a String").
 * @param points code points of the grid; a line end at its end is no line
 * @param name of the text, for errors
 * @throws UserError if the lines differ in length
 */
export function byColumn(points: ArrayLike<number>, name: string): Uint32Array {
  const lines = linesOf(points);
  const width = lines[0]?.length ?? 0;
  const ragged = lines.findIndex(({ length }) => length !== width);
  if (ragged >= 0) {
    throw new UserError(
      `${name} is no grid: its line ${grouped(ragged + 1)} has ${grouped(lines[ragged]!.length)} characters, ` +
        `and its first line ${grouped(width)}`,
      'Make all of its lines equally long, or leave out --by-column.',
      ExitCode.badData,
    );
  }
  const transposed = new Uint32Array(Math.max(0, width * (lines.length + 1) - 1)).fill(LF);
  lines.forEach((line, row) => {
    for (let column = 0; column < width; column++) {
      transposed[column * (lines.length + 1) + row] = line[column]!;
    }
  });
  return transposed;
}

/**
 * Turns a text that has one line for each column of a grid back into the lines of the grid. What a network
 * has written may have columns of different lengths: the shorter ones end in spaces.
 */
export function fromColumns(text: string): string {
  const columns = text.split('\n').map((column) => Array.from(column));
  const height = columns.reduce((most, { length }) => Math.max(most, length), 0);
  return Array.from({ length: height }, (_, row) =>
    columns.map((column) => column[row] ?? ' ').join(''),
  ).join('\n');
}

/** Splits a text at LF and CR LF. */
function linesOf(points: ArrayLike<number>): number[][] {
  const lines: number[][] = [[]];
  for (let i = 0; i < points.length; i++) {
    const last = lines.at(-1)!;
    if (points[i] !== LF) last.push(points[i]!);
    else {
      if (last.at(-1) === CR) last.pop();
      lines.push([]);
    }
  }
  if (lines.length > 1 && lines.at(-1)!.length === 0) lines.pop();
  return lines;
}
