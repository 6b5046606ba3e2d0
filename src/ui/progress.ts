import { duration, harmless, rate } from '../format.js';
import { grouped } from '../numbers.js';
import { fitting, type Line, type Segment, widthOf } from './line.js';
import { inUnit } from './loss-chart.js';
import type { State } from './state.js';
import { verdictOf } from './verdict.js';

/** Share of the run that is over, from 0 to 1. */
export function shareDone({ start, last, active }: State): number {
  if (!start || !last) return 0;
  if (start.totalSteps !== undefined) return last.step / start.totalSteps;
  return Math.min(1, active / 60_000 / (start.minutes ?? 1));
}

/** Seconds to go, by the pace of this session; undefined before there is one. */
export function secondsLeft({ start, last, active }: State): number | undefined {
  if (!start || !last || last.step === start.step) return undefined;
  if (start.totalSteps === undefined) return (start.minutes ?? 0) * 60 - active / 1000;
  return ((active / 1000) * (start.totalSteps - last.step)) / (last.step - start.step);
}

/** How far the run is, how fast it goes, and how well: at most `most` lines, the verdict always the last. */
export function progress(state: State, most: number): Line[] {
  const width = state.columns - 2;
  const line = (parts: readonly (Segment | undefined)[]): Line => [
    { text: ' ' },
    ...fitting(parts, '   ', width),
  ];
  const lines = [bar(state, width), line(losses(state)), line(pace(state))];
  return [...lines.slice(0, most - 1), [{ text: ' ' }, ...verdict(state, width)]];
}

function bar(state: State, width: number): Line {
  const { start, last } = state;
  const epochs = start?.totalSteps === undefined ? undefined : start.totalSteps / start.stepsPerEpoch;
  const epoch = Math.ceil(last?.epoch ?? 0);
  const left = secondsLeft(state);
  const percent = `${Math.floor(100 * shareDone(state))}%`;
  const steps = start?.totalSteps === undefined ? '' : ` of ${grouped(start.totalSteps)}`;
  const before = `epoch ${grouped(epoch)}${epochs === undefined ? '' : ` of ${grouped(Number(epochs.toFixed(1)))}`} `;
  const after = fitting(
    [
      { text: ` ${percent}`, bold: true },
      { text: `ETA ${left === undefined ? '-' : duration(left)}` },
      { text: `step ${grouped(last?.step ?? 0)}${steps}` },
    ],
    '   ',
    Math.max(0, width - widthOf(before) - 6),
  );
  const room = width - widthOf(before) - after.reduce((sum, { text }) => sum + widthOf(text), 0);
  const filled = Math.round(2 * Math.max(0, room) * Math.min(1, shareDone(state)));
  const heavy = '━'.repeat(filled >> 1) + (filled % 2 === 1 ? '╸' : '');
  return [
    { text: ` ${before}` },
    { text: heavy, color: 'good' },
    { text: '─'.repeat(Math.max(0, room - heavy.length)), color: 'faint' },
    ...after,
  ];
}

/** The losses, each with the mark that it has on the chart. */
function losses(state: State): (Segment | undefined)[] {
  const { best } = state;
  const figure = (nats: number | undefined) => (nats === undefined ? '-' : inUnit(nats, state).toFixed(3));
  return [
    { text: `training ${figure(state.losses.recent.at(-1)?.smooth)}`, color: 'training', bold: true },
    { text: `validation • ${figure(state.validations.at(-1)?.loss)}`, color: 'validation', bold: true },
    best && {
      text: `best ★ ${figure(best.loss)} at step ${grouped(best.step)}`,
      color: 'validation',
      bold: true,
    },
    { text: `${state.view.unit}/char` },
  ];
}

function pace({ last, lr, clipped, memory, active, now, began, clip }: State): (Segment | undefined)[] {
  const paused = now - began - active;
  return [
    { text: `${grouped(last?.charsPerSecond ?? 0)} chars/s` },
    last && {
      text: `gradient ${last.gradNorm.toFixed(2)}${clip > 0 ? ` (${Math.round(100 * clipped)}% clipped)` : ''}`,
    },
    last && { text: `rate ${rate(last.lr)} of ${rate(lr)}` },
    { text: `${grouped(Math.round(memory / 2 ** 20))} MB` },
    { text: `elapsed ${duration(active / 1000)}` },
    paused > 1000 ? { text: `paused ${duration(paused / 1000)}` } : undefined,
  ];
}

/** One plain sentence: what was asked for, or how the run goes. */
function verdict(state: State, width: number): Line {
  const { notice, phase, dialog } = state;
  if (typeof dialog === 'object') return promptLine(dialog.draft, width);
  if (phase === 'stopping') {
    return fitting(
      [{ text: 'stopping after this step, and saving; Ctrl-C stops at once', color: 'bad' }],
      '',
      width,
    );
  }
  const { text, color } = verdictOf(state);
  return fitting(
    [
      notice && { text: notice.text, color: 'accent', bold: true },
      phase === 'paused' ? { text: 'paused: p goes on', color: 'caution', bold: true } : undefined,
      { text, color },
    ],
    '   ',
    width,
  );
}

/** The prompt as it is typed: its end, where it is longer than the line. */
function promptLine(draft: string, width: number): Line {
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
