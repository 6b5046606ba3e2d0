// Training that ends when the validation loss no longer improves.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultLength, defaultsFor, shortTextNotices } from '../../src/prepare/defaults.js';
import type { EndEvent } from '../../src/train/events.js';
import { endingOf, validationsSinceBest } from '../../src/train/schedule.js';
import { openSession } from '../../src/train/session.js';
import { collect, newRun, resume } from '../helpers/training.js';

const historyOf = (...losses: (number | null)[]) =>
  losses.map((validation, i) => ({ step: i, lr: 1, training: 1, validation }));

describe('patience', () => {
  it('counts the validations since the first one with the lowest loss', () => {
    expect(validationsSinceBest([])).toBe(0);
    expect(validationsSinceBest(historyOf(3, 2, 1))).toBe(0);
    expect(validationsSinceBest(historyOf(3, 1, 2, 1, 4))).toBe(3);
    expect(validationsSinceBest(historyOf(null, null, null))).toBe(0);
  });

  it('ends a run before its length, but never where it is 0', () => {
    const history = historyOf(3, 1, 2, 2);
    expect(endingOf(0.5, { training: { patience: 2 }, history })).toBe('early');
    expect(endingOf(0.5, { training: { patience: 3 }, history })).toBeUndefined();
    expect(endingOf(0.5, { training: { patience: 0 }, history })).toBeUndefined();
    expect(endingOf(1, { training: { patience: 2 }, history })).toBe('finished');
  });

  it('ends at the same step with the same bytes, stopped and resumed or not', async () => {
    // A rate so high that the first validations are the best.
    const options = { lr: 1, patience: 3, evalEvery: 2, length: { unit: 'steps', amount: 400 } } as const;
    const { run, record } = await newRun(options);
    const events = await collect(openSession(run, record));
    const end = events.at(-1) as EndEvent;
    expect(end).toMatchObject({ type: 'end', reason: 'early' });
    expect(end.step).toBeLessThan(400);
    const other = await newRun(options);
    await collect(openSession(other.run, other.record), { stopAt: end.step - 1 });
    const rest = await collect(await resume(other.run));
    expect(rest.at(-1)).toMatchObject({ reason: 'early', step: end.step });
    const lastOf = (folder: string) => {
      const name = readdirSync(folder)
        .filter((file) => file.startsWith('step-'))
        .sort()
        .at(-1)!;
      return { name, bytes: readFileSync(join(folder, name)) };
    };
    expect(lastOf(other.run)).toEqual(lastOf(run));
  });
});

describe('the defaults for a length of text', () => {
  it('give short texts smaller networks, dropout and smaller batches, and long ones what they always had', () => {
    const [tiny, short, long] = [3_000, 44_000, 1_000_000].map(defaultsFor);
    expect(tiny!.network).toEqual({ hidden: 128, layers: 1, dropout: 0.5 });
    expect(short!.network).toEqual({ hidden: 128, layers: 2, dropout: 0.3 });
    expect(short!.batchSize).toBe(8);
    expect(long).toMatchObject({ network: { hidden: 128, layers: 2, dropout: 0 }, batchSize: 32 });
    expect(defaultLength(long!, 439)).toEqual({ unit: 'epochs', amount: 10 });
    expect(defaultLength(long!, 50)).toEqual({ unit: 'epochs', amount: 20 });
    expect(defaultLength(tiny!, 5)).toEqual({ unit: 'epochs', amount: 60 });
  });

  it('come with a note where little can be expected', () => {
    expect(shortTextNotices(19_999)).toHaveLength(1);
    expect(shortTextNotices(20_000)).toEqual([]);
  });
});
