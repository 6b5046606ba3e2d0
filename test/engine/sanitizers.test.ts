// The C kernels under AddressSanitizer and UBSan, with this machine's vectors; narrower ones take as long each.

import { readdirSync } from 'node:fs';
import { arch } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import type { Level } from '../../src/engine/kernels.js';
import { levelsOf, nativeBuild } from '../../src/engine/native.js';
import { LEVELS } from '../../src/kernels/platforms.js';
import { tries } from '../faults/scale.js';
import { temporaryFolder } from '../helpers/cli.js';

const KERNELS = fileURLToPath(new URL('../../src/kernels/', import.meta.url));
const CHECK = fileURLToPath(new URL('sanitized.c', import.meta.url));
const compiler = process.env.CC ?? 'cc';
const folder = await temporaryFolder();

const sources = readdirSync(KERNELS).filter((name) => name.endsWith('.c'));

/** Whether there is a compiler that supports the sanitizers. */
async function hasSanitizers(): Promise<boolean> {
  const input = 'int main(void) { return 0; }';
  const flags = ['-fsanitize=address,undefined', '-x', 'c', '-', '-o', join(folder, 'empty')];
  const built = await execa(compiler, flags, { input, reject: false });
  return !built.failed && !(await execa(join(folder, 'empty'), { reject: false })).failed;
}

const isPossible = await hasSanitizers();
if (!isPossible) console.warn(`the kernels are not checked for memory errors: ${compiler} has no sanitizers`);
// Vectors wider than the processor's would crash the program.
const native = nativeBuild();
const [widest, ...narrower] = 'path' in native ? levelsOf(native.path) : [];
/** Narrower vectors with `npm run test:faults`. */
const levels = widest === undefined ? [] : [widest, ...tries<readonly Level[]>(narrower, [])];

describe.runIf(isPossible && widest !== undefined)(
  'the kernels access only their arrays under sanitizers',
  () => {
    it.each(levels)('%s', { timeout: 120_000 }, async (level) => {
      const program = join(folder, level);
      await execa(compiler, [
        ...['-O1', '-g', '-std=gnu11', '-ffp-contract=off', '-fno-math-errno'],
        ...['-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-fno-sanitize=alignment'],
        ...LEVELS[arch() as 'x64' | 'arm64'][level]!,
        ...sources.map((name) => join(KERNELS, name)),
        CHECK,
        '-lm',
        '-o',
        program,
      ]);
      const { stdout, stderr } = await execa(program, { reject: false });
      expect(stderr).toBe('');
      expect(stdout).toBe('ok');
    });
  },
);
