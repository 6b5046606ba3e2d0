import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { array, object, picklist, strictTuple } from 'valibot';
import { ExitCode, type Refuse, UserError } from '../errors.js';
import { excerpt } from '../format.js';
import { COUNT, parse } from '../schema.js';
import { type JsonLimits, parseJson } from './json.js';

/** What the beginning of a file says of the rest. */
export interface Header {
  readonly metadata: ReadonlyMap<string, string>;
  /** The tensors in the order of their data, which fill the rest of the file without holes or overlaps. */
  readonly places: readonly Place[];
  /** What the SHA-256 of all data must be, in hexadecimal; undefined where the file does not tell. */
  readonly checksum: string | undefined;
}

/** The numbers that can be read, and their bytes. */
const BYTES = { F64: 8, F32: 4, F16: 2, BF16: 2 } as const;
export type FloatType = keyof typeof BYTES;

/** Where a tensor lies; offsets in bytes from the end of the header. */
export interface Place {
  readonly name: string;
  readonly type: FloatType;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** A file from a later version of charlstm: not damaged, so nothing is to be taken in its place. */
export class NewerFormatError extends UserError {
  override name = 'NewerFormatError';
}

const FORMAT = 'charlstm';
/** 1 had no checksum of the header. */
const VERSION = 2;

/** Bytes before the header: its length as a little-endian u64. */
export const LENGTH_BYTES = 8;
const ALIGNMENT = 8;
/**
 * Bytes. A vocabulary of 100,000 characters and 4,000 entries of the history make 1 MB; all characters that Unicode has
 * room for, with the longest history, 8.4 MB.
 */
export const LONGEST_HEADER = 10_000_000;
/** A header is an object of objects, whose values are strings and short lists; 32 layers have some 400 tensors. */
const LIMITS: JsonLimits = { depth: 3, values: 20_000, characters: LONGEST_HEADER };

/** The SHA-256 of all tensor data, in the order they stand in. */
const CHECKSUM = 'checksum';
/** The SHA-256 of the length and the header, this checksum's own digits taken as zeros. It covers the other one, too. */
const HEADER_CHECKSUM = 'headerChecksum';
const NO_DIGITS = '0'.repeat(64);

/**
 * The beginning of a file: the length, and the header padded with spaces.
 * @param checksum of the data
 */
export function makeHeader(
  places: readonly Place[],
  metadata: Readonly<Record<string, string>>,
  checksum: string,
): Buffer {
  const strings = {
    ...metadata,
    format: FORMAT,
    version: String(VERSION),
    [CHECKSUM]: checksum,
    [HEADER_CHECKSUM]: NO_DIGITS,
  };
  const sorted = Object.entries(strings).sort(([a], [b]) => (a < b ? -1 : 1));
  const tensors = places.map(({ name, type, shape, from, to }) => [
    name,
    { dtype: type, shape, data_offsets: [from, to] },
  ]);
  const json = Buffer.from(
    JSON.stringify({ __metadata__: Object.fromEntries(sorted), ...Object.fromEntries(tensors) }),
  );
  const padded = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  if (padded > LONGEST_HEADER) throw new RangeError(`a header of ${padded} bytes could not be read again`);
  const head = Buffer.alloc(LENGTH_BYTES + padded, ' ');
  head.writeBigUInt64LE(BigInt(padded));
  json.copy(head, LENGTH_BYTES);
  // Within a string the quotes would be escaped, so this is the member itself.
  const key = `"${HEADER_CHECKSUM}":"`;
  head.write(sha256(head), head.indexOf(key) + key.length);
  return head;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Reads the beginning of a file, and checks all that it says: `head` is the length and the header. */
export type HeaderParser = (head: Buffer, dataLength: number, path: string, refuse: Refuse) => Header;

/** The beginning of a file that `makeHeader` made. */
export function parseHeader(head: Buffer, dataLength: number, path: string, refuse: Refuse): Header {
  const json = jsonOf(head.subarray(LENGTH_BYTES), refuse);
  const metadata = checkMetadata(json.__metadata__, refuse);
  if (metadata.get('format') !== FORMAT) refuse('its metadata do not name the format "charlstm"');
  const version = checkVersion(metadata.get('version') ?? '', path, refuse);
  if (version > 1) checkHeader(head, metadata.get(HEADER_CHECKSUM) ?? '', refuse);
  const places = checkPlaces(json, dataLength, ['F32'], refuse);
  return { metadata, places, checksum: metadata.get(CHECKSUM) ?? '' };
}

/** The beginning of a file that another program wrote: its metadata may be missing, and its numbers of several types. */
export function parseForeignHeader(head: Buffer, dataLength: number, path: string, refuse: Refuse): Header {
  const json = jsonOf(head.subarray(LENGTH_BYTES), refuse);
  const metadata = '__metadata__' in json ? checkMetadata(json.__metadata__, refuse) : new Map();
  if (metadata.get('format') === FORMAT) {
    throw new UserError(`${path} is a checkpoint of charlstm already`, 'Use it as it is.');
  }
  const types = Object.keys(BYTES) as FloatType[];
  return { metadata, places: checkPlaces(json, dataLength, types, refuse), checksum: undefined };
}

function jsonOf(bytes: Buffer, refuse: Refuse): Record<string, unknown> {
  if (bytes[0] !== '{'.charCodeAt(0) || !isUtf8(bytes)) return refuse('its header is not JSON');
  try {
    return parseJson(bytes.toString('utf8'), LIMITS) as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return refuse(`its header ${error.message}`);
  }
}

function checkVersion(version: string, path: string, refuse: Refuse): number {
  if (!/^[1-9]\d{0,8}$/.test(version)) refuse('its metadata name no version of the format');
  if (Number(version) > VERSION) {
    throw new NewerFormatError(
      `${path} has version ${version} of the checkpoint format, and this program reads up to version ${VERSION}`,
      'Use the charlstm that wrote it, or a later one.',
      ExitCode.badData,
    );
  }
  return Number(version);
}

function checkHeader(head: Buffer, digits: string, refuse: Refuse): void {
  const at = /^[0-9a-f]{64}$/.test(digits) ? head.indexOf(`"${digits}"`) : -1;
  if (at >= 0) head.write(NO_DIGITS, at + 1);
  if (at < 0 || sha256(head) !== digits) refuse('its header does not match its checksum');
}

function checkMetadata(json: unknown, refuse: Refuse): Map<string, string> {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    return refuse('it carries no metadata');
  return new Map(
    Object.entries(json).map(([key, value]) =>
      typeof value === 'string' ? [key, value] : refuse(`metadata ${excerpt(key)} is no string`),
    ),
  );
}

function checkPlaces(
  header: Record<string, unknown>,
  dataLength: number,
  types: readonly FloatType[],
  refuse: Refuse,
): Place[] {
  const schema = object({
    dtype: picklist(types),
    shape: array(COUNT),
    data_offsets: strictTuple([COUNT, COUNT]),
  });
  const places = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]): Place => {
      const tensor = `tensor ${excerpt(name)}`;
      const { dtype: type, shape, data_offsets } = parse(schema, entry, tensor, refuse);
      const [from, to] = data_offsets;
      const bytes = shape.reduce((product, size) => product * size, BYTES[type]);
      if (to - from !== bytes) refuse(`${tensor} has ${to - from} bytes for a shape of ${bytes}`);
      return { name, type, shape, from, to };
    });
  places.sort((a, b) => a.from - b.from || a.to - b.to);
  let end = 0;
  for (const { name, from, to } of places) {
    if (from !== end) refuse(`the data of ${excerpt(name)} begin at ${from}, not at ${end}`);
    end = to;
  }
  if (end > dataLength) refuse(`it is cut short: ${dataLength} of ${end} bytes of data are there`);
  if (end < dataLength) refuse(`${dataLength - end} bytes follow its data`);
  return places;
}
