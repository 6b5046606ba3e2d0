import { Box, Text } from 'ink';
import { cut, type Line, widthOf } from '../line.js';
import { PALETTE } from '../palette.js';
import { Lines } from './Lines.js';

interface PanelProps {
  readonly title: string;
  readonly area: { readonly width: number; readonly height: number };
  /** Whether there is room for a frame, which bears the title. */
  readonly framed: boolean;
  /** Draws what is inside, of the size given. */
  readonly draw: (width: number, height: number) => readonly Line[];
}

/** A part of the screen. */
export function Panel({ title, area: { width, height }, framed, draw }: PanelProps) {
  if (!framed) {
    return (
      <Box flexDirection="column" width={width} height={height}>
        <Lines lines={draw(width, height)} />
      </Box>
    );
  }
  const heading = cut(title, width - 6);
  const edge = '─'.repeat(Math.max(0, width - 5 - widthOf(heading)));
  return (
    <Box flexDirection="column" width={width} height={height}>
      <Text color={PALETTE.faint} wrap="truncate">
        ╭─ <Text bold>{heading}</Text> {edge}╮
      </Text>
      <Box
        borderStyle="round"
        borderColor={PALETTE.faint}
        borderTop={false}
        width={width}
        height={height - 1}
        flexDirection="column"
      >
        <Lines lines={draw(width - 2, height - 2)} />
      </Box>
    </Box>
  );
}
