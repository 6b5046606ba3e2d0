import { duration, harmless } from '../../format.js';
import { grouped } from '../../numbers.js';
import { cut, fitting, type Line, type Picture, sideBySide } from '../text/line.js';
import { footer, help } from './footer.js';
import { gaugesPanel, gaugesTitle } from './gauges-view.js';
import { header } from './header.js';
import { layoutOf } from './layout.js';
import { chartTitle, lossChart } from './loss-chart.js';
import { type Panel, panelLines } from './panel.js';
import { progress, promptLine, secondsLeft, shareDone, stepOf } from './progress.js';
import { sample, sampleTitle } from './sample-view.js';
import { recentLoss } from './series.js';
import type { DashboardState } from './state.js';
import { figure } from './unit.js';

/** Draws the whole screen, or a single line where the terminal is too small for more. */
export function picture(state: DashboardState): Picture {
  const { columns: width } = state;
  const head = header(state, state.rows >= 20 ? 2 : 1);
  const layout = layoutOf(state, head.length);
  if (!layout) return { lines: [compactLine(state)] };
  const height = state.rows - head.length - 1;
  const body =
    state.dialog === 'help'
      ? panelLines({ title: ['keys'], draw: help }, { width, height }, layout.framed)
      : [...panels(state, layout), ...progress(state, layout.progressLines)];
  return { lines: [...head, ...body, footer(state)] };
}

/**
 * Draws the chart and the sample. Gates and gradients replace the sample or, where the sample has few rows,
 * the chart.
 */
function panels(state: DashboardState, layout: NonNullable<ReturnType<typeof layoutOf>>): Line[] {
  const { beside, framed, chart, sample: area } = layout;
  const losses: Panel = { title: chartTitle(state), draw: (w, h) => lossChart(state, w, h) };
  const text: Panel = { title: sampleTitle(state), draw: (w, h) => sample(state, w, h) };
  const gauges: Panel = { title: gaugesTitle(state), draw: (w, h) => gaugesPanel(state, w, h) };
  const { gates } = state.view;
  const first = panelLines(gates && !beside ? gauges : losses, chart, framed);
  const second = panelLines(gates && beside ? gauges : text, area, framed);
  return beside ? sideBySide(first, second, chart.width) : [...first, ...second];
}

/** One line for a tiny terminal: the open dialog, the latest notice, or the figures. */
function compactLine(state: DashboardState): Line {
  const { losses, validations, columns, phase, dialog, notice, trouble } = state;
  if (typeof dialog === 'object') return promptLine(dialog.draft, columns);
  if (dialog || phase === 'stopping') return footer(state);
  if (trouble) return [{ text: cut(harmless(trouble.message), columns), color: 'bad', bold: true }];
  if (notice) return [{ text: cut(notice.text, columns), color: 'accent', bold: true }];
  const left = secondsLeft(state);
  const parts = [
    { text: phase === 'training' ? `${Math.floor(100 * shareDone(state))}%` : phase, bold: true },
    { text: `loss ${figure(recentLoss(losses)?.loss, state)}` },
    { text: `val ${figure(validations.at(-1)?.loss, state)}` },
    { text: `ETA ${left === undefined ? '-' : duration(left)}` },
    { text: `step ${grouped(stepOf(state))}` },
  ];
  return fitting(parts, '  ', columns);
}
