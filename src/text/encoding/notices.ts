import { grouped } from '../../numbers.js';
import { firstOf } from '../files/folder.js';
import type { Encoding } from './names.js';
import type { Recognised } from './recognise.js';

/** A file and the encoding in which it is read. */
interface EncodedFile extends Recognised {
  readonly name: string;
}

/** Returns a line about the files of each encoding that is not UTF-8, or that something speaks against. */
export function encodingNotices(files: readonly EncodedFile[]): string[] {
  const groups = new Map<string, EncodedFile[]>();
  for (const file of files) {
    const { encoding, line, doubt } = file;
    if (line === undefined && doubt === undefined) continue;
    const key = `${encoding} ${doubt}`;
    groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  return Array.from(groups.values(), noticeAbout);
}

function noticeAbout(group: readonly EncodedFile[]): string {
  const [{ encoding, line: first, doubt }] = group as [EncodedFile];
  const names = firstOf(group.map(({ name }) => name));
  const isOne = group.length === 1;
  if (doubt) return `${names}: ${doubted(encoding, doubt)}`;
  // The first file may be empty except for its byte order mark.
  const line = group.find((file) => file.line)?.line ?? first;
  const as = `read as ${encoding} ("${line}")`;
  return isOne
    ? `${names} is not UTF-8: ${as}`
    : `${grouped(group.length)} files are not UTF-8: ${names} ${as}`;
}

function doubted(encoding: Encoding, doubt: NonNullable<Recognised['doubt']>): string {
  return doubt === 'utf8'
    ? `valid UTF-8, which --encoding ${encoding} makes other characters of; --encoding utf8 reads it as it is`
    : `has control characters in ${encoding} where --encoding ${doubt} has quotes and dashes`;
}
