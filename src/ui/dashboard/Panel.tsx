import { Box } from 'ink';
import { Lines } from '../screen/Lines.js';
import { cut, type Line, widthOf } from '../text/line.js';
import { PALETTE } from '../text/palette.js';
import { isDimmed } from '../text/styled.js';

interface PanelProps {
  /** In ways that get shorter. */
  readonly title: readonly string[];
  readonly area: { readonly width: number; readonly height: number };
  /** Whether there is room for a frame, which bears the title. */
  readonly framed: boolean;
  /** Draws what is inside, of the size given. */
  readonly draw: (width: number, height: number) => readonly Line[];
}

/** Rows from which on a part without a frame has its title nevertheless. */
const TITLED = 6;

/** A part of the screen. */
export function Panel({ title, area: { width, height }, framed, draw }: PanelProps) {
  if (!framed) return <Lines lines={frameless(title, width, height, draw)} width={width} height={height} />;
  return (
    <Box flexDirection="column" width={width} height={height}>
      <Lines lines={[upperEdge(title, width)]} width={width} />
      <Box
        borderStyle="round"
        borderColor={isDimmed('faint') ? undefined : PALETTE.faint}
        borderDimColor={isDimmed('faint')}
        borderTop={false}
        width={width}
        height={height - 1}
        flexDirection="column"
      >
        <Lines lines={draw(width - 2, height - 2)} width={width - 2} height={height - 2} />
      </Box>
    </Box>
  );
}

/** A column is left free at the right, and a row for the title where there are enough. */
function frameless(
  title: PanelProps['title'],
  width: number,
  height: number,
  draw: PanelProps['draw'],
): Line[] {
  const heading: Line[] =
    height < TITLED ? [] : [[{ text: ` ${inShort(title, width - 2)}`, color: 'faint', bold: true }]];
  return [...heading, ...draw(width - 1, height - heading.length)];
}

function upperEdge(title: PanelProps['title'], width: number): Line {
  const heading = inShort(title, width - 6);
  const edge = '─'.repeat(Math.max(0, width - 5 - widthOf(heading)));
  return [
    { text: '╭─ ', color: 'faint' },
    { text: heading, bold: true },
    { text: ` ${edge}╮`, color: 'faint' },
  ];
}

function inShort(ways: PanelProps['title'], width: number): string {
  return ways.find((title) => widthOf(title) <= width) ?? cut(ways.at(-1)!, width);
}
