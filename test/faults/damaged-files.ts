// Damaged and hostile files made from intact ones of every kind that is read. The same seed makes the same file.

import { deflateRawSync, gzipSync } from 'node:zlib';
import { Random, Stream } from '../../src/random.js';
import { type EndLies, entriesOf, type Lies, type ZipEntry, zip } from '../helpers/zip.js';
import { BLIND, place, some } from './mutations.js';

/** An intact file: the kinds of damage depend on its name. */
export interface IntactFile {
  readonly name: string;
  readonly bytes: Buffer;
}

type Damage = (bytes: Buffer, random: Random) => Buffer;

const MEGABYTE = 1 << 20;
/** What 64 MB of blanks are compressed to. */
const BOMB = { packed: deflateRawSync(Buffer.alloc(64 * MEGABYTE, ' ')), size: 64 * MEGABYTE };

const LAUGHS =
  '<!DOCTYPE a [<!ENTITY a0 "ha">' +
  Array.from({ length: 30 }, (_, i) => `<!ENTITY a${i + 1} "&a${i};&a${i};">`).join('') +
  ']>&a30;';

/** What is put into markup and tables. */
const SNIPPETS: readonly ((random: Random) => string | Uint8Array)[] = [
  () => LAUGHS,
  () => '<!DOCTYPE x SYSTEM "file:///etc/passwd"><!ENTITY % e SYSTEM "http://localhost/">%e;',
  (random) => '<i>'.repeat(1 + random.below(5000)),
  (random) => '</p>'.repeat(1 + random.below(5000)),
  (random) => '<table><tr><td>'.repeat(1 + random.below(1000)),
  (random) => `<p title="${'x'.repeat(random.below(MEGABYTE))}">`,
  (random) => `<p ${'a=1 '.repeat(random.below(20_000))}>`,
  (random) => '&amp;'.repeat(random.below(50_000)),
  (random) => '<br/>'.repeat(random.below(50_000)),
  () => '<!--',
  () => '<![CDATA[',
  () => '<script>',
  () => '<w:del><w:ins><text:tracked-changes>',
  () => '&#xd800;&#0;&#x110000;&#99999999999;&unknown;&',
  () => '<meta charset="utf-16"><meta charset="nonsense">',
  () => '<?xml version="1.0" encoding="UTF-32"?>',
  () => Buffer.of(0),
  () => Buffer.of(0xff, 0xfe),
  () => Buffer.of(0xef, 0xbb, 0xbf),
  () => Buffer.of(0xc3, 0x28, 0xed, 0xa0, 0x80, 0xf8),
  () => '\u001b[2J\u202e\u200b\ufeff',
  () => '"',
  () => ',,,,\n"\n',
  () => '{"__proto__":{"text":1}}\n',
  () => '"\\ud800":0,',
  () => '1e999',
  () => '../../outside.txt',
  (random) => '['.repeat(1 + random.below(100_000)),
  (random) => '{"text":'.repeat(1 + random.below(20_000)),
  (random) => '\r\r\n'.repeat(1 + random.below(10_000)),
  (random) => 'e\u0301'.repeat(random.below(50_000)),
];

const inserted = (bytes: Buffer, at: number, piece: string | Uint8Array) =>
  Buffer.concat([bytes.subarray(0, at), Buffer.from(piece as Uint8Array), bytes.subarray(at)]);

/** Damage in the terms of markup and tables. */
const TEXTUAL: readonly Damage[] = [
  (bytes, random) => inserted(bytes, random.below(bytes.length + 1), some(SNIPPETS, random)(random)),
  // Next to a sign that means something.
  (bytes, random) => {
    const sign = some(['<', '>', '"', '&', ',', '\n', '{', '['], random);
    return inserted(bytes, bytes.indexOf(sign, place(bytes, random)) + 1, some(SNIPPETS, random)(random));
  },
  // A part many times.
  (bytes, random) => {
    const [at, from] = [place(bytes, random), place(bytes, random)];
    const piece = bytes.toString('latin1', from, from + 1 + random.below(200));
    return inserted(bytes, at, Buffer.from(piece.repeat(1 + random.below(2000)), 'latin1'));
  },
  // One sign for another.
  (bytes, random) => {
    const signs = ['<', '>', '"', '&', ',', '\n', '{', ']', '/', '\0'];
    const text = bytes.toString('latin1').replaceAll(some(signs, random), some(signs, random));
    return Buffer.from(text, 'latin1');
  },
  // In another encoding than it says.
  (bytes, random) => Buffer.from(bytes.toString(), some(['utf16le', 'latin1'] as const, random)),
  (bytes) => Buffer.concat([Buffer.of(0xfe, 0xff), Buffer.from(bytes.toString(), 'utf16le').swap16()]),
];

