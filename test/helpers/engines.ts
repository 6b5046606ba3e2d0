// Every build of the kernels that runs here.

import type { Engine } from '../../src/engine/kernels.js';
import { levelsOf, nativeBuild, nativeEngineAt } from '../../src/engine/native.js';
import { openWasmEngine } from '../../src/engine/wasm.js';

const native = nativeBuild();
if ('reason' in native) console.warn(`native kernels are not tested: ${native.reason}`);
const levels = 'path' in native ? levelsOf(native.path).map((level) => ({ ...native, level })) : [];

/** Each opens an engine on a new arena: WebAssembly, and each level of vectors of the native build. */
export const builds: [name: string, open: () => Engine][] = [
  ['wasm', openWasmEngine],
  ...levels.map(({ path, level }): [string, () => Engine] => [level, () => nativeEngineAt(path, level)]),
];
