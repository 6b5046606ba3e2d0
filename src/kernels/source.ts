/** The C source of the Node addon. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bindings } from './bindings.js';
import { FLAGS, LEVELS } from './platforms.js';

/** The folder of the kernels. */
export const KERNEL_SOURCE = fileURLToPath(new URL('../../src/kernels/', import.meta.url));

const ADDON_SOURCE = join(KERNEL_SOURCE, 'addon');

/** What is compiled once per level, as one file: the kernels, which come first, and their binding. */
export function levelSource(): { kernels: string[]; binding: string } {
  const kernels = readdirSync(KERNEL_SOURCE).filter((name) => name.endsWith('.c'));
  return {
    kernels: kernels.sort().map((name) => join(KERNEL_SOURCE, name)),
    binding: join(ADDON_SOURCE, 'native.c'),
  };
}

/** What is compiled once per platform, for its oldest processors. */
export function baseSources(): string[] {
  return [join(ADDON_SOURCE, 'levels.c')];
}

/** For Windows, in addition. */
export const WINDOWS_SOURCES = ['chkstk.S', 'delay.c'].map((name) => join(ADDON_SOURCE, name));

/** The functions of Windows that delay.c calls. */
export const KERNEL32 = join(ADDON_SOURCE, 'kernel32.def');

/** For the linker, in place of an SDK of macOS. */
export const LIB_SYSTEM = join(ADDON_SOURCE, 'libSystem.tbd');

/** Returns a hash of all that an addon is built from, in hexadecimal, whatever builds it. */
export function sourceHash(): string {
  const hash = createHash('sha256').update(JSON.stringify([bindings(), FLAGS, LEVELS]));
  for (const folder of [KERNEL_SOURCE, ADDON_SOURCE]) {
    const files = readdirSync(folder).filter((name) => /\.([chS]|tbd|def)$/.test(name));
    for (const name of files.sort()) hash.update(name).update(readFileSync(join(folder, name)));
  }
  return hash.digest('hex');
}
