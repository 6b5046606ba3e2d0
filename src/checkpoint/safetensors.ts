import { createHash } from 'node:crypto';
import { closeSync, read as readCallback } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { fileError, type Refuse, refuser } from '../errors.js';
import { type BeforeRename, replaceFileDurably } from '../files.js';
import { type OpenFile, openRegular } from '../regular.js';
import { refuseForeign, TELLING_BYTES } from './foreign.js';
import {
  type FloatType,
  type Header,
  type HeaderParser,
  LENGTH_BYTES,
  LONGEST_HEADER,
  makeHeader,
  PART_BYTES,
  type Place,
  parseForeignHeader,
  parseHeader,
} from './header.js';

/** A tensor of 32-bit floats, row-major. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** An open file whose header has been read and checked. */
export interface TensorFile extends Header {
  /** Throws the error that rejects the file for a reason. */
  readonly refuse: Refuse;
  /**
   * Reads the tensors in the order of `places`, each when it is requested. Each part of the data is verified
   * once it has been read, before the next one is.
   */
  tensors(): AsyncGenerator<Tensor, void, void>;
}

const readAt = promisify(readCallback);
/** Bytes of one read: a damaged part is noticed at its end. */
const MOST_READ = 2 ** 20;

const SEE_RUNS = 'See "charlstm runs" for what there is.';

/**
 * Writes a file in the safetensors format (huggingface.co/docs/safetensors): the length of the header as a
 * little-endian u64, the header as JSON padded with spaces, the data. The file appears whole or not at all,
 * and then survives a power failure.
 * @throws UserError if the disk refuses
 */
export async function writeSafeTensors(
  path: string,
  tensors: readonly Tensor[],
  metadata: Readonly<Record<string, string>>,
  beforeRename?: BeforeRename,
): Promise<void> {
  const sorted = tensors.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const hash = new PartHash(PART_BYTES);
  const places: Place[] = [];
  let offset = 0;
  for (const { name, shape, data } of sorted) {
    hash.update(bytesOf(data));
    places.push({ name, type: 'F32', shape, from: offset, to: offset + data.byteLength });
    offset += data.byteLength;
  }
  const head = makeHeader(places, metadata, hash.end());

  const hint = 'Make room on the disk, or check that the folder exists and can be written.';
  const write = async (file: FileHandle) => {
    await file.writeFile(head);
    for (const { data } of sorted) await file.writeFile(bytesOf(data));
  };
  await replaceFileDurably(path, hint, write, beforeRename);
}

/**
 * Opens a file that `writeSafeTensors` wrote, for as long as `use` takes. Checks every length and offset
 * before anything is sized by it.
 * @throws UserError if it is another kind of file, truncated, damaged or unreadable; NewerFormatError if it
 *   is from a later version
 */
export function withSafeTensors<T>(path: string, use: (file: TensorFile) => Promise<T>): Promise<T> {
  const hint = 'Name a run folder or a .safetensors file in checkpoints/ (see charlstm runs).';
  const subject = `${path} is not a checkpoint of charlstm`;
  const refuse = refuser(subject, hint);
  return withTensors(path, { parse: parseHeader, subject, refuse, hint: SEE_RUNS }, use);
}

/**
 * Opens a file that another program wrote. It has no checksum, and numbers of 64 or 16 bits are converted to
 * 32 bits.
 */
export function withForeignTensors<T>(path: string, use: (file: TensorFile) => Promise<T>): Promise<T> {
  const hint = 'Name a file that safetensors.torch.save_file wrote; see docs/reference/checkpoints.md.';
  const subject = `${path} cannot be imported`;
  const refuse = refuser(subject, hint);
  return withTensors(path, { parse: parseForeignHeader, subject, refuse, hint }, use);
}

async function withTensors<T>(
  path: string,
  { parse, subject, refuse, hint }: { parse: HeaderParser; subject: string; refuse: Refuse; hint: string },
  use: (file: TensorFile) => Promise<T>,
): Promise<T> {
  let file: OpenFile | undefined;
  try {
    file = openRegular(path);
    const { descriptor, size } = file;
    const start = await read(descriptor, 0, Math.min(TELLING_BYTES, size), refuse);
    refuseForeign(Buffer.from(start.buffer), path, subject);
    const head = await readHead(file, refuse);
    const header = parse(head, size - head.length, path, refuse);
    const tensors = () => readTensors(descriptor, head.length, header, refuse);
    return await use({ ...header, refuse, tensors });
  } catch (error) {
    if (error instanceof RangeError) refuse(`its tensors are too large to be read (${error.message})`);
    throw fileError(error, path, hint);
  } finally {
    if (file) closeSync(file.descriptor);
  }
}

