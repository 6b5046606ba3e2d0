// Repeats and cycles, compared with a text shifted against itself by every distance.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { Random, Stream } from '../../src/random.js';
import type { GenerateOptions } from '../../src/sample/options.js';
import { cycleIn, Repetition } from '../../src/sample/repetition.js';
import { modelOf, writeMany } from '../helpers/models.js';

// Takes some seconds on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const model = modelOf('abc.!")\' \n\té');

describe('repetition', () => {
  /**
   * The penalty of each score in units of log penalty, by comparing the text with itself at every distance.
   */
  function penaltiesSlowly(ids: readonly number[], window: number, size: number): number[] {
    return Array.from({ length: size }, (_, id) => {
      let longest = 0;
      for (let lag = 1; lag <= Math.min(window, ids.length); lag++) {
        if (ids[ids.length - lag] !== id) continue;
        let run = 0;
        while (run + lag < ids.length && ids[ids.length - 1 - run] === ids[ids.length - 1 - run - lag]) run++;
        longest = Math.max(longest, run);
      }
      return Math.max(0, longest - 4);
    });
  }

  const text = fc.oneof(
    fc.array(fc.nat(1), { maxLength: 80 }),
    fc
      .tuple(
        fc.array(fc.nat(3), { minLength: 1, maxLength: 12 }),
        fc.nat(12),
        fc.array(fc.nat(3), { maxLength: 6 }),
      )
      .map(([unit, times, rest]) => [...Array.from({ length: times }, () => unit).flat(), ...rest, ...unit]),
  );

  it('is penalised by the length of the repeat that a character would continue', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 40 }), (ids, window) => {
        const repetition = new Repetition(window);
        for (const id of ids) repetition.take(id);
        const scores = new Float64Array(4).fill(10);
        repetition.penalise(scores, Math.E);
        const expected = penaltiesSlowly(ids, window, 4).map((units) => 10 - units);
        for (const [id, score] of expected.entries()) expect(scores[id]).toBeCloseTo(score, 9);
      }),
      { numRuns: 1000 },
    );
  });

  it('is found as far back as the window, even beyond the longest cycle', () => {
    const random = new Random(1, Stream.sampling);
    const ids = Array.from({ length: 3000 }, () => random.below(4));
    for (const window of [1, 255, 256, 257, 900]) {
      const repetition = new Repetition(window);
      for (const [count, id] of ids.entries()) {
        repetition.take(id);
        if (count % 100 !== 99) continue;
        const scores = new Float64Array(4);
        repetition.penalise(scores, Math.E);
        const expected = penaltiesSlowly(ids.slice(0, count + 1), window, 4);
        for (const [other, units] of expected.entries()) expect(scores[other]).toBeCloseTo(-units, 9);
      }
    }
  });

  it('does not occur if it is penalised enough', async () => {
    const options: GenerateOptions = { temperature: 0, length: 1500 };
    const [plain] = await writeMany(options, 1, model);
    const [varied] = await writeMany({ ...options, repetitionPenalty: 1000 }, 1, model);
    expect(plain!.cycle).toBeDefined();
    expect(varied!.cycle).toBeUndefined();
  });

  it('with any period up to 256 is a cycle once it has occurred three times', () => {
    for (let period = 1; period <= 256; period++) {
      const random = new Random(period, Stream.sampling);
      const before = Array.from({ length: 50 }, () => random.below(50));
      const unit = Array.from({ length: period }, (_, i) => 50 + i);
      const least = Math.max(100, 2 * period) + period;
      const cycled = Array.from({ length: least }, (_, i) => unit[i % period]!);
      expect([period, cycleIn([...before, ...cycled])]).toEqual([period, period]);
      expect(cycleIn([...before, ...cycled.slice(0, -1)])).toBeUndefined();
    }
  });

  it('is not a cycle in ordinary text', () => {
    const prose = readFileSync(new URL('../../docs/architecture.md', import.meta.url), 'utf8').slice(
      0,
      20_000,
    );
    expect(cycleIn(Array.from(prose, (character) => character.codePointAt(0)!))).toBeUndefined();
    const random = new Random(5, Stream.sampling);
    expect(cycleIn(Array.from({ length: 20_000 }, () => random.below(2)))).toBeUndefined();
  });

  it('is found to be endless at temperature 0', async () => {
    let found = 0;
    for (let seed = 1; seed <= 10; seed++) {
      const looping = modelOf('abcdef \n', { seed });
      const [text] = await writeMany({ temperature: 0, length: 3000 }, 1, looping);
      if (text!.cycle === undefined) continue;
      found++;
      const end = text!.text.slice(-1000);
      expect(end.slice(text!.cycle)).toBe(end.slice(0, -text!.cycle));
    }
    expect(found).toBeGreaterThan(7);
  });
});
