import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A folder with the native build of each platform, as node-gyp-build names them, and their checksums. */
export const PREBUILDS = fileURLToPath(new URL('../../prebuilds/', import.meta.url));

export const CHECKSUMS = join(PREBUILDS, 'checksums.json');

/** Like "linux-x64". */
export const THIS_PLATFORM = `${process.platform}-${process.arch}`;

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
  return JSON.parse(readFileSync(CHECKSUMS, 'utf8')) as Record<string, Prebuild>;
}

/** The SHA-256 of a file, in hexadecimal. */
export function sha256Of(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
