import { Text } from 'ink';
import type { Line } from '../line.js';
import { PALETTE } from '../palette.js';

/** Rows of styled text, each on a line of its own. */
export function Lines({ lines }: { lines: readonly Line[] }) {
  return lines.map((line, row) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place
    <Text key={row} wrap="truncate">
      {line.length === 0 ? ' ' : line.map(styled)}
    </Text>
  ));
}

function styled({ text, color, bold }: Line[number], index: number) {
  if (color === undefined && !bold) return text;
  const style = { ...(color && { color: PALETTE[color] }), ...(bold && { bold }) };
  return (
    <Text key={index} {...style}>
      {text}
    </Text>
  );
}
