import { byteSize } from '../../../format.js';
import { grouped, sumOf } from '../../../numbers.js';
import { firstOf } from '../../../text/files/folder.js';
import type { FileFound } from '../../../text/files/readable.js';
import { KIND_NAMES } from '../../../text/formats/kind.js';

/** The most lines about files. */
const MOST_LINES = 6;

/** Says what each file is and as what it is read, in a few lines: many files by kind and encoding. */
export function fileLines(files: readonly FileFound[]): string[] {
  const groups = new Map<string, FileFound[]>();
  for (const file of files) {
    const key = files.length > MOST_LINES ? `${file.kind} ${file.isPacked} ${file.encoding}` : file.name;
    const group = groups.get(key) ?? [];
    group.push(file);
    groups.set(key, group);
  }
  const lines = Array.from(groups.values(), lineOf);
  if (lines.length <= MOST_LINES) return lines;
  return [
    ...lines.slice(0, MOST_LINES - 1),
    `and ${grouped(lines.length - MOST_LINES + 1)} more kinds of files`,
  ];
}

/** One line about files of one kind: "a.txt: plain text in UTF-8, 12 kB". */
function lineOf(group: readonly FileFound[]): string {
  const { kind, isPacked, encoding } = group[0]!;
  const count = group.length;
  const name = KIND_NAMES[kind][count === 1 ? 'one' : 'several'];
  const parts = [
    `${count === 1 ? name : `${grouped(count)} ${name}`}${kind === 'text' ? inEncoding(encoding) : ''}`,
    ...(isPacked ? ['compressed with gzip'] : []),
    ...sizeOf(group),
  ];
  return `${firstOf(group.map(({ name }) => name))}: ${parts.join(', ')}`;
}

function inEncoding(encoding: FileFound['encoding']): string {
  if (encoding === 'bytes') return ', read as bytes';
  return ` in ${encoding === 'utf8' || encoding === 'utf8-lossy' ? 'UTF-8' : encoding}`;
}

function sizeOf(group: readonly FileFound[]): string[] {
  const sizes = group.flatMap(({ bytes }) => bytes ?? []);
  return sizes.length === group.length ? [byteSize(sumOf(sizes))] : [];
}
