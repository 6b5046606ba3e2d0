import { SUSPEND_KEY } from '../screen/suspend.js';
import { type KeyEntry, keyTable } from '../text/key-table.js';
import { indented, type Line, type Segment, shortened } from '../text/line.js';
import { BINDINGS } from './keys.js';
import type { DashboardState } from './state.js';

/** Draws the keys that fit, or the answers to an open question. */
export function footer(state: DashboardState): Line {
  return indented(shortened(footerVariants(state), '  ', state.columns - 2));
}

/** Returns the contents of the footer and shorter variants. */
function footerVariants({ dialog, phase, trouble, now }: DashboardState): Segment[][] {
  if (dialog === 'quit') {
    return ['Stop training? A checkpoint is saved first.', 'Stop training?'].map((text) => [
      { text, color: 'caution', bold: true },
      key('y', 'yes'),
      key('n', 'no'),
    ]);
  }
  if (dialog === 'help') return [[key('Esc', 'back')]];
  if (dialog) return [[key('Enter', 'write from here'), key('Esc', 'cancel')]];
  if (phase === 'stopping') return [[key('Ctrl-C', 'stop at once')]];
  if (trouble) {
    const seconds = Math.max(0, Math.ceil((trouble.retryAt - now) / 1000));
    return [[{ text: `retrying in ${seconds}s` }, key('s', 'now'), key('q', 'quit'), { text: trouble.hint }]];
  }
  const label = (text: string) => (text === 'pause' && phase === 'paused' ? 'continue' : text);
  return [BINDINGS.map((binding) => key(binding.name ?? binding.keys[0]!, label(binding.label)))];
}

function key(name: string, label: string): Segment {
  return { text: `${name} ${label}` };
}

/** Keys that work in every dialog. */
const EXTRA: readonly KeyEntry[] = [['^C', 'stop and save; again: at once'], ...SUSPEND_KEY];

/** Columns for the name of a key. */
const NAME_WIDTH = 4;

/** Draws all keys and what they do. */
export function help(width: number, height: number): Line[] {
  const entries = [...BINDINGS.map(({ keys, name = keys[0]!, label }) => [name, label] as const), ...EXTRA];
  const padded = entries.map(([name, label]) => [name.padStart(NAME_WIDTH), label] as const);
  return keyTable(padded, NAME_WIDTH, width, height);
}
