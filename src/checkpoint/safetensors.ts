import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ExitCode, fileError, UserError } from '../errors.js';

/** A tensor of 32-bit floats, row-major. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What a file holds: tensors by name, and strings. */
export interface SafeTensors {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** The metadata key of the SHA-256 of all tensor data, in the order they stand in. */
const CHECKSUM = 'checksum';
/** Readers elsewhere refuse longer headers. */
const LONGEST_HEADER = 25_000_000;
const LENGTH_BYTES = 8;
const SEE_RUNS = 'See "charlstm runs" for what there is.';
const ALIGNMENT = 8;

/**
 * Writes a file of the safetensors format (huggingface.co/docs/safetensors): the header's length as a little-endian
 * u64, the header as JSON padded with spaces, the data. The file appears whole or not at all: it is written beside
 * its place, forced to disk, and renamed.
 * @throws UserError where the disk refuses
 */
export async function writeSafeTensors(
  path: string,
  tensors: readonly Tensor[],
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  const sorted = tensors.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const strings = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  const hash = createHash('sha256');
  for (const { data } of sorted) hash.update(bytesOf(data));
  const header: [string, unknown][] = [
    ['__metadata__', Object.fromEntries([...strings, [CHECKSUM, hash.digest('hex')]])],
  ];
  let offset = 0;
  for (const { name, shape, data } of sorted) {
    header.push([name, { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] }]);
    offset += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(Object.fromEntries(header)));
  const padded = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  if (padded > LONGEST_HEADER) throw new RangeError(`a header of ${padded} bytes could not be read again`);
  const head = Buffer.alloc(LENGTH_BYTES + padded, ' ');
  head.writeBigUInt64LE(BigInt(padded));
  json.copy(head, LENGTH_BYTES);

  const temporary = `${path}.tmp`;
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(head);
      for (const { data } of sorted) await file.writeFile(bytesOf(data));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {}); // what failed first is what matters
    throw fileError(
      error,
      path,
      'Make room on the disk, or check that the folder is there and may be written.',
      'write',
    );
  }
}

/** Makes a rename in the folder outlast a power failure; some systems cannot, and say so. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/**
 * Reads a file that `writeSafeTensors` wrote. Every length and offset is checked before anything is sized by it.
 * @throws UserError for what is not such a file, is cut short or damaged, or cannot be read
 */
export async function readSafeTensors(path: string): Promise<SafeTensors> {
  return withHeader(path, async ({ file, dataStart, layout, metadata }, refuse) => {
    const hash = createHash('sha256');
    const tensors = new Map<string, Tensor>();
    for (const { name, shape, from, to } of layout) {
      const bytes = await read(file, dataStart + from, to - from);
      hash.update(bytes);
      tensors.set(name, { name, shape, data: new Float32Array(bytes.buffer) });
    }
    if (metadata.get(CHECKSUM) !== hash.digest('hex')) refuse('its data do not match their checksum');
    return { tensors, metadata };
  });
}

/**
 * Reads the strings of such a file alone, which is quick however large it is.
 * @throws UserError as readSafeTensors, but for damage within the data
 */
export async function readMetadata(path: string): Promise<ReadonlyMap<string, string>> {
  return withHeader(path, async ({ metadata }) => metadata);
}

interface Header {
  readonly file: FileHandle;
  readonly dataStart: number;
  readonly layout: readonly Place[];
  readonly metadata: ReadonlyMap<string, string>;
}

