import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ExitCode, fileError, UserError } from '../errors.js';
import { readRegular } from '../regular.js';

/** A folder with the native build of each platform, as node-gyp-build names them, and their checksums. */
export const PREBUILDS = fileURLToPath(new URL('../../prebuilds/', import.meta.url));

export const CHECKSUMS = join(PREBUILDS, 'checksums.json');

/** Like "linux-x64". */
export const THIS_PLATFORM = `${process.platform}-${process.arch}`;

/** In bytes; the builds have a few hundred kB. */
const LARGEST = 2 ** 24;

/** A package does not contain the C source. */
export const isCheckout = existsSync(fileURLToPath(new URL('../../src/kernels/', import.meta.url)));
/** What to do about a damaged file. */
export const MEND = isCheckout ? 'Run "npm run build".' : 'Install charlstm again.';

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

/** Reads what is known of the builds, by platform. @throws UserError if the file is damaged */
export function readPrebuilds(): Readonly<Record<string, Prebuild>> {
  if (!existsSync(CHECKSUMS)) return {};
  const known = parsed(read(CHECKSUMS).toString());
  if (!isObject(known) || !Object.values(known).every(isPrebuild)) {
    throw new UserError(`${CHECKSUMS} is damaged`, MEND, ExitCode.badData);
  }
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

/** Returns the SHA-256 of a build, in hexadecimal. @throws UserError if it cannot be read */
export function sha256Of(path: string): string {
  return createHash('sha256').update(read(path)).digest('hex');
}

function read(path: string): Buffer {
  try {
    return readRegular(path, LARGEST);
  } catch (error) {
    throw fileError(error, path, MEND);
  }
}
