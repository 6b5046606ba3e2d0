/** A process that tries a native build (see trial.ts). Exits with 0 if all its levels give the right bits. */
import { BITS, bitsOf } from './bits.js';
import { NATIVE } from './kernels.js';
import { attachNative, levelsOf } from './native.js';

const path = process.argv[2]!;
const areRight = levelsOf(path).every(
  (level) => bitsOf((memory) => attachNative({ path, level }, memory)) === BITS[NATIVE],
);
process.exit(areRight ? 0 : 1);
