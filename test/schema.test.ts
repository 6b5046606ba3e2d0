import { array, boolean, object, optional, picklist } from 'valibot';
import { describe, expect, it } from 'vitest';
import { inRange, parse, shortString } from '../src/schema.js';

const SCHEMA = object({
  lr: inRange({ minimum: 0, maximum: 10 }),
  unit: picklist(['epochs', 'steps']),
  name: shortString(5),
  history: array(object({ step: inRange({ minimum: 0, maximum: 9, integer: true }) })),
  flag: optional(boolean()),
});
const VALID = { lr: 0.1, unit: 'steps', name: 'lamp', history: [{ step: 1 }] };
const refuse = (reason: string): never => {
  throw new SyntaxError(reason);
};

describe('a JSON value that is checked against a schema', () => {
  it('is returned without the members that the schema does not name', () => {
    expect(parse(SCHEMA, { ...VALID, other: 1 }, 'training', refuse)).toEqual(VALID);
  });

  it.each<[change: object, reason: string]>([
    [{ lr: 1e99 }, 'training.lr is 1e+99, not a number from 0 to 10'],
    [{ lr: '0.1' }, 'training.lr is "0.1", not a number from 0 to 10'],
    [{ lr: undefined }, 'training.lr is missing'],
    [{ unit: 'hours' }, 'training.unit is "hours", not one of epochs, steps'],
    [
      { name: 'x'.repeat(1000) },
      `training.name is "${'x'.repeat(60)}…", not a string of at most 5 characters`,
    ],
    [{ history: 7 }, 'training.history is 7, not a list'],
    [
      { history: [{ step: 1 }, { step: 2.5 }] },
      'training.history[1].step is 2.5, not a whole number from 0 to 9',
    ],
    [{ history: [null] }, 'training.history[0] is null, not an object'],
    [{ flag: 1 }, 'training.flag is 1, not true or false'],
  ])('is refused with its path, its value and what is allowed: %o', (change, reason) => {
    const { ...value } = JSON.parse(JSON.stringify({ ...VALID, ...change }));
    expect(() => parse(SCHEMA, value, 'training', refuse)).toThrow(reason);
  });

  it('is refused as a whole where it is not an object', () => {
    expect(() => parse(SCHEMA, 'x', 'training', refuse)).toThrow('training is "x", not an object');
  });
});
