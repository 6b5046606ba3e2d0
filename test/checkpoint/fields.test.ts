import { describe, expect, it } from 'vitest';
import { readObject } from '../../src/checkpoint/fields.js';

interface Subject {
  readonly lr: number;
  readonly unit: 'epochs' | 'steps';
  readonly name: string;
  readonly best: number | null;
  readonly flag: boolean;
}

const FIELDS = {
  lr: { kind: { minimum: 0, maximum: 10 } },
  unit: { kind: { words: ['epochs', 'steps'] } },
  name: { kind: { longest: 5 } },
  best: { kind: { minimum: 0, maximum: 1 }, orNull: true },
  flag: { kind: 'switch', absent: false },
} as const;
const VALID = { lr: 0.1, unit: 'steps', name: 'lamp', best: null, flag: true };

function read(json: unknown, options?: { fill: boolean }): Subject {
  const refuse = (reason: string): never => {
    throw new SyntaxError(reason);
  };
  return readObject<Subject>('training', json, FIELDS, refuse, options);
}

describe('a JSON object that is checked', () => {
  it('is returned without the members that its fields do not name', () => {
    expect(read({ ...VALID, other: 1 })).toEqual(VALID);
  });

  it('gets the absent value of a missing member, unless it is to stay missing', () => {
    const { flag: _, ...old } = VALID;
    expect(read(old)).toEqual({ ...VALID, flag: false });
    expect(read(old, { fill: false })).toEqual(old);
  });

  it.each<[change: object, reason: string]>([
    [{ lr: 1e99 }, 'training.lr is 1e+99, not a number from 0 to 10'],
    [{ lr: '0.1' }, 'training.lr is "0.1", not a number from 0 to 10'],
    [{ lr: undefined }, 'training.lr is missing'],
    [{ unit: 'hours' }, 'training.unit is "hours", not one of epochs, steps'],
    [
      { name: 'x'.repeat(1000) },
      `training.name is "${'x'.repeat(59)}…, not a string of at most 5 characters`,
    ],
    [{ best: 2 }, 'training.best is 2, not a number from 0 to 1'],
    [{ flag: 1 }, 'training.flag is 1, not true or false'],
  ])('is refused with the member, its value and what is allowed: %o', (change, reason) => {
    expect(() => read({ ...VALID, ...change })).toThrow(reason);
  });

  it.each([7, 'x', null])('is refused if it is %j', (json) => {
    expect(() => read(json)).toThrow('its training is not an object');
  });
});
