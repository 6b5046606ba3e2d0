import { BINDINGS } from './keys.js';
import { cut, fitting, type Line, type Segment, shortened } from './line.js';
import type { State } from './state.js';

/** The keys, as many as fit, or what is to be answered. */
export function footer({ dialog, columns, phase }: State): Line {
  const width = columns - 2;
  if (dialog === 'quit') {
    const question = (text: string) => ({ text, color: 'caution', bold: true }) as const;
    const answers = [key('y', 'yes'), key('n', 'no')];
    const ways = ['Stop training? It is saved first.', 'Stop training?'];
    return [
      { text: ' ' },
      ...shortened(
        ways.map((way) => [question(way), ...answers]),
        '  ',
        width,
      ),
    ];
  }
  if (dialog === 'help') return [{ text: ' ' }, ...fitting([key('Esc', 'back')], '  ', width)];
  if (dialog) {
    const keys = [key('Enter', 'write from here'), key('Esc', 'leave it as it was')];
    return [{ text: ' ' }, ...fitting(keys, '  ', width)];
  }
  if (phase === 'stopping') return [{ text: ' ' }, ...fitting([key('Ctrl-C', 'stop at once')], '  ', width)];
  const shown = BINDINGS.map(({ keys, label }) =>
    key(keys[0]!, label === 'pause' && phase === 'paused' ? 'go on' : label),
  );
  return [{ text: ' ' }, ...fitting(shown, '  ', width)];
}

function key(name: string, label: string): Segment {
  return { text: `${name} ${label}` };
}

/** What is no key of the screen alone. */
const EXTRA = [
  ['^C', 'stop and save; again: stop at once'],
  ['^Z', 'into the background; fg comes back'],
] as const;

/** Columns of the name of a key. */
const NAME_WIDTH = 4;

/** All keys and what they do, in as many columns as the height asks for. */
export function help(width: number, height: number): Line[] {
  const entries = [...BINDINGS.map(({ keys, label }) => [keys[0]!, label] as const), ...EXTRA];
  const columns = Math.ceil(entries.length / Math.max(1, height));
  const perColumn = Math.ceil(entries.length / columns);
  const room = Math.max(1, Math.floor(width / columns) - NAME_WIDTH - 1);
  return Array.from({ length: perColumn }, (_, row) =>
    Array.from({ length: columns }, (_, column) => entries[column * perColumn + row]).flatMap(
      (entry): Line => {
        if (!entry) return [];
        const [name, label] = entry;
        return [
          { text: name.padStart(NAME_WIDTH), color: 'accent', bold: true },
          { text: ` ${cut(label, room).padEnd(room)}` },
        ];
      },
    ),
  );
}
