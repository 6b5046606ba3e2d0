/**
 * Builds the native kernels of all platforms again, from a copy of the source in another folder, and compares
 * them with those in prebuilds/, byte for byte.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CHECKSUMS = 'prebuilds/checksums.json';

const copy = mkdtempSync(join(tmpdir(), 'charlstm-reproducible-'));
try {
  for (const part of ['package.json', 'src', 'dist'])
    cpSync(join(ROOT, part), join(copy, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  const built = spawnSync(process.execPath, ['dist/kernels/prebuilds.js'], { cwd: copy, stdio: 'inherit' });
  const isSame = readFileSync(join(ROOT, CHECKSUMS)).equals(readFileSync(join(copy, CHECKSUMS)));
  console.log(isSame ? 'the same bytes as in prebuilds/' : 'other bytes than in prebuilds/');
  process.exitCode = built.status === 0 && isSame ? 0 : 1;
} finally {
  rmSync(copy, { recursive: true, force: true });
}
