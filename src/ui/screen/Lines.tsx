import { Transform } from 'ink';
import { useMemo } from 'react';
import type { Line } from '../text/line.js';
import { styled } from '../text/styled.js';

interface LinesProps {
  readonly lines: readonly Line[];
  readonly width: number;
  readonly height?: number;
}

/**
 * Rows of styled text, each on a line of its own.
 *
 * Ink remembers the size of every text it has ever laid out, so text that changes with each frame would fill the
 * memory. It is given blanks of the right size to lay out, and the lines when it draws them.
 */
export function Lines({ lines, width, height = lines.length }: LinesProps) {
  const blanks = useMemo(() => Array(height).fill(' '.repeat(width)).join('\n'), [width, height]);
  return <Transform transform={(_blank, row) => (lines[row] ?? []).map(styled).join('')}>{blanks}</Transform>;
}
