import { Box } from 'ink';
import { duration, harmless } from '../../format.js';
import { grouped } from '../../numbers.js';
import { Lines } from '../screen/Lines.js';
import { cut, fitting, type Line } from '../text/line.js';
import { footer, help } from './footer.js';
import { gaugesPanel, gaugesTitle } from './gauges-view.js';
import { header } from './header.js';
import { type Layout, layoutOf } from './layout.js';
import { chartTitle, lossChart } from './loss-chart.js';
import { Panel } from './Panel.js';
import { progress, promptLine, secondsLeft, shareDone, stepOf } from './progress.js';
import { sample, sampleTitle } from './sample-view.js';
import type { State } from './state.js';
import { figure } from './unit.js';

/** The whole screen, as large as the state says. */
export function Dashboard({ state }: { state: State }) {
  const { columns } = state;
  const head = header(state, state.rows >= 20 ? 2 : 1);
  const layout = layoutOf(state, head.length);
  if (!layout) return <Lines lines={[compactLine(state)]} width={columns} />;
  const { framed } = layout;
  const body = state.rows - head.length - 1;
  return (
    <Box flexDirection="column">
      <Lines lines={head} width={columns} />
      {state.dialog === 'help' ? (
        <Panel title={['keys']} framed={framed} area={{ width: columns, height: body }} draw={help} />
      ) : (
        <Body state={state} layout={layout} />
      )}
      <Lines lines={[footer(state)]} width={columns} />
    </Box>
  );
}

function Body({ state, layout }: { state: State; layout: Layout }) {
  const { beside, framed, middle, progressLines, chart } = layout;
  const parts = partsOf(state, beside);
  return (
    <>
      <Box flexDirection={beside ? 'row' : 'column'} height={middle}>
        <Panel {...parts[0]} framed={framed} area={chart} />
        <Panel {...parts[1]} framed={framed} area={layout.sample} />
      </Box>
      <Lines lines={progress(state, progressLines)} width={state.columns} />
    </>
  );
}

type Part = Pick<Parameters<typeof Panel>[0], 'title' | 'draw'>;

/** Chart and sample. Gates and gradients are in the place of the sample or, where that has few rows, of the chart. */
function partsOf(state: State, beside: boolean): [Part, Part] {
  const chart: Part = { title: chartTitle(state), draw: (w, h) => lossChart(state, w, h) };
  const text: Part = { title: sampleTitle(state), draw: (w, h) => sample(state, w, h) };
  if (!state.view.gates) return [chart, text];
  const gauges: Part = { title: gaugesTitle(state), draw: (w, h) => gaugesPanel(state, w, h) };
  return beside ? [chart, gauges] : [gauges, text];
}

/** For a terminal too small for anything else: what is asked or was said just now, or the figures. */
function compactLine(state: State): Line {
  const { losses, validations, columns, phase, dialog, notice, trouble } = state;
  if (typeof dialog === 'object') return promptLine(dialog.draft, columns);
  if (dialog || phase === 'stopping') return footer(state);
  if (trouble) return [{ text: cut(harmless(trouble.message), columns), color: 'bad', bold: true }];
  if (notice) return [{ text: cut(notice.text, columns), color: 'accent', bold: true }];
  const left = secondsLeft(state);
  return fitting(
    [
      { text: phase === 'training' ? `${Math.floor(100 * shareDone(state))}%` : phase, bold: true },
      { text: `loss ${figure(losses.recent.at(-1)?.smooth, state)}` },
      { text: `val ${figure(validations.at(-1)?.loss, state)}` },
      { text: `ETA ${left === undefined ? '-' : duration(left)}` },
      { text: `step ${grouped(stepOf(state))}` },
    ],
    '  ',
    columns,
  );
}
