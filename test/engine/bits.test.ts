import { expect, it } from 'vitest';
import { BITS, bitsOf } from '../../src/engine/bits.js';
import type { Engine } from '../../src/engine/kernels.js';
import { attachNative } from '../../src/engine/native.js';
import { TAPED } from '../../src/engine/tape.js';
import { attachWasm, openWasmEngine } from '../../src/engine/wasm.js';
import { builds } from '../helpers/engines.js';

const attach =
  ({ build }: Engine) =>
  (memory: WebAssembly.Memory) =>
    build.kind === 'wasm' ? attachWasm(build.module, memory) : attachNative(build, memory);

it.each(builds)('the bits of %s are those of its name', (_, open) => {
  const engine = open();
  expect(bitsOf(attach(engine))).toBe(BITS[engine.name]);
});

const plain = attach(openWasmEngine());

it.each([...TAPED, 'squared_norm'] as const)('other bits of %s are noticed', (name) => {
  const wrong = (memory: WebAssembly.Memory) => ({ ...plain(memory), [name]: () => 0 });
  expect(bitsOf(wrong)).not.toBe(bitsOf(plain));
});
