import { keyTable } from '../text/key-table.js';
import { type Line, type Segment, shortened } from '../text/line.js';
import { BINDINGS } from './keys.js';
import type { DashboardState } from './state.js';

/** The keys, as many as fit, or what is to be answered. */
export function footer(state: DashboardState): Line {
  return [{ text: ' ' }, ...shortened(shownKeys(state), '  ', state.columns - 2)];
}

/** What the footer says, in ways that get shorter. */
function shownKeys({ dialog, phase, trouble, now }: DashboardState): Segment[][] {
  if (dialog === 'quit') {
    return ['Stop training? It is saved first.', 'Stop training?'].map((text) => [
      { text, color: 'caution', bold: true },
      key('y', 'yes'),
      key('n', 'no'),
    ]);
  }
  if (dialog === 'help') return [[key('Esc', 'back')]];
  if (dialog) return [[key('Enter', 'write from here'), key('Esc', 'leave it as it was')]];
  if (phase === 'stopping') return [[key('Ctrl-C', 'stop at once')]];
  if (trouble) {
    const seconds = Math.max(0, Math.ceil((trouble.retryAt - now) / 1000));
    return [
      [{ text: `tries again in ${seconds}s` }, key('s', 'now'), key('q', 'quit'), { text: trouble.hint }],
    ];
  }
  const label = (text: string) => (text === 'pause' && phase === 'paused' ? 'go on' : text);
  return [BINDINGS.map((binding) => key(binding.name ?? binding.keys[0]!, label(binding.label)))];
}

function key(name: string, label: string): Segment {
  return { text: `${name} ${label}` };
}

/** What is no key of the screen alone. */
const EXTRA = [
  ['^C', 'stop and save; again: at once'],
  ['^Z', 'into the background; fg returns'],
] as const;

/** Columns of the name of a key. */
const NAME_WIDTH = 4;

/** All keys and what they do. */
export function help(width: number, height: number): Line[] {
  const entries = [...BINDINGS.map(({ keys, name = keys[0]!, label }) => [name, label] as const), ...EXTRA];
  const padded = entries.map(([name, label]) => [name.padStart(NAME_WIDTH), label] as const);
  return keyTable(padded, width, height);
}
