import { UserError } from '../errors.js';
import type { Engine } from './kernels.js';
import { openNativeEngine } from './native.js';
import { openWasmEngine, VARIANTS } from './wasm.js';

/** Which build of the kernels to use: native, WebAssembly, or the fastest available. */
export const ENGINE_CHOICES = ['auto', 'native', 'wasm'] as const;
export type EngineChoice = (typeof ENGINE_CHOICES)[number];

/**
 * Opens an engine on a new arena.
 * @param options.quickly skips variants that need a check first, which takes longer than writing a short text
 * @throws UserError if the native build is requested but missing, or fails its self-check
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
