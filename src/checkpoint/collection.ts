import type { Refuse } from '../errors.js';
import { excerpt } from '../format.js';
import { type Collection, DIVISIONS, type LabelColumn } from '../text/collection/collection.js';
import { type FieldsOf, readObject } from './fields.js';

const TEXT = { kind: { longest: 1000 } };
const COUNT = { kind: { minimum: 0, maximum: Number.MAX_SAFE_INTEGER, integer: true } };

const VALUE = { value: TEXT, texts: COUNT };

/** The members with an `absent` value stay missing if they are. */
const COLLECTION = {
  division: { kind: { words: DIVISIONS } },
  textsEnd: { ...TEXT, absent: '' },
  column: { ...TEXT, absent: '' },
  byColumn: { kind: 'switch', absent: false },
} as const;

/** Returns the collection of a record, with every value checked. */
export function readCollection(json: unknown, refuse: Refuse): Collection {
  const read = <T>(name: string, value: unknown, fields: FieldsOf<T>) =>
    readObject<T>(name, value, fields, refuse, { fill: false });
  const collection = read<Omit<Collection, 'labels'>>('texts', json, COLLECTION);
  const { division, textsEnd = '', column } = collection;
  if ((division === 'separator') !== (textsEnd !== ''))
    refuse('its texts.textsEnd does not go with its division');
  if ((division === 'record') !== (column !== undefined))
    refuse('its texts.column does not go with its division');
  const { labels } = json as { labels: unknown };
  if (!Array.isArray(labels)) return refuse('its texts.labels is not a list');
  const columns = labels.map((label, i) => readLabel(label, `texts.labels[${i}]`, refuse));
  refuseTwice(
    columns.map(({ column }) => column),
    'texts.labels',
    refuse,
  );
  return { ...collection, labels: columns };
}

/** Columns and labels are found by their names. */
function refuseTwice(names: readonly string[], where: string, refuse: Refuse): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) refuse(`its ${where} has ${excerpt(JSON.stringify(name))} twice`);
    seen.add(name);
  }
}

function readLabel(json: unknown, name: string, refuse: Refuse): LabelColumn {
  const { column } = readObject<Pick<LabelColumn, 'column'>>(name, json, { column: TEXT }, refuse);
  const { values } = json as { values: unknown };
  if (!Array.isArray(values) || values.length === 0) return refuse(`its ${name}.values is not a list of any`);
  const read = values.map((value, i) =>
    readObject<LabelColumn['values'][number]>(`${name}.values[${i}]`, value, VALUE, refuse),
  );
  refuseTwice(
    read.map(({ value }) => value),
    `${name}.values`,
    refuse,
  );
  return { column, values: read };
}