async function* readTensors(
  file: number,
  dataStart: number,
  header: Header,
  refuse: Refuse,
): AsyncGenerator<Tensor, void, void> {
  const { partBytes, parts: expected } = header.checksums ?? {
    partBytes: Number.POSITIVE_INFINITY,
    parts: [],
  };
  const hash = new PartHash(partBytes);
  const verify = (parts: readonly string[]) => {
    if (expected.length > 0 && parts.some((part, i) => part !== expected[i]))
      refuse('its data do not match their checksum');
  };
  for (const { name, type, shape, from, to } of header.places) {
    const bytes = new Uint8Array(to - from);
    for (let at = 0; at < bytes.length; at += MOST_READ) {
      const piece = bytes.subarray(at, at + MOST_READ);
      await readInto(piece, file, dataStart + from + at, refuse);
      hash.update(piece);
      verify(hash.parts);
    }
    yield { name, shape, data: floatsOf(bytes.buffer, type) };
  }
  verify(hash.end());
}

/** The SHA-256 of each part of a sequence of bytes. */
class PartHash {
  /** Of the parts that are complete, in hexadecimal. */
  readonly parts: string[] = [];
  #hash = createHash('sha256');
  #left: number;

  /** @param partBytes bytes of each part except the last */
  constructor(readonly partBytes: number) {
    this.#left = partBytes;
  }

  update(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.#left === 0) this.#endPart();
      const piece = bytes.subarray(at, at + this.#left);
      this.#hash.update(piece);
      this.#left -= piece.length;
      at += piece.length;
    }
  }

  /** Returns the hashes of all parts; the last one may be shorter. */
  end(): readonly string[] {
    this.#endPart();
    return this.parts;
  }

  #endPart(): void {
    this.parts.push(this.#hash.digest('hex'));
    this.#hash = createHash('sha256');
    this.#left = this.partBytes;
  }
}

/** Reads the length of the header and the header. */
async function readHead({ descriptor, size }: OpenFile, refuse: Refuse): Promise<Buffer> {
  if (size < LENGTH_BYTES + 2) return refuse(size === 0 ? 'it is empty' : `it has only ${size} bytes`);
  const { buffer } = await read(descriptor, 0, LENGTH_BYTES, refuse);
  const length = new DataView(buffer).getBigUint64(0, true);
  if (length > LONGEST_HEADER) return refuse('it does not start with the length of a header');
  if (Number(length) > size - LENGTH_BYTES) return refuse('it is cut short within its header');
  return Buffer.from((await read(descriptor, 0, LENGTH_BYTES + Number(length), refuse)).buffer);
}

/** Fills a buffer from a file. */
async function readInto(bytes: Uint8Array, file: number, position: number, refuse: Refuse): Promise<void> {
  for (let filled = 0; filled < bytes.length; ) {
    const { bytesRead } = await readAt(file, bytes, filled, bytes.length - filled, position + filled);
    if (bytesRead === 0) refuse('it shrank while it was being read');
    filled += bytesRead;
  }
}

/** Reads exactly `length` bytes into a new buffer. */
async function read(
  file: number,
  position: number,
  length: number,
  refuse: Refuse,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  await readInto(bytes, file, position, refuse);
  return bytes;
}

function bytesOf(data: Float32Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Converts little-endian numbers to 32 bits, rounding wider ones to nearest. */
export function floatsOf(buffer: ArrayBuffer, type: FloatType): Float32Array {
  switch (type) {
    case 'F32':
      return new Float32Array(buffer);
    case 'F64':
      return Float32Array.from(new Float64Array(buffer));
    case 'F16':
      return Float32Array.from(new Uint16Array(buffer), half);
    case 'BF16':
      // The upper half of a 32-bit float.
      return new Float32Array(Uint32Array.from(new Uint16Array(buffer), (bits) => bits * 2 ** 16).buffer);
  }
}

/** Decodes an IEEE 754 binary16: a sign, 5 bits of exponent, 10 bits of fraction. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
