import { cut, type Line, widthOf } from './line.js';

/** The least useful columns of a label. */
const NARROWEST_LABEL = 6;

/**
 * Lists keys and what they do, in as many columns as the height requires and the width allows. Entries that
 * do not fit are omitted.
 * @param entries names, all of the same width, and labels
 */
export function keyTable(
  entries: readonly (readonly [name: string, label: string])[],
  width: number,
  height: number,
): Line[] {
  const narrowest = widthOf(entries[0]?.[0] ?? '') + 1 + NARROWEST_LABEL;
  const most = Math.max(1, Math.floor(width / narrowest));
  const columns = Math.min(most, Math.ceil(entries.length / Math.max(1, height)));
  const perColumn = Math.min(Math.max(1, height), Math.ceil(entries.length / columns));
  return Array.from({ length: perColumn }, (_, row) =>
    Array.from({ length: columns }, (_, column) => entries[column * perColumn + row]).flatMap(
      (entry): Line => {
        if (!entry) return [];
        const [name, label] = entry;
        const room = Math.max(1, Math.floor(width / columns) - widthOf(name) - 1);
        return [{ text: name, color: 'accent', bold: true }, { text: ` ${cut(label, room).padEnd(room)}` }];
      },
    ),
  );
}
