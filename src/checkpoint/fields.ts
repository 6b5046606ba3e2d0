import type { Refuse } from '../errors.js';
import { excerpt } from '../format.js';
import { accepts, describeKind, type OptionKind } from '../options.js';

/** What one member of a JSON object may be. A row of an option table is such a field. */
export interface Field {
  readonly kind: OptionKind;
  readonly orNull?: boolean;
  /** What it means that the member is missing; a member without this value must be present. */
  readonly absent?: unknown;
}

/** The fields of an object of a type. */
export type FieldsOf<T> = { readonly [Key in keyof T]-?: Field };

/**
 * Returns the members of a JSON object that `fields` names, each checked.
 * @param name of the object, for error messages
 * @param options.fill whether a missing member becomes its `absent` value, or stays missing
 */
export function readObject<T>(
  name: string,
  json: unknown,
  fields: FieldsOf<T>,
  refuse: Refuse,
  { fill = true } = {},
): T {
  if (typeof json !== 'object' || json === null) refuse(`its ${name} is not an object`);
  const object: Record<string, unknown> = { ...json };
  const members = Object.entries<Field>(fields).flatMap(([key, { kind, orNull, absent }]) => {
    const value = object[key];
    if (value === undefined && absent !== undefined) return fill ? [[key, absent]] : [];
    if (orNull && value === null) return [[key, null]];
    if (accepts(kind, value)) return [[key, value]];
    const what =
      value === undefined ? 'missing' : `${excerpt(JSON.stringify(value))}, not ${describeKind(kind)}`;
    return refuse(`${name}.${key} is ${what}`);
  });
  return Object.fromEntries(members) as T;
}
