// Damaged and hostile files made from intact ones. The same seed makes the same file.

import { Random, Stream } from '../../src/random.js';
import { assemble, sealed, takeApart } from '../helpers/files.js';

/** Values that have broken readers before. */
const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  '',
  'x',
  '__proto__',
  '\u001b[2J',
  '../../x',
  '\ud800',
  [],
  {},
  [[]],
  [null],
  { length: 1e9 },
  -1,
  0,
  -0,
  0.5,
  1e21,
  1e308,
  -1e308,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  2 ** 63,
  Number.MAX_SAFE_INTEGER,
  [0, 2 ** 53],
  [2 ** 26, 2 ** 27],
];

type Mutation = (file: Buffer, random: Random) => Buffer;

export const place = (file: Buffer, random: Random) => random.below(file.length);
export const some = <T>(items: readonly T[], random: Random): T => items[random.below(items.length)]!;

/** Damage that ignores the format. */
export const BLIND: readonly Mutation[] = [
  (file, random) => {
    const copy = Buffer.from(file);
    for (let n = 1 + random.below(8); n > 0; n--) copy[place(file, random)]! ^= 1 << random.below(8);
    return copy;
  },
  (file, random) => {
    const copy = Buffer.from(file);
    const at = place(file, random);
    return copy.fill(random.below(256), at, Math.min(file.length, at + 1 + random.below(600)));
  },
  (file, random) => file.subarray(0, place(file, random)),
  (file, random) => {
    const at = place(file, random);
    return Buffer.concat([file.subarray(0, at), file.subarray(at + 1 + random.below(64))]);
  },
  (file, random) => {
    const [at, from] = [place(file, random), place(file, random)];
    const piece = file.subarray(from, from + 1 + random.below(64));
    return Buffer.concat([file.subarray(0, at), piece, file.subarray(at)]);
  },
  (file, random) => {
    const copy = Buffer.from(file);
    copy.writeBigUInt64LE(BigInt(random.below(2 ** 32)) << BigInt(random.below(33)));
    return copy;
  },
];

/** Lies in the terms of the format, with a correct checksum of the header. */
const KNOWING: readonly Mutation[] = [
  (file, random) => withHeader(file, (header) => changed(header, random)),
  (file, random) => {
    const { header, data } = takeApart(file);
    const metadata = header.__metadata__ as Record<string, string>;
    const key = some(Object.keys(metadata), random);
    let inner: unknown = metadata[key];
    try {
      inner = JSON.parse(metadata[key]!);
    } catch {} // a plain string
    const lie = JSON.stringify(changed(inner, random)) ?? '';
    return assemble({ ...header, __metadata__: { ...metadata, [key]: lie } }, data);
  },
  // Flip a bit of the header or of the data.
  (file, random) => {
    const copy = Buffer.from(file);
    copy[place(file, random)]! ^= 1 << random.below(8);
    return sealed(copy);
  },
  // Duplicate a member, or break the JSON.
  (file, random) => {
    const { headerLength, data } = takeApart(file);
    const json = file.subarray(8, 8 + headerLength).toString();
    const at = json.indexOf(some(['{', ',', '[', ':'], random), random.below(json.length)) + 1;
    const members = ['"__proto__":{},', '"version":"2",', '"dtype":"F32",', '[[[[', '1e999,', '"\\ud800":0,'];
    return assemble(json.slice(0, at) + some(members, random) + json.slice(at), data);
  },
];

function withHeader(file: Buffer, change: (header: object) => unknown): Buffer {
  const { header, data } = takeApart(file);
  return assemble(change(header), data);
}

/** Copies a value and changes, removes or renames one value in it, at any depth. */
function changed(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null || random.below(8) === 0) return some(ODD_VALUES, random);
  const entries = Object.entries(value);
  if (entries.length === 0) return some(ODD_VALUES, random);
  const at = random.below(entries.length);
  const [key, member] = entries[at]!;
  switch (random.below(8)) {
    case 0:
      entries.splice(at, 1);
      break;
    case 1:
      entries[at] = [some(['', '__proto__', 'constructor', `${key}x`, 'toString'], random), member];
      break;
    case 2:
      entries[at] = [key, entries[random.below(entries.length)]![1]];
      break;
    default:
      entries[at] = [key, changed(member, random)];
  }
  return Array.isArray(value) ? entries.map(([, member]) => member) : Object.fromEntries(entries);
}

/** Makes the file of a seed: half of them are damaged, half lie. */
export function mutated(file: Buffer, seed: number): Buffer {
  const random = new Random(seed, Stream.sampling);
  const mutations = random.below(2) === 0 ? BLIND : KNOWING;
  return some(mutations, random)(file, random);
}
