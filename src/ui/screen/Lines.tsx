import { Transform } from 'ink';
import { useMemo } from 'react';
import { cropped, type Line } from '../text/line.js';
import { styled } from '../text/styled.js';

interface LinesProps {
  readonly lines: readonly Line[];
  readonly columns: number;
  readonly rows: number;
}

/**
 * Draws lines of styled text, cropped to the size of the screen.
 *
 * Ink remembers the size of every text it has laid out, so text that changes in each frame would fill the
 * memory. It lays out blanks of the right size instead, which become the lines when it draws them.
 */
export function Lines({ lines, columns, rows }: LinesProps) {
  const blanks = useMemo(() => Array(rows).fill(' '.repeat(columns)).join('\n'), [columns, rows]);
  const draw = (_blank: string, row: number) =>
    cropped(lines[row] ?? [], columns)
      .map(styled)
      .join('');
  return <Transform transform={draw}>{blanks}</Transform>;
}
