import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A folder with the native build of each platform, as node-gyp-build names them, and their checksums. */
export const PREBUILDS = fileURLToPath(new URL('../../prebuilds/', import.meta.url));

export const CHECKSUMS = join(PREBUILDS, 'checksums.json');

/** Like "linux-x64". */
export const THIS_PLATFORM = `${process.platform}-${process.arch}`;

/** In bytes; the builds have a few hundred kB. A larger file is damaged and would take long to read. */
const LARGEST = 2 ** 24;

/** What checksums.json says about the file of a platform. */
export interface Prebuild {
  /** Of the file, in hexadecimal. */
  readonly sha256: string;
  /** A hash of the C source and of everything else that it was built from. */
  readonly source: string;
  /** As it names itself: "Debian clang version 19.1.7". */
  readonly compiler: string;
}

export function prebuildPath(platform: string): string {
  return join(PREBUILDS, platform, 'charlstm.node');
}

/** Reads what is known of the builds, by platform. @throws Error if the file is damaged; system errors */
export function readPrebuilds(): Readonly<Record<string, Prebuild>> {
  if (!existsSync(CHECKSUMS)) return {};
  const known = parsed(readSmallFile(CHECKSUMS).toString());
  if (!isObject(known) || !Object.values(known).every(isPrebuild)) throw new Error(`${CHECKSUMS} is damaged`);
  return known as Record<string, Prebuild>;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPrebuild(value: unknown): boolean {
  return isObject(value) && ['sha256', 'source', 'compiler'].every((key) => typeof value[key] === 'string');
}

/** Returns the SHA-256 of a build, in hexadecimal. @throws Error if it cannot be one; system errors */
export function sha256Of(path: string): string {
  return createHash('sha256').update(readSmallFile(path)).digest('hex');
}

/** Reading a pipe or a device might never end. */
function readSmallFile(path: string): Buffer {
  const stats = statSync(path);
  if (!stats.isFile()) throw new Error(`${path} is not a file`);
  if (stats.size > LARGEST) throw new Error(`${path} is damaged: it has ${stats.size} bytes`);
  return readFileSync(path);
}
