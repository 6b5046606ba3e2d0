import { duration, harmlessLine } from '../../format.js';
import { amountOf, grouped } from '../../numbers.js';
import { cut, fitting, type Line, lineWidth, type Segment, spread } from '../text/line.js';
import type { DashboardState } from './state.js';

const PHASES: Record<DashboardState['phase'], Segment> = {
  starting: { text: '○ starting', color: 'faint' },
  training: { text: '● training', color: 'good', bold: true },
  paused: { text: '‖ paused', color: 'caution', bold: true },
  stopping: { text: '■ stopping', color: 'bad', bold: true },
};

/** Training waits because something cannot be written. */
const WAITING: Segment = { text: '‖ not saved', color: 'bad', bold: true };

/**
 * Draws the corpus, model, engine, run folder and phase: in two lines if one is too short and `most` allows
 * it.
 */
export function header(state: DashboardState, most: 1 | 2): Line[] {
  const { start, columns } = state;
  const width = columns - 2;
  const phase = state.trouble && state.phase !== 'stopping' ? WAITING : PHASES[state.phase];
  const status: Line = [phase, { text: `  ${duration(state.activeMs / 1000)}` }];
  const statusWidth = lineWidth(status);
  if (!start) return [spread([{ text: 'charlstm', bold: true }], status, width)];
  const what: Segment[] = [
    { text: cut(harmlessLine(start.corpus), Math.floor(columns / 3)), bold: true },
    { text: start.model },
    { text: `${grouped(start.parameters)} parameters` },
  ];
  const where: Segment[] = [
    { text: `${start.engine}, ${amountOf(start.threads, 'thread')}` },
    { text: cut(harmlessLine(start.run), Math.floor(columns / 2)) },
  ];
  const room = width - statusWidth - 2;
  const inOne = fitting([...what, ...where], ' · ', room);
  const isWhole = inOne.length === 2 * (what.length + where.length) - 1;
  if (isWhole || most === 1) return [spread(inOne, status, width)];
  return [spread(fitting(what, ' · ', room), status, width), spread(fitting(where, ' · ', width), [], width)];
}