async function withHeader<T>(path: string, use: (header: Header, refuse: Refuse) => Promise<T>): Promise<T> {
  const refuse: Refuse = (reason) => {
    throw new UserError(
      `${path} is not a checkpoint of charlstm: ${reason}`,
      'Name a run folder or a .safetensors file under checkpoints/ (see charlstm runs).',
      ExitCode.badData,
    );
  };
  let file: FileHandle | undefined;
  try {
    const stats = await stat(path);
    if (!stats.isFile()) throw new UserError(`${path} is no file`, SEE_RUNS, ExitCode.noInput);
    const { size } = stats;
    file = await open(path);
    const headerLength = await readHeaderLength(file, size, refuse);
    const header = parseHeader(await read(file, LENGTH_BYTES, headerLength), refuse);
    const dataStart = LENGTH_BYTES + headerLength;
    const layout = checkLayout(header, size - dataStart, refuse);
    return await use(
      { file, dataStart, layout, metadata: checkMetadata(header.__metadata__, refuse) },
      refuse,
    );
  } catch (error) {
    if (error instanceof RangeError) refuse(`its tensors are too large to be read (${error.message})`);
    throw fileError(error, path, SEE_RUNS);
  } finally {
    await file?.close();
  }
}

type Refuse = (reason: string) => never;

async function readHeaderLength(file: FileHandle, size: number, refuse: Refuse): Promise<number> {
  if (size < LENGTH_BYTES + 2) return refuse(`it has only ${size} bytes`);
  const length = Number(new DataView((await read(file, 0, LENGTH_BYTES)).buffer).getBigUint64(0, true));
  if (length > LONGEST_HEADER) return refuse('it does not begin with the length of a header');
  if (length > size - LENGTH_BYTES) return refuse('it is cut short within its header');
  return length;
}

function parseHeader(bytes: Uint8Array, refuse: Refuse): Record<string, unknown> {
  if (bytes[0] !== '{'.charCodeAt(0)) return refuse('its header is not JSON');
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as Record<string, unknown>;
  } catch {
    return refuse('its header is not JSON');
  }
}

interface Place {
  readonly name: string;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** The tensors in the order of their data, which must fill the rest of the file without holes or overlaps. */
function checkLayout(header: Record<string, unknown>, dataLength: number, refuse: Refuse): Place[] {
  const places = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]) => checkPlace(name, entry, refuse));
  places.sort((a, b) => a.from - b.from || a.to - b.to);
  let end = 0;
  for (const { name, from, to } of places) {
    if (from !== end) refuse(`the data of ${name} begin at ${from}, not at ${end}`);
    end = to;
  }
  if (end > dataLength) refuse(`it is cut short: ${dataLength} of ${end} bytes of data are there`);
  if (end < dataLength) refuse(`${dataLength - end} bytes follow its data`);
  return places;
}

function checkPlace(name: string, entry: unknown, refuse: Refuse): Place {
  const { dtype, shape, data_offsets: offsets } = { ...(entry as Record<string, unknown>) };
  if (dtype !== 'F32') refuse(`tensor ${name} has type ${JSON.stringify(dtype)}, not "F32"`);
  const isSize = (x: unknown) => Number.isSafeInteger(x) && (x as number) >= 0;
  if (!Array.isArray(shape) || !shape.every(isSize)) return refuse(`tensor ${name} has no valid shape`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    return refuse(`tensor ${name} has no valid offsets`);
  }
  const [from, to] = offsets as [number, number];
  const bytes = shape.reduce((product: number, size: number) => product * size, 4);
  if (to - from !== bytes) refuse(`tensor ${name} has ${to - from} bytes for a shape of ${bytes}`);
  return { name, shape, from, to };
}

function checkMetadata(json: unknown, refuse: Refuse): Map<string, string> {
  const entries = Object.entries({ ...(json as Record<string, unknown>) });
  if (entries.length === 0) return refuse('it carries no metadata');
  return new Map(
    entries.map(([key, value]) =>
      typeof value === 'string' ? [key, value] : refuse(`metadata ${key} is no string`),
    ),
  );
}

/** Reads exactly `length` bytes into a buffer of their own. */
async function read(file: FileHandle, position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) throw new Error('the file shrank while it was read');
    filled += bytesRead;
  }
  return bytes;
}

function bytesOf(data: Float32Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
