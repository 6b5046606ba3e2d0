import { duration, harmless, rate } from '../../format.js';
import { grouped } from '../../numbers.js';
import {
  cut,
  fitting,
  indented,
  type Line,
  lineWidth,
  type Segment,
  shortened,
  widthOf,
} from '../text/line.js';
import { recentLoss } from './series.js';
import type { DashboardState } from './state.js';
import { figure } from './unit.js';
import { verdictOf } from './verdict.js';

/** The least columns of the bar; the number of the step gives way to it. */
const LEAST_BAR = 12;

/** Returns the completed share of the run, from 0 to 1. */
export function shareDone(state: DashboardState): number {
  const { start } = state;
  if (!start) return 0;
  if (start.totalSteps !== undefined) return stepOf(state) / start.totalSteps;
  return Math.min(1, secondsTrained(state) / (60 * (start.minutes ?? 1)));
}

/** Returns the number of completed steps, including earlier sessions. */
export function stepOf({ start, last }: DashboardState): number {
  return last?.step ?? start?.step ?? 0;
}

function secondsTrained({ start, activeMs }: DashboardState): number {
  return (start?.seconds ?? 0) + activeMs / 1000;
}

/** Estimates the remaining seconds from the pace of this session; undefined before its first step. */
export function secondsLeft(state: DashboardState): number | undefined {
  const { start, last, activeMs, phase } = state;
  if (!start || !last || last.step === start.step || phase === 'stopping') return undefined;
  if (start.totalSteps === undefined) return (start.minutes ?? 0) * 60 - secondsTrained(state);
  return ((activeMs / 1000) * (start.totalSteps - last.step)) / (last.step - start.step);
}

/** Draws progress, losses, speed and verdict in `most` lines; the verdict is always the last. */
export function progress(state: DashboardState, most: number): Line[] {
  const width = state.columns - 2;
  const lines = [bar(state, width), losses(state, width), pace(state, width)];
  return [...lines.slice(0, most - 1), verdict(state, width)].map(indented);
}

function bar(state: DashboardState, width: number): Line {
  const { start } = state;
  const epochs = start?.totalSteps === undefined ? undefined : start.totalSteps / start.stepsPerEpoch;
  const epoch = Math.ceil(stepOf(state) / (start?.stepsPerEpoch ?? 1));
  const left = secondsLeft(state);
  const percent = `${Math.floor(100 * shareDone(state))}%`;
  const steps = start?.totalSteps === undefined ? '' : ` of ${grouped(start.totalSteps)}`;
  const before = `epoch ${grouped(epoch)}${epochs === undefined ? '' : ` of ${grouped(Number(epochs.toFixed(1)))}`} `;
  const parts = [
    { text: ` ${percent}`, bold: true },
    { text: `ETA ${left === undefined ? '-' : `${start?.patience ? '≤ ' : ''}${duration(left)}`}` },
    { text: `step ${grouped(stepOf(state))}${steps}` },
  ];
  const after = fitting(parts, '   ', Math.max(0, width - widthOf(before) - LEAST_BAR));
  const room = width - widthOf(before) - lineWidth(after);
  const filled = Math.round(2 * Math.max(0, room) * Math.min(1, shareDone(state)));
  const heavy = '━'.repeat(filled >> 1) + (filled % 2 === 1 ? '╸' : '');
  return [
    { text: before },
    { text: heavy, color: 'good' },
    { text: '─'.repeat(Math.max(0, room - heavy.length)), color: 'faint' },
    ...after,
  ];
}

/** Draws the losses, each with its mark on the chart. */
function losses(state: DashboardState, width: number): Line {
  const { best } = state;
  const training = figure(recentLoss(state.losses)?.loss, state);
  const validation = figure(state.validations.at(-1)?.loss, state);
  const star = best && `best ★ ${figure(best.loss, state)}`;
  const part = (color: 'training' | 'validation', text: string): Segment => ({ text, color, bold: true });
  const long = [
    part('training', `training ${training}`),
    part('validation', `validation • ${validation}`),
    best && part('validation', `${star} at step ${grouped(best.step)}`),
    { text: `${state.view.unit}/char` },
  ];
  const short = [
    part('training', `train ${training}`),
    part('validation', `val • ${validation}`),
    star === undefined ? undefined : part('validation', star),
  ];
  return shortened([long, short], '   ', width);
}

/** Draws speed, gradient, learning rate and memory. */
function pace(
  { last, lr, clippedShare, memory, activeMs, now, startedAt, clip }: DashboardState,
  width: number,
): Line {
  const paused = now - startedAt - activeMs;
  const speed = { text: `${grouped(last?.charsPerSecond ?? 0)} chars/s` };
  const share = clip > 0 ? ` (${Math.round(100 * clippedShare)}% clipped)` : '';
  const gradient = last && { text: `gradient ${last.gradNorm.toFixed(2)}${share}` };
  const megabytes = `${grouped(Math.round(memory / 2 ** 20))} MB`;
  const long = [
    last && { text: `rate ${rate(last.lr)} (peak ${rate(lr)})` },
    { text: `memory ${megabytes}` },
    paused > 1000 ? { text: `paused ${duration(paused / 1000)}` } : undefined,
  ];
  const short = [last && { text: `rate ${rate(last.lr)} of ${rate(lr)}` }, { text: `mem ${megabytes}` }];
  const variants = [long, short].map((rest) => [speed, gradient, ...rest]);
  return shortened(variants, '  ', width);
}

/** Draws one plain sentence: the latest notice, or the verdict. */
function verdict(state: DashboardState, width: number): Line {
  const { notice, phase, dialog, trouble } = state;
  if (typeof dialog === 'object') return promptLine(dialog.draft, width);
  if (phase === 'stopping') return [{ text: cut('saving and stopping', width), color: 'bad', bold: true }];
  if (trouble) return [{ text: cut(harmless(trouble.message), width), color: 'bad', bold: true }];
  const { text, color } = verdictOf(state);
  const parts: Segment[] = [];
  if (notice) parts.push({ text: notice.text, color: 'accent', bold: true });
  if (phase === 'paused') parts.push({ text: 'paused: p continues', color: 'caution', bold: true });
  parts.push({ text, color });
  const [first, ...rest] = parts;
  return fitting([{ ...first!, text: cut(first!.text, width) }, ...rest], '   ', width);
}

/** Draws the end of the prompt that is being edited. */
export function promptLine(draft: string, width: number): Line {
  const label = 'prompt: ';
  const shown = harmless(draft).replaceAll('\n', '↵').replaceAll('\t', '⇥');
  const segments = Array.from(new Intl.Segmenter().segment(shown), ({ segment }) => segment);
  while (segments.length > 0 && widthOf(segments.join('')) > width - label.length - 1) segments.shift();
  return [
    { text: label, color: 'accent', bold: true },
    { text: segments.join('') },
    { text: '▌', color: 'accent' },
  ];
}
