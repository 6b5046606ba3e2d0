import { cut, type Line, type Segment } from './line.js';

/** The name of a key, what it does, and perhaps a shorter label. */
export type KeyEntry = readonly [name: string, label: string, short?: string];

/** The least useful columns of a label. */
const NARROWEST_LABEL = 6;

/** Returns keys for a line, such as a footer. */
export function keyNames(entries: readonly KeyEntry[]): Segment[] {
  return entries.map(([name, label]) => ({ text: `${name} ${label}`, color: 'faint' }));
}

/**
 * Lists keys in as many columns as the height requires and the width allows. Entries that do not fit are
 * omitted.
 * @param nameWidth the columns of a name
 */
export function keyTable(
  entries: readonly KeyEntry[],
  nameWidth: number,
  width: number,
  height: number,
): Line[] {
  const most = Math.max(1, Math.floor(width / (nameWidth + 1 + NARROWEST_LABEL)));
  const columns = Math.min(most, Math.ceil(entries.length / Math.max(1, height)));
  const perColumn = Math.min(Math.max(1, height), Math.ceil(entries.length / columns));
  const room = Math.max(1, Math.floor(width / columns) - nameWidth - 1);
  const inColumns = ([name, label]: KeyEntry): Line => [
    { text: name.padEnd(nameWidth), color: 'accent', bold: true },
    { text: ` ${cut(label, room).padEnd(room)}` },
  ];
  return Array.from({ length: perColumn }, (_, row) =>
    entries.filter((_, i) => i % perColumn === row && i < columns * perColumn).flatMap(inColumns),
  );
}
