// Draws of the kernel, compared with the exact draws of choose.ts.

import { describe, expect, it } from 'vitest';
import { Random, Stream } from '../../src/random.js';
import { choose } from '../../src/sample/choose.js';
import { builds } from '../helpers/engines.js';

const ROWS = 64;
const MOST = 150;
const random = new Random(1, Stream.sampling);

const anyOf = <T>(...values: readonly T[]): T => values[random.below(values.length)]!;

/** Logits as networks give them, and stranger ones. */
function logitOf(spread: number, strange: boolean): number {
  const usual = spread * (random.uniform() + random.uniform() - 1);
  return strange && random.below(4) === 0 ? anyOf(Number.NEGATIVE_INFINITY, 0, -300, 1e30, -1e-40) : usual;
}

/** A number that is random, extreme, or within a few roundings of the border after a character. */
function uniformOf(scores: readonly number[], temperature: number, isClose: boolean): number {
  if (!isClose) return random.uniform();
  const largest = Math.max(...scores);
  const weights = scores.map((score) => Math.exp((score - largest) / temperature));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const border = weights.slice(0, random.below(scores.length) + 1).reduce((sum, weight) => sum + weight, 0);
  const near = border / all + anyOf(0, 1, -1) * 2 ** -random.below(54);
  return Math.min(1 - 2 ** -53, Math.max(0, anyOf(near, near, near, 0, 1 - 2 ** -53)));
}

describe.each(builds)('%s', (_, open) => {
  const { kernels, arena } = open();
  const place = (length: number) => {
    const at = arena.allocate(length);
    return { at, view: arena.floats(at, length) };
  };
  const [logits, weights, bans] = [place(ROWS * MOST), place(ROWS * MOST), place(MOST)];
  const [uniforms, scales, choices] = [place(ROWS), place(ROWS), place(ROWS)];
  const drawn = new Int32Array(arena.memory.buffer, choices.at, ROWS);

  /** Draws for 64 rows. @returns how many of the draws are left to exact arithmetic */
  function compare(vocabulary: number, { isClose = false, strange = false, bansSome = false }): number {
    const temperatures = Array.from({ length: ROWS }, () =>
      strange ? anyOf(1, 2 ** -20, 2 ** 20, 0.01, 50) : 0.3 + random.uniform(),
    );
    for (let id = 0; id < vocabulary; id++) {
      bans.view[id] = bansSome && id > 0 && random.below(3) === 0 ? Number.NEGATIVE_INFINITY : 0;
    }
    const exact = temperatures.map((temperature, row) => {
      const part = logits.view.subarray(row * vocabulary, (row + 1) * vocabulary);
      const spread = anyOf(1, 8, 40);
      for (let id = 0; id < vocabulary; id++) part[id] = logitOf(spread, strange && id > 0);
      const scores = Array.from(part, (logit, id) => logit + bans.view[id]!);
      const uniform = uniformOf(scores, temperature, isClose);
      uniforms.view[row] = uniform;
      scales.view[row] = 1 / temperature;
      return choose(scores, { temperature }, uniform);
    });
    kernels.draw_rows(choices.at, weights.at, logits.at, bans.at, uniforms.at, scales.at, ROWS, vocabulary);
    const known = exact.map((id, row) => (drawn[row]! < 0 ? -1 : id));
    expect([...drawn]).toEqual(known);
    return known.filter((id) => id < 0).length;
  }

  const sizes = [1, 2, 3, 15, 16, 17, 65, MOST];

  it('draws what exact arithmetic draws, and leaves less than 1 of 100 draws to it', () => {
    for (const bansSome of [false, true]) {
      let left = 0;
      for (let i = 0; i < 40; i++) left += compare(sizes[i % sizes.length]!, { bansSome });
      expect(left).toBeLessThan(0.01 * 40 * ROWS);
    }
  });

  it('draws nothing else close to the borders between characters, or from strange numbers', () => {
    for (let i = 0; i < 80; i++) {
      compare(sizes[i % sizes.length]!, { isClose: true, strange: i % 2 > 0, bansSome: i % 3 > 0 });
    }
  });

  it('draws nothing from logits that are not numbers, or without a random number', () => {
    for (const [array, value] of [
      [logits, Number.NaN],
      [logits, Number.POSITIVE_INFINITY],
      [uniforms, Number.NaN],
    ] as const) {
      compare(65, {});
      array.view[0] = value;
      kernels.draw_rows(choices.at, weights.at, logits.at, bans.at, uniforms.at, scales.at, ROWS, 65);
      expect(drawn[0]).toBe(-1);
    }
    logits.view.fill(Number.NEGATIVE_INFINITY);
    kernels.draw_rows(choices.at, weights.at, logits.at, bans.at, uniforms.at, scales.at, ROWS, 65);
    expect([...drawn]).toEqual(new Array(ROWS).fill(-1));
  });
});
