import { type BaseIssue, custom, type GenericSchema, type InferOutput, safeParse } from 'valibot';
import type { Refuse } from './errors.js';
import { excerpt } from './format.js';
import { describeRange, isInRange, type NumberRange } from './numbers.js';

/** Characters in a name; no file system allows longer ones. */
const LONGEST_NAME = 255;

/** What valibot expects, in words that follow "not". */
const ALLOWED: Record<string, string> = {
  string: 'a string',
  boolean: 'true or false',
  Object: 'an object',
  Array: 'a list',
};

/** A number in a range. */
export function inRange(range: NumberRange): GenericSchema<number> {
  return custom<number>((value) => isInRange(value, range), describeRange(range));
}

/** A number of things, such as steps or characters. */
export const COUNT = inRange({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, integer: true });

/** A string of limited length. */
export function shortString(longest = LONGEST_NAME): GenericSchema<string> {
  return custom<string>(
    (value) => typeof value === 'string' && value.length <= longest,
    `a string of at most ${longest} characters`,
  );
}

/**
 * Returns a JSON value that a schema accepts, without the members the schema does not name. A schema's own messages
 * say what is allowed, as the end of "training.lr is 1e99, not ...". Checking stops at the first fault, so that a
 * hostile file cannot make it collect a list of them.
 * @param name of the value in its file, such as "training"
 * @param refuse throws the error for a value that does not fit
 */
export function parse<Schema extends GenericSchema>(
  schema: Schema,
  value: unknown,
  name: string,
  refuse: Refuse,
): InferOutput<Schema> {
  const result = safeParse(schema, value, { abortEarly: true, message: allowed });
  if (result.success) return result.output;
  const [{ path = [], input, message }] = result.issues;
  const at = path.map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');
  return refuse(`${name}${at} is ${input === undefined ? 'missing' : `${quoted(input)}, not ${message}`}`);
}

/** The beginning of a value as JSON; a long string is cut before it is copied. */
function quoted(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(excerpt(value)) : excerpt(JSON.stringify(value));
}

function allowed({ expected }: BaseIssue<unknown>): string {
  const options = `${expected}`.replace(/[()"]/g, '').split(' | ');
  return ALLOWED[`${expected}`] ?? (options.length > 1 ? `one of ${options.join(', ')}` : options[0]!);
}
