import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KERNEL_TABLE, SIGNATURES } from '../../src/engine/kernel-table.js';
import type { Kernels } from '../../src/engine/kernels.js';
import { attachNative, nativeBuild } from '../../src/engine/native.js';
import { KERNEL_SOURCE } from '../../src/kernels/source.js';

const header = readFileSync(join(KERNEL_SOURCE, 'kernels.h'), 'utf8');
const DECLARATION = /^KERNEL\((?<name>\w+)\)\s*(?<result>\w+) \k<name>\((?<parameters>[^)]*)\)/gm;

const declared = [...header.matchAll(DECLARATION)].map(({ groups = {} }) => ({
  name: groups.name,
  returns: groups.result === 'void' ? 'nothing' : 'number',
  parameters: groups.parameters!.split(/,\s*/).map((parameter) => ({
    name: /\w+$/.exec(parameter)![0],
    isPointer: parameter.includes('*'),
  })),
}));

/** The names of a row's arguments, spelled as in C. */
function namesOf(kernel: keyof Kernels): string[] {
  const [, list] = /^\(([^)]*)\)/.exec(KERNEL_TABLE[kernel].toString())!;
  return list!.split(/,\s*/).map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}

it('the table has the kernels of kernels.h, with the same arguments in the same order', () => {
  const rows = SIGNATURES.map(({ name, returns, parts }) => {
    const pointers = parts.map(({ pointer }) => pointer?.index);
    const parameters = namesOf(name).map((argument, i) => ({
      name: argument,
      isPointer: pointers.includes(i),
    }));
    return { name, returns, parameters };
  });
  expect(rows).toEqual(declared);
});

const build = nativeBuild();

describe.runIf('path' in build)('the native build refuses arrays outside its memory', () => {
  /** Sizes that make a valid call; all others are 1. */
  const sizes: Partial<Record<string, Record<string, number>>> = {
    lstm_forward: { width: 4 },
    lstm_backward: { width: 4 },
    dropout: { first: 0 },
  };

  it.each(SIGNATURES.filter(({ parts }) => parts.some(({ pointer }) => pointer)))('$name', (signature) => {
    const { name, parts } = signature;
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    const kernels = attachNative(build as Extract<typeof build, { path: string }>, memory);
    const call = (args: number[]) => (kernels[name] as (...args: number[]) => void)(...args);
    const pointers = parts.flatMap(({ pointer }) => pointer?.index ?? []);
    const args = namesOf(name).map((argument, i) =>
      pointers.includes(i) ? 0 : (sizes[name]?.[argument] ?? 1),
    );
    expect(() => call(args)).not.toThrow();
    for (const pointer of pointers) {
      for (const outside of [memory.buffer.byteLength, -4, 2, Number.NaN]) {
        expect(() => call(args.with(pointer, outside))).toThrow(
          `${name} was called with arrays outside its memory`,
        );
      }
    }
  });
});
