// Writes zip archives: true ones, and ones whose headers lie. Layout: APPNOTE.TXT of PKWARE, 4.3.

import { deflateRawSync, inflateRawSync } from 'node:zlib';

export interface ZipEntry {
  readonly name: string | Uint8Array;
  readonly data: string | Uint8Array;
  /** Leaves the data as they are, as the first file of an EPUB must be. */
  readonly stored?: boolean;
  /** Values of the headers that replace the true ones. */
  readonly lies?: Lies;
}

export interface Lies {
  /** Bit 0: encrypted; bit 3: sizes follow the data; bit 11: the name is UTF-8, which is the default. */
  readonly flags?: number;
  /** 0 is stored, 8 deflated. */
  readonly method?: number;
  readonly crc?: number;
  readonly compressedSize?: number;
  readonly size?: number;
  /** The index of the entry to whose data the directory points, so that the two overlap. */
  readonly dataOf?: number;
}

/** What the end of an archive says about its directory. */
export interface EndLies {
  readonly count?: number;
  readonly size?: number;
  readonly offset?: number;
}

/** Returns a zip archive of the entries, in their order. Strings are written as UTF-8. */
export function zip(entries: readonly ZipEntry[], lies: EndLies = {}): Buffer {
  const files: Buffer[] = [];
  const offsets: number[] = [];
  const records: Buffer[] = [];
  let offset = 0;
  const all = entries.map(prepared);
  for (const { fields, name, packed } of all) {
    offsets.push(offset);
    const file = Buffer.concat([signature(0x04034b50), fields, name, packed]);
    files.push(file);
    offset += file.length;
  }
  for (const [index, { fields, name, lies }] of all.entries()) {
    const rest = Buffer.alloc(14); // comment, disk and attributes: none
    rest.writeUInt32LE(offsets[lies.dataOf ?? index]!, 10);
    records.push(Buffer.concat([signature(0x02014b50), Buffer.from([20, 0]), fields, rest, name]));
  }
  const directory = Buffer.concat(records);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(lies.count ?? entries.length, 4);
  end.writeUInt16LE(lies.count ?? entries.length, 6);
  end.writeUInt32LE(lies.size ?? directory.length, 8);
  end.writeUInt32LE(lies.offset ?? offset, 12);
  return Buffer.concat([...files, directory, signature(0x06054b50), end]);
}

/** Returns the entries of an archive that `zip` has written without lies. */
export function entriesOf(archive: Buffer): ZipEntry[] {
  const end = archive.lastIndexOf(signature(0x06054b50));
  const entries: ZipEntry[] = [];
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    const length = archive.readUInt16LE(at + 28);
    const name = archive.toString('utf8', at + 46, at + 46 + length);
    const stored = archive.readUInt16LE(at + 10) === 0;
    const start = archive.readUInt32LE(at + 42) + 30 + length;
    const data = archive.subarray(start, start + archive.readUInt32LE(at + 20));
    entries.push({ name, data: stored ? data : inflateRawSync(data), stored });
    at += 46 + length;
  }
  return entries;
}

/** Returns the data of an entry as they are stored, and the 26 bytes that both of its headers share. */
function prepared({ name, data, stored = false, lies = {} }: ZipEntry) {
  const bytes = bytesOf(data);
  const packed = stored ? bytes : deflateRawSync(bytes);
  const nameBytes = bytesOf(name);
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0); // the version needed
  fields.writeUInt16LE(lies.flags ?? 0x0800, 2);
  fields.writeUInt16LE(lies.method ?? (stored ? 0 : 8), 4);
  fields.writeUInt32LE(0x21 << 16, 6); // time and date: the first of January 1980
  fields.writeUInt32LE(lies.crc ?? crc32(bytes), 10);
  fields.writeUInt32LE(lies.compressedSize ?? packed.length, 14);
  fields.writeUInt32LE(lies.size ?? bytes.length, 18);
  fields.writeUInt16LE(nameBytes.length, 22);
  return { fields, name: nameBytes, packed, lies };
}

const bytesOf = (data: string | Uint8Array) => (typeof data === 'string' ? Buffer.from(data) : data);

const signature = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

/** Returns the CRC-32 of IEEE 802.3, which Node has as zlib.crc32 only from 20.15 on. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
