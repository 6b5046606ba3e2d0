// Makes docs/guide/dashboard.svg: trains in a real pseudo-terminal and draws the screen late in the run.
//
//     npm run capture

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Cell, PseudoTerminal } from '../test/helpers/terminal.js';

const OUTPUT = fileURLToPath(new URL('guide/dashboard.svg', import.meta.url));
const SIZE = { columns: 110, rows: 30 };
const COMMAND = '$charlstm train --minutes 2';

/** The pixels of a cell and of the frame around the screen. */
const [WIDTH, HEIGHT, MARGIN] = [8, 17, 14];
const [BACKGROUND, FOREGROUND] = ['#16181d', '#d6d8dc'];

function svg(rows: readonly (readonly Cell[])[]): string {
  const [width, height] = [SIZE.columns * WIDTH + 2 * MARGIN, SIZE.rows * HEIGHT + 2 * MARGIN];
  const body = rows.flatMap((cells, row) => cells.map((cell, column) => draw(cell, column, row)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`,
    ` font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13" fill="${FOREGROUND}">`,
    '<title>The dashboard of charlstm in a terminal</title>',
    `<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>`,
    ...body.filter((part) => part !== ''),
    '</svg>\n',
  ].join('\n');
}

function draw({ text, color, bold }: Cell, column: number, row: number): string {
  if (text.trim() === '') return '';
  const [x, y] = [MARGIN + column * WIDTH, MARGIN + row * HEIGHT];
  const fill = color ? ` fill="${color}"` : '';
  const code = text.codePointAt(0)!;
  if (code > 0x2800 && code < 0x2900) return braille(code - 0x2800, x, y, fill);
  const weight = bold ? ' font-weight="bold"' : '';
  const safe = text.replace(/[&<]/g, (character) => (character === '&' ? '&amp;' : '&lt;'));
  return `<text x="${x}" y="${y + 13}"${fill}${weight}>${safe}</text>`;
}

/** Braille is drawn dot by dot, since fonts differ in where they put the dots. */
function braille(dots: number, x: number, y: number, fill: string): string {
  const places = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];
  const path = places.flatMap((bit, i) => {
    if ((dots & bit) === 0) return [];
    const [left, top] = [x + 1 + (i % 2) * 4, y + 1 + Math.floor(i / 2) * 4.25];
    return `M${left} ${top}h2.4v2.4h-2.4z`;
  });
  return `<path d="${path.join('')}"${fill}/>`;
}

const folder = await mkdtemp(join(tmpdir(), 'charlstm-capture-'));
const terminal = new PseudoTerminal(folder, COMMAND, {
  ...SIZE,
  env: { COLORTERM: 'truecolor' },
  patience: 600_000,
});
try {
  await terminal.until(/─ 8\d%/);
  await terminal.until((text) => hasSample(text.split('\n')[13]!));
  await writeFile(OUTPUT, svg(terminal.cells));
  terminal.type('qy');
  await terminal.ended;
  process.stdout.write(`${OUTPUT}\n`);
} finally {
  terminal.kill();
  await rm(folder, { recursive: true, force: true });
}

/** Returns whether the sample has reached a row. */
function hasSample(line: string): boolean {
  return /││ .*\w/.test(line);
}
