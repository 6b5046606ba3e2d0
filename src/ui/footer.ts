import { BINDINGS } from './keys.js';
import { fitting, type Line, type Segment } from './line.js';
import type { State } from './state.js';

/** The keys, as many as fit, or what is to be answered. */
export function footer({ dialog, columns, phase }: State): Line {
  const width = columns - 2;
  if (dialog === 'quit') {
    const question = { text: 'Stop training? It is saved first.', color: 'caution', bold: true } as const;
    return [{ text: ' ' }, ...fitting([question, key('y', 'yes'), key('n', 'no')], '  ', width)];
  }
  if (dialog === 'help') return [{ text: ' ' }, ...fitting([key('Esc', 'back')], '  ', width)];
  if (dialog) {
    const keys = [key('Enter', 'write from here'), key('Esc', 'leave it as it was')];
    return [{ text: ' ' }, ...fitting(keys, '  ', width)];
  }
  const shown = BINDINGS.map(({ keys, label }) =>
    key(keys[0]!, label === 'pause' && phase === 'paused' ? 'go on' : label),
  );
  return [{ text: ' ' }, ...fitting(shown, '  ', width)];
}

function key(name: string, label: string): Segment {
  return { text: `${name} ${label}` };
}

/** All keys and what they do, in as many columns as the height asks for. */
export function help(width: number, height: number): Line[] {
  const entries = [...BINDINGS.map(({ keys, label }) => [keys[0]!, label] as const), ...EXTRA];
  const columns = Math.ceil(entries.length / Math.max(1, height));
  const perColumn = Math.ceil(entries.length / columns);
  const columnWidth = Math.floor(width / columns);
  return Array.from({ length: perColumn }, (_, row) =>
    Array.from({ length: columns }, (_, column) => entries[column * perColumn + row]).flatMap(
      (entry): Line => {
        if (!entry) return [];
        const [name, label] = entry;
        const rest = ` ${label}`.padEnd(Math.max(0, columnWidth - 7)).slice(0, Math.max(0, columnWidth - 7));
        return [{ text: name.padStart(6), color: 'accent', bold: true }, { text: ` ${rest}` }];
      },
    ),
  );
}

const EXTRA = [
  ['Ctrl-C', 'stop and save; again: stop at once'],
  ['Ctrl-Z', 'into the background; fg comes back'],
] as const;
