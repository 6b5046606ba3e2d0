// The signature of a file for macOS, as the system checks it: hashes of its pages.

import { createHash } from 'node:crypto';

/** What a code directory says, and whether each hash in it is that of its page of the file. */
export interface CodeDirectory {
  /** Signed by a linker, by nobody in particular (CS_ADHOC). */
  readonly isAdHoc: boolean;
  /** How much of the file is signed: bytes from the beginning. */
  readonly limit: number;
  /** Where the signature begins. */
  readonly signature: number;
  readonly hasRightHashes: boolean;
}

const LC_CODE_SIGNATURE = 0x1d;
const CODE_DIRECTORY = 0xfade0c02;
const CS_ADHOC = 2;

/** Reads the signature of a 64-bit Mach-O file; undefined if it has none. (XNU, osfmk/kern/cs_blobs.h) */
export function codeDirectoryOf(file: Buffer): CodeDirectory | undefined {
  const signature = signatureOf(file);
  if (signature === undefined) return undefined;
  const blob = file.subarray(signature);
  const blobs = Array.from({ length: blob.readUInt32BE(8) }, (_, i) => blob.readUInt32BE(12 + 8 * i + 4));
  const at = blobs.find((offset) => blob.readUInt32BE(offset) === CODE_DIRECTORY);
  if (at === undefined) return undefined;
  const directory = blob.subarray(at);
  const [flags, hashes, pages, limit] = [12, 16, 28, 32].map((offset) => directory.readUInt32BE(offset)) as [
    number,
    number,
    number,
    number,
  ];
  const pageBytes = 2 ** directory[39]!;
  const isRight = (page: number) => {
    const bytes = file.subarray(page * pageBytes, Math.min((page + 1) * pageBytes, limit));
    const expected = directory.subarray(hashes + 32 * page, hashes + 32 * (page + 1));
    return createHash('sha256').update(bytes).digest().equals(expected);
  };
  const all = Array.from({ length: pages }, (_, page) => isRight(page));
  return {
    isAdHoc: (flags & CS_ADHOC) !== 0,
    limit,
    signature,
    hasRightHashes: pages === Math.ceil(limit / pageBytes) && all.every(Boolean),
  };
}

/** The offset of the signature, from the load commands. */
function signatureOf(file: Buffer): number | undefined {
  let at = 32;
  for (let left = file.readUInt32LE(16); left > 0; left--) {
    if (file.readUInt32LE(at) === LC_CODE_SIGNATURE) return file.readUInt32LE(at + 8);
    at += file.readUInt32LE(at + 4);
  }
  return undefined;
}
