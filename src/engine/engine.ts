import { UserError } from '../errors.js';
import type { Engine } from './kernels.js';
import { openNativeEngine } from './native.js';
import { openWasmEngine, VARIANTS } from './wasm.js';

/** Which build of the kernels to use: compiled here, WebAssembly, or the faster of what there is. */
export const ENGINE_CHOICES = ['auto', 'native', 'wasm'] as const;
export type EngineChoice = (typeof ENGINE_CHOICES)[number];

/**
 * An engine on an arena of its own.
 * @param options.quickly without a variant that has to be checked first, which takes longer than to write a short text
 * @throws UserError where the native build is asked for and is not there, or failed its self-check
 */
export function openEngine(choice: EngineChoice = 'auto', { quickly = false } = {}): Engine {
  if (choice !== 'wasm') {
    const native = openNativeEngine();
    if ('engine' in native) return native.engine;
    if (choice === 'native') {
      throw new UserError(
        `there is no native engine: ${native.reason}`,
        'Build it with "charlstm engine --build", or use --engine wasm.',
      );
    }
  }
  for (const variant of VARIANTS.filter((name) => !(quickly && name === 'relaxed256'))) {
    const engine = openWasmEngine(variant);
    if (engine) return engine;
  }
  throw new Error('no build of the kernels runs on this version of Node');
}