const NAMES = [
  '',
  '/',
  '../../outside.txt',
  '/tmp/outside.txt',
  'C:\\outside.txt',
  'word/',
  'a\0b',
  '__proto__',
];
const NUMBERS = [0, 1, 0x7f, 0xffff, 0x7fffffff, 0xfffffffe, 0xffffffff];

/** Damage in the terms of a zip archive. */
const ZIPPED: readonly ((entries: ZipEntry[], random: Random) => Buffer)[] = [
  (entries, random) => withOne(entries, random, (entry) => ({ ...entry, data: anyDamage(entry, random) })),
  (entries, random) => withOne(entries, random, (entry) => ({ ...entry, data: anyDamage(entry, random) })),
  (entries, random) => withOne(entries, random, (entry) => ({ ...entry, lies: liesFor(entries, random) })),
  (entries, random) => withOne(entries, random, (entry) => ({ ...entry, name: some(NAMES, random) })),
  (entries, random) =>
    withOne(entries, random, (entry) => ({
      name: entry.name,
      data: BOMB.packed,
      stored: true,
      lies: { method: 8, size: some([BOMB.size, 100, 0], random) },
    })),
  (entries, random) => zip(entries.filter(() => random.below(4) > 0)),
  (entries, random) => zip([...entries, ...entries.filter(() => random.below(2) > 0)]),
  (entries, random) => {
    const [from, to] = [some(entries, random), random.below(entries.length)];
    return zip(entries.map((entry, i) => (i === to ? { ...entry, data: from.data } : entry)));
  },
  (entries, random) => {
    const key = some(['count', 'size', 'offset'] as const satisfies readonly (keyof EndLies)[], random);
    const number = some(NUMBERS, random);
    return zip(entries, { [key]: key === 'count' ? number & 0xffff : number });
  },
  (entries, random) => {
    const others = Array.from({ length: random.below(3000) }, (_, i) => ({
      name: `x${i}`,
      data: '',
      stored: true,
    }));
    return zip([...others, ...entries]);
  },
];

function withOne(entries: ZipEntry[], random: Random, change: (entry: ZipEntry) => ZipEntry): Buffer {
  const at = random.below(entries.length);
  return zip(entries.map((entry, i) => (i === at ? change(entry) : entry)));
}

function liesFor(entries: readonly ZipEntry[], random: Random): Lies {
  const key = some(['flags', 'method', 'crc', 'compressedSize', 'size', 'dataOf'] as const, random);
  if (key === 'dataOf') return { dataOf: random.below(entries.length) };
  const number = some(NUMBERS, random);
  return { [key]: key === 'flags' || key === 'method' ? number & 0xffff : number };
}

function anyDamage({ data }: ZipEntry, random: Random): Buffer {
  const bytes = Buffer.from(data as Uint8Array);
  return bytes.length === 0 ? bytes : some(some([BLIND, TEXTUAL, TEXTUAL], random), random)(bytes, random);
}

/** Damage to what is compressed with gzip. */
const PACKED: readonly Damage[] = [
  (bytes, random) => gzipSync(some(TEXTUAL, random)(bytes, random)),
  (bytes) => gzipSync(gzipSync(bytes)),
  (bytes) => Buffer.concat([gzipSync(bytes), gzipSync(bytes)]),
  (bytes, random) => Buffer.concat([gzipSync(bytes), bytes.subarray(0, place(bytes, random))]),
  (bytes, random) => inserted(gzipSync(bytes), random.below(20), bytes.subarray(0, 1 + random.below(9))),
  (bytes) => gzipSync(Buffer.concat([bytes, Buffer.alloc(8 * MEGABYTE, ' ')])),
];

/** Makes the file of a seed. */
export function damaged({ name, bytes }: IntactFile, seed: number): Buffer {
  const random = new Random(seed, Stream.sampling);
  const isArchive = /\.(docx|odt|epub)$/.test(name);
  const isPacked = name.endsWith('.gz');
  if (random.below(3) === 0) return some(BLIND, random)(isPacked ? gzipSync(bytes) : bytes, random);
  if (isArchive) return some(ZIPPED, random)(entriesOf(bytes), random);
  return some(isPacked ? PACKED : TEXTUAL, random)(bytes, random);
}
