import { cut, type Line, widthOf } from './line.js';

/**
 * Keys and what they do, in as many columns as the height asks for.
 * @param entries names, all of the same width, and labels
 */
export function keyTable(
  entries: readonly (readonly [name: string, label: string])[],
  width: number,
  height: number,
): Line[] {
  const columns = Math.ceil(entries.length / Math.max(1, height));
  const perColumn = Math.ceil(entries.length / columns);
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
