import type { Refuse } from '../errors.js';
import { excerpt } from '../format.js';
import { describeRange, isInRange, type NumberRange } from '../numbers.js';

/** Characters of a name; file systems have no longer ones. */
const LONGEST_NAME = 255;

/** The members of one JSON object of the metadata, read with their types checked. */
export class Fields {
  readonly #fields: Record<string, unknown>;

  constructor(
    readonly name: string,
    json: unknown,
    readonly refuse: Refuse,
  ) {
    if (typeof json !== 'object' || json === null) refuse(`its ${name} is no object`);
    this.#fields = json as Record<string, unknown>;
  }

  number(key: string, range: NumberRange): number {
    const value = this.#fields[key];
    if (isInRange(value, range)) return value;
    return this.refuse(
      `${this.name}.${key} is ${excerpt(JSON.stringify(value))}, not ${describeRange(range)}`,
    );
  }

  numberOrNull(key: string, range: NumberRange): number | null {
    return this.#fields[key] === null ? null : this.number(key, range);
  }

  /** Whether it is there: earlier versions did not write all that this one does. */
  has(key: string): boolean {
    return this.#fields[key] !== undefined;
  }

  /** @param longest how many characters it may have */
  string(key: string, longest = LONGEST_NAME): string {
    const value = this.#fields[key];
    if (typeof value === 'string' && value.length <= longest) return value;
    return this.refuse(`${this.name}.${key} is no string of at most ${longest} characters`);
  }

  boolean(key: string): boolean {
    const value = this.#fields[key];
    return typeof value === 'boolean' ? value : this.refuse(`${this.name}.${key} is neither true nor false`);
  }

  object(key: string): Fields {
    return new Fields(`${this.name}.${key}`, this.#fields[key], this.refuse);
  }
}
