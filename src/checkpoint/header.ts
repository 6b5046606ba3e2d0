import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { ExitCode, type Refuse, UserError } from '../errors.js';
import { excerpt, quoted } from '../format.js';
import { ForeignFileError } from './foreign.js';
import { type JsonLimits, parseJson } from './json.js';

/** The contents of a file's header. */
export interface Header {
  readonly metadata: ReadonlyMap<string, string>;
  /** The tensors in the order of their data, which fills the rest of the file without gaps or overlaps. */
  readonly places: readonly Place[];
  /** Undefined if the file has none. */
  readonly checksums: Checksums | undefined;
}

/** The expected checksums of the data. */
export interface Checksums {
  /** The bytes of a part; the last part may be shorter. */
  readonly partBytes: number;
  /** The SHA-256 of each part, in hexadecimal. */
  readonly parts: readonly string[];
}

/** The number types that can be read, and their sizes in bytes. */
const BYTES = { F64: 8, F32: 4, F16: 2, BF16: 2 } as const;
export type FloatType = keyof typeof BYTES;

/** Where a tensor is stored; offsets in bytes from the end of the header. */
export interface Place {
  readonly name: string;
  readonly type: FloatType;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** A file from a later version of charlstm. It is not damaged, so no other file may be used instead. */
export class NewerFormatError extends UserError {
  override name = 'NewerFormatError';
}

const NEWER_HINT = 'Use the version of charlstm that wrote it, or a later one.';

const FORMAT = 'charlstm';
/**
 * Version 1 had no checksum of the header, version 2 one checksum of all data, and only one whole text.
 * Version 3 knew fewer encodings, and changed nothing in a text but its line ends.
 */
const VERSION = 4;
/** From this version on, members and tensors that are not known come from a later program. */
export const STRICT_VERSION = 3;
/** Bytes that have a checksum of their own: a file is refused at its first damaged part. */
export const PART_BYTES = 16 * 2 ** 20;

/** Bytes before the header: its length as a little-endian u64. */
export const LENGTH_BYTES = 8;
const ALIGNMENT = 8;
/**
 * In bytes. A vocabulary of 100,000 characters and a history of 4,000 entries take 1 MB; all of Unicode with
 * the longest history takes 8.4 MB.
 */
export const LONGEST_HEADER = 10_000_000;
/**
 * A header is an object of objects, whose values are strings and short lists; 32 layers have about 400
 * tensors.
 */
const LIMITS: JsonLimits = { depth: 3, values: 20_000, characters: LONGEST_HEADER };

/** The SHA-256 of each part of the tensor data in file order, separated by commas. */
const CHECKSUM = 'checksum';
/**
 * The SHA-256 of the length and the header, with its own digits replaced by zeros. It covers CHECKSUM, too.
 */
const HEADER_CHECKSUM = 'headerChecksum';
const NO_DIGITS = '0'.repeat(64);

/**
 * Makes the start of a file: the length, and the header padded with spaces.
 * @param parts SHA-256 of each part of the data, in hexadecimal
 */
export function makeHeader(
  places: readonly Place[],
  metadata: Readonly<Record<string, string>>,
  parts: readonly string[],
): Buffer {
  const strings = {
    ...metadata,
    format: FORMAT,
    version: String(VERSION),
    [CHECKSUM]: parts.join(),
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
  if (padded > LONGEST_HEADER) throw new RangeError(`a header of ${padded} bytes could not be read back`);
  const head = Buffer.alloc(LENGTH_BYTES + padded, ' ');
  head.writeBigUInt64LE(BigInt(padded));
  json.copy(head, LENGTH_BYTES);
  // Within a string the quotes would be escaped, so this finds the member itself.
  const key = `"${HEADER_CHECKSUM}":"`;
  head.write(sha256(head), head.indexOf(key) + key.length);
  return head;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Reads and checks the start of a file; `head` is the length and the header. */
export type HeaderParser = (head: Buffer, dataLength: number, path: string, refuse: Refuse) => Header;

/** Parses the start of a file that `makeHeader` made. */
export function parseHeader(head: Buffer, dataLength: number, path: string, refuse: Refuse): Header {
  const json = jsonOf(head.subarray(LENGTH_BYTES), refuse);
  refuseOtherProgram(json, path);
  const metadata = checkMetadata(json.__metadata__, refuse);
  if (metadata.get('format') !== FORMAT) refuse('its metadata does not have the format "charlstm"');
  const version = checkVersion(metadata.get('version') ?? '', path, refuse);
  if (version > 1) checkHeader(head, metadata.get(HEADER_CHECKSUM) ?? '', refuse);
  const places = checkPlaces(json, dataLength, ['F32'], refuse);
  return { metadata, places, checksums: checksumsOf(metadata, version, dataLength, refuse) };
}

/**
 * Parses the start of a file that another program wrote: metadata is optional, and all number types are
 * allowed.
 */
export function parseForeignHeader(head: Buffer, dataLength: number, path: string, refuse: Refuse): Header {
  const json = jsonOf(head.subarray(LENGTH_BYTES), refuse);
  const metadata = '__metadata__' in json ? checkMetadata(json.__metadata__, refuse) : new Map();
  if (metadata.get('format') === FORMAT) {
    throw new UserError(`${path} is already a checkpoint of charlstm`, 'Use it as it is.');
  }
  const types = Object.keys(BYTES) as FloatType[];
  return { metadata, places: checkPlaces(json, dataLength, types, refuse), checksums: undefined };
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

/** Refuses tensors without any of our metadata, of which damage leaves some. */
function refuseOtherProgram(
  { __metadata__: metadata, ...tensors }: Record<string, unknown>,
  path: string,
): void {
  const isOurs = ['version', CHECKSUM, 'model', 'codePoints'].some(
    (key) => typeof metadata === 'object' && metadata !== null && key in metadata,
  );
  const areTensors = Object.values(tensors).every(
    (one) => typeof one === 'object' && one !== null && 'dtype' in one,
  );
  if (isOurs || !areTensors || Object.keys(tensors).length === 0) return;
  throw new ForeignFileError(
    `${path} is not a checkpoint of charlstm: it is a safetensors file of another program`,
    `If its network is an LSTM, GRU or RNN, make a run of it: charlstm import ${quoted(path)}.`,
    ExitCode.badData,
  );
}

function checkVersion(version: string, path: string, refuse: Refuse): number {
  if (!/^[1-9]\d{0,8}$/.test(version)) refuse('its metadata has no version of the format');
  if (Number(version) > VERSION) {
    throw new NewerFormatError(
      `${path} has version ${version} of the checkpoint format, but this program reads only up to version ${VERSION}`,
      NEWER_HINT,
      ExitCode.badData,
    );
  }
  return Number(version);
}

function checksumsOf(
  metadata: ReadonlyMap<string, string>,
  version: number,
  dataLength: number,
  refuse: Refuse,
): Checksums {
  const partBytes = version < 3 ? Number.POSITIVE_INFINITY : PART_BYTES;
  const parts = (metadata.get(CHECKSUM) ?? '').split(',');
  if (parts.length !== Math.max(1, Math.ceil(dataLength / partBytes)))
    refuse(`it has ${parts.length} checksums for ${dataLength} bytes of data`);
  return { partBytes, parts };
}

function checkHeader(head: Buffer, digits: string, refuse: Refuse): void {
  const at = /^[0-9a-f]{64}$/.test(digits) ? head.indexOf(`"${digits}"`) : -1;
  if (at >= 0) head.write(NO_DIGITS, at + 1);
  if (at < 0 || sha256(head) !== digits) refuse('its header does not match its checksum');
}

/** Members of the metadata that describe the file, not the run. */
export const ENVELOPE: readonly string[] = ['format', 'version', 'engine', CHECKSUM, HEADER_CHECKSUM];

/**
 * Returns the error for a member or tensor that only a later program can have written. To ignore it would be
 * to compute something else than that program.
 */
export function laterProgram(path: string, what: string): NewerFormatError {
  return new NewerFormatError(
    `${path} has ${excerpt(what)}, which a later version of charlstm wrote`,
    NEWER_HINT,
    ExitCode.badData,
  );
}

function checkMetadata(json: unknown, refuse: Refuse): Map<string, string> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return refuse('it has no metadata');
  return new Map(
    Object.entries(json).map(([key, value]) =>
      typeof value === 'string' ? [key, value] : refuse(`metadata ${excerpt(key)} is not a string`),
    ),
  );
}

function checkPlaces(
  header: Record<string, unknown>,
  dataLength: number,
  types: readonly FloatType[],
  refuse: Refuse,
): Place[] {
  const places = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]) => checkPlace(name, entry, types, refuse));
  places.sort((a, b) => a.from - b.from || a.to - b.to);
  let end = 0;
  for (const { name, from, to } of places) {
    if (from !== end) refuse(`the data of ${excerpt(name)} starts at ${from}, not at ${end}`);
    end = to;
  }
  if (end > dataLength) refuse(`it is cut short: it has ${dataLength} of ${end} bytes of data`);
  if (end < dataLength) refuse(`${dataLength - end} bytes follow its data`);
  return places;
}

function checkPlace(name: string, entry: unknown, types: readonly FloatType[], refuse: Refuse): Place {
  const { dtype, shape, data_offsets: offsets } = { ...(entry as Record<string, unknown>) };
  const tensor = `tensor ${excerpt(name)}`;
  const type =
    types.find((known) => known === dtype) ??
    refuse(
      `${tensor} has type ${typeof dtype === 'string' ? excerpt(dtype) : 'none'}, not ${types.join(' or ')}`,
    );
  if (!areSizes(shape)) return refuse(`${tensor} has no valid shape`);
  if (!areSizes(offsets) || offsets.length !== 2) return refuse(`${tensor} has no valid offsets`);
  const [from, to] = offsets as [number, number];
  const bytes = shape.reduce((product, size) => product * size, BYTES[type]);
  if (to - from !== bytes) refuse(`${tensor} has ${to - from} bytes for a shape of ${bytes}`);
  return { name, type, shape, from, to };
}

function areSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
