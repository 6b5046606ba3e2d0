import { Box } from 'ink';
import { duration } from '../../format.js';
import { grouped } from '../../numbers.js';
import { footer, help } from '../footer.js';
import { header } from '../header.js';
import { layoutOf } from '../layout.js';
import { fitting, type Line } from '../line.js';
import { chartTitle, inUnit, lossChart } from '../loss-chart.js';
import { progress, secondsLeft, shareDone } from '../progress.js';
import { sample, sampleTitle } from '../sample-view.js';
import type { State } from '../state.js';
import { Lines } from './Lines.js';
import { Panel } from './Panel.js';

/** The whole screen, as large as the state says. */
export function Dashboard({ state }: { state: State }) {
  const head = header(state, state.rows >= 20 ? 2 : 1);
  const layout = layoutOf(state, head.length);
  if (!layout) return <Lines lines={[compactLine(state)]} />;
  const { beside, framed, middle, progressLines } = layout;
  const parts = [
    { title: chartTitle(state), area: layout.chart, draw: (w: number, h: number) => lossChart(state, w, h) },
    { title: sampleTitle(state), area: layout.sample, draw: (w: number, h: number) => sample(state, w, h) },
  ];
  return (
    <Box flexDirection="column">
      <Lines lines={head} />
      <Box flexDirection={beside ? 'row' : 'column'} height={middle}>
        {state.dialog === 'help' ? (
          <Panel title="keys" framed={framed} area={{ width: state.columns, height: middle }} draw={help} />
        ) : (
          parts.map((part) => <Panel key={part.title} framed={framed} {...part} />)
        )}
      </Box>
      <Lines lines={[...progress(state, progressLines), footer(state)]} />
    </Box>
  );
}

/** For a terminal too small for anything else. */
function compactLine(state: State): Line {
  const { last, losses, validations } = state;
  const left = secondsLeft(state);
  const figure = (nats: number | undefined) => (nats === undefined ? '-' : inUnit(nats, state).toFixed(3));
  return fitting(
    [
      {
        text: state.phase === 'training' ? `${Math.floor(100 * shareDone(state))}%` : state.phase,
        bold: true,
      },
      { text: `loss ${figure(losses.recent.at(-1)?.smooth)}` },
      { text: `val ${figure(validations.at(-1)?.loss)}` },
      { text: `ETA ${left === undefined ? '-' : duration(left)}` },
      { text: `step ${grouped(last?.step ?? 0)}` },
    ],
    '  ',
    state.columns,
  );
}
