import { firstOf } from '../files/folder.js';
import { KIND_NAMES, type TextKind } from './kind.js';

/** Returns a line about the files of each kind that are not plain text. */
export function kindNotices(
  files: readonly { readonly name: string; readonly kind: TextKind; readonly isPacked: boolean }[],
): string[] {
  const groups = new Map<string, { kind: TextKind; isPacked: boolean; names: string[] }>();
  for (const { name, kind, isPacked } of files) {
    if (kind === 'text' && !isPacked) continue;
    const key = `${kind} ${isPacked}`;
    const group = groups.get(key) ?? { kind, isPacked, names: [] };
    group.names.push(name);
    groups.set(key, group);
  }
  return Array.from(groups.values(), ({ kind, isPacked, names }) => {
    const what = KIND_NAMES[kind][names.length === 1 ? 'one' : 'several'];
    const packed = isPacked ? ['compressed with gzip'] : [];
    const kinds = kind === 'text' ? packed : [what, ...packed];
    const how = kind === 'html' ? 'read without tags, which --no-strip keeps' : 'read as text';
    return `${firstOf(names)}: ${[...kinds, how].join(', ')}`;
  });
}
