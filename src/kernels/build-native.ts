/** Builds the native kernels with this machine's C compiler, if it has one; see engine/build.ts. */
import { buildNative } from '../engine/build.js';

const result = await buildNative();
process.stdout.write(
  'path' in result ? `native kernels: ${result.path}\n` : `no native kernels: ${result.reason}\n`,
);
