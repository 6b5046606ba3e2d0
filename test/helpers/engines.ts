// Every build of the kernels.

import type { Engine } from '../../src/engine/kernels.js';
import { openNativeEngine } from '../../src/engine/native.js';
import { openWasmEngine } from '../../src/engine/wasm.js';

const native = () => {
  const found = openNativeEngine();
  return 'engine' in found ? found.engine : undefined;
};

/** Each opens an engine on a new arena, or returns undefined if it does not run here. */
export const builds: [name: string, open: () => Engine | undefined][] = [
  ['wasm', openWasmEngine],
  ['native', native],
];
