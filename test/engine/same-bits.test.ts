import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { JOINED_CHECK, V8_JOINS } from '../../src/engine/revectorize.js';
import { haveSameBits } from '../../src/engine/same-bits.js';
import { TAPED } from '../../src/engine/tape.js';
import { attachWasm, openWasmEngine } from '../../src/engine/wasm.js';

describe('haveSameBits', () => {
  const builds = (['simd', 'relaxed'] as const).flatMap((variant) => openWasmEngine(variant)?.build ?? []);
  const attached = builds.flatMap((build) =>
    build.kind === 'wasm' ? [(memory: WebAssembly.Memory) => attachWasm(build.module, memory)] : [],
  );
  const plain = attached[0]!;

  it('finds a build identical to itself', () => {
    expect(haveSameBits(plain, plain)).toBe(true);
  });

  it('notices that relaxed SIMD rounds once where plain SIMD rounds twice', () => {
    for (const relaxed of attached.slice(1)) expect(haveSameBits(plain, relaxed)).toBe(false);
  });

  it('finds joined vectors identical to relaxed SIMD, where V8 joins them', () => {
    const [relaxed, joined] = (['relaxed', 'relaxed256'] as const).map((name) => openWasmEngine(name)?.build);
    if (relaxed?.kind !== 'wasm' || joined?.kind !== 'wasm') return;
    const attach = (module: WebAssembly.Module) => (memory: WebAssembly.Memory) => attachWasm(module, memory);
    expect(haveSameBits(attach(relaxed.module), attach(joined.module))).toBe(true);
  });

  // Node 20 and 22 cannot join vectors; `npm run test:nodes` runs this under later versions.
  it.runIf(V8_JOINS)(
    'the check of joined vectors finds the same bits, whether or not they are faster here',
    () => {
      expect([0, 2]).toContain(spawnSync(process.execPath, [JOINED_CHECK]).status);
    },
  );

  it.each([...TAPED, 'squared_norm'] as const)('notices a wrong %s', (name) => {
    const wrong = (memory: WebAssembly.Memory) => ({ ...plain(memory), [name]: () => 0 });
    expect(haveSameBits(plain, wrong)).toBe(false);
  });
});
