import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { readCheckpoint, readRecord, verifyCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { ExitCode, UserError } from '../../src/errors.js';
import { Random, Stream } from '../../src/random.js';
import { temporaryFolder } from '../helpers/cli.js';
import { takeApart } from '../helpers/files.js';
import { mutated } from './mutations.js';
import { tries } from './scale.js';

vi.setConfig({ testTimeout: 1_800_000 });

const root = await temporaryFolder();
const damaged = join(root, 'damaged.safetensors');
const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}.safetensors`, import.meta.url));
const OLD = 'step-0000006-val-3.9393';
const file = fixture('format-3/step-0000006-val-3.8835');
const headEnd = 8 + takeApart(file).headerLength;

/** @returns whether a reader refuses the file with a UserError; any other error fails the test */
async function refuses(read: (path: string) => Promise<unknown>, bytes: Uint8Array, what: string) {
  writeFileSync(damaged, bytes);
  try {
    await read(damaged);
    return false;
  } catch (error) {
    if (error instanceof UserError && error.exitCode === ExitCode.badData) return true;
    return expect.fail(`${what}: ${error instanceof Error ? error.stack : error}`);
  }
}

describe('a damaged checkpoint', () => {
  it('is refused when truncated at any byte of its header and at 500 bytes of its data', async () => {
    const step = tries(1, 29);
    const lengths = Array.from({ length: Math.ceil(headEnd / step) }, (_, i) => i * step);
    const offsets = tries(500, 25);
    for (let i = 0; i < offsets; i++) {
      lengths.push(headEnd + Math.floor((i * (file.length - headEnd)) / offsets));
    }
    for (const length of [...lengths, file.length - 1]) {
      const cut = file.subarray(0, length);
      expect(await refuses(readCheckpoint, cut, `cut to ${length}`), `cut to ${length}`).toBe(true);
      expect(await refuses(readRecord, cut, `cut to ${length}`), `cut to ${length}`).toBe(true);
    }
  });

  it('is refused with any bit flipped, and with any bit of its header even if only that is read', async () => {
    const random = new Random(4, Stream.sampling);
    const flips = tries(10_000, 400);
    for (let i = 0; i < flips; i++) {
      // Half of the bits are in the header.
      const at = i % 2 === 0 ? random.below(headEnd) : random.below(file.length);
      const bit = random.below(8);
      const flipped = Buffer.from(file);
      flipped[at]! ^= 1 << bit;
      const what = `bit ${bit} of byte ${at}`;
      expect(await refuses(verifyCheckpoint, flipped, what), what).toBe(true);
      if (at < headEnd) expect(await refuses(readRecord, flipped, what), what).toBe(true);
    }
  });

  it('is quickly refused or read without leaking memory, for seeded mutations', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const held = () => {
      collect();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    const others = [`format-1/${OLD}`, `format-2/${OLD}`, 'format-4-decodings/auto/step-0000006-val-3.7327'];
    const bases = [file, ...others.map(fixture)];
    const seeds = tries(100_000, 1000);
    let before = 0;
    let slowest = 0;
    let read = 0;
    for (let seed = 0; seed < seeds; seed++) {
      if (seed === 100) before = held();
      const bytes = mutated(bases[seed % bases.length]!, seed);
      const began = performance.now();
      if (!(await refuses(readCheckpoint, bytes, `seed ${seed}`))) read++;
      await refuses(readRecord, bytes, `seed ${seed}`);
      slowest = Math.max(slowest, performance.now() - began);
    }
    expect(held() - before).toBeLessThan(50e6);
    expect(slowest).toBeLessThan(tries(1000, Number.POSITIVE_INFINITY)); // other tests run at the same time
    // Most are refused; the others contain only what a checkpoint may contain.
    expect(read / seeds).toBeLessThan(0.25);
  });
});
