import { UserError } from '../errors.js';
import { type Engine, NATIVE, WASM } from './kernels.js';
import { openNativeEngine } from './native.js';
import { openWasmEngine } from './wasm.js';

/** Which build of the kernels to use: the native one where there is one, or one by its kind or exact name. */
export const ENGINE_CHOICES = ['auto', 'native', 'wasm', NATIVE, WASM] as const;
export type EngineChoice = (typeof ENGINE_CHOICES)[number];

/**
 * Opens an engine on a new arena.
 * @throws UserError if the native build is requested but missing, or fails its self-check
 */
export function openEngine(choice: EngineChoice = 'auto'): Engine {
  if (choice !== 'wasm' && choice !== WASM) {
    const native = openNativeEngine();
    if ('engine' in native) return native.engine;
    if (choice !== 'auto') {
      throw new UserError(
        `there is no native engine: ${native.reason}`,
        native.help ?? 'Leave out --engine: WebAssembly runs everywhere.',
      );
    }
  }
  return openWasmEngine();
}
