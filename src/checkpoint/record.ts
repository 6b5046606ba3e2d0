import { type Refuse, refuser } from '../errors.js';
import { CELLS } from '../model/cells.js';
import type { ModelConfig } from '../model/config.js';
import type { Collection } from '../text/collection/collection.js';
import type { DecodeOptions } from '../text/encoding/decode.js';
import { Vocabulary } from '../text/vocabulary.js';
import { readCollection } from './collection.js';
import { type FieldsOf, readObject } from './fields.js';
import { ENVELOPE, laterProgram, STRICT_VERSION } from './header.js';
import { type JsonLimits, parseJson } from './json.js';
import {
  DECODING,
  LENGTH,
  NETWORK,
  RECORDED,
  type TrainingLength,
  type TrainingOptions,
  VOCABULARY_SIZE,
} from './options.js';

/** "1 epoch", "2.5 minutes". */
export function describeLength({ unit, amount }: TrainingLength): string {
  return `${amount} ${amount === 1 ? unit.slice(0, -1) : unit}`;
}

/** The text of a run. Its length is 0 if the weights were imported and there is none. */
interface CorpusRecord {
  readonly name: string;
  /** Ids of the whole text, and how many of them, from the start, are trained on. */
  readonly length: number;
  readonly trainLength: number;
  /** The end of the validation text, where the test text begins; absent if that has no ids. */
  readonly validationEnd?: number;
  /** SHA-256 of its ids. */
  readonly hash: string;
  /**
   * The share of the validation text that the training text has, too (see baseline/overlap.ts); absent if it
   * was not measured.
   */
  readonly overlap?: number;
}

/**
 * The progress of training. Random draws are functions of the seed and the step, so there is no state of
 * theirs.
 */
export interface Progress {
  readonly step: number;
  /**
   * Seconds of training so far; recorded only if the length is in minutes, so that other runs repeat byte for
   * byte.
   */
  readonly seconds: number;
  readonly bestLoss: number | null;
  /** Sum and number of the training losses since the last entry of the history. */
  readonly lossSum: number;
  readonly lossCount: number;
  /** The loss of the first step and the recent loss (see train/faults.ts); null before the first step. */
  readonly startLoss: number | null;
  readonly recentLoss: number | null;
  /** How many times the run was rolled back to a checkpoint because its numbers were wrong. */
  readonly rollbacks: number;
}

/** The progress of a run before its first step. */
export const NO_PROGRESS: Progress = {
  step: 0,
  seconds: 0,
  bestLoss: null,
  lossSum: 0,
  lossCount: 0,
  startLoss: null,
  recentLoss: null,
  rollbacks: 0,
};

/** One entry of the history, which has one for each validation. Losses are in nats per character. */
export interface HistoryPoint {
  readonly step: number;
  readonly lr: number;
  /** Mean training loss since the previous entry. */
  readonly training: number;
  readonly validation: number | null;
}

/** The checkpoint whose weights a run started from. */
export interface Origin {
  /** Its path at that time. */
  readonly path: string;
  readonly step: number;
  /** The name of the text it was trained on. */
  readonly corpus: string;
  /** SHA-256 of its weights, in the order of the parameter table. */
  readonly hash: string;
}

/** Everything in a checkpoint except its tensors: plain data, which is passed to the worker as it is. */
export interface RunRecord {
  readonly model: ModelConfig;
  readonly codePoints: readonly number[];
  /** How text becomes characters, for the training text and all later ones. */
  readonly decoding: DecodeOptions;
  /** Absent if the corpus is one text. */
  readonly texts?: Collection;
  readonly training: TrainingOptions;
  readonly corpus: CorpusRecord;
  readonly progress: Progress;
  readonly history: readonly HistoryPoint[];
  /** Absent if the initial weights were drawn from the seed. */
  readonly from?: Origin;
}

/** Returns the symbols of a run. */
export function vocabularyOf({
  codePoints,
  decoding,
  texts,
}: Pick<RunRecord, 'codePoints' | 'decoding' | 'texts'>): Vocabulary {
  return new Vocabulary(codePoints, decoding.encoding, texts);
}

/** A history has at most 20,000 values, in half a million characters. */
const LIMITS: JsonLimits = { depth: 3, values: 100_000, characters: 1_000_000 };
/** Labels are few, but their values may be long. */
const TEXTS_LIMITS: JsonLimits = { depth: 5, values: 200_000, characters: 4_000_000 };
/** A vocabulary has at most as many characters as there are code points. */
const VOCABULARY_LIMITS: JsonLimits = { depth: 1, values: 0x110000 + 2, characters: 8 * 0x110000 };

/** Returns a record as the strings of a checkpoint's metadata. */
export function writeRecord(record: RunRecord, engine: string): Record<string, string> {
  const json = Object.entries(record).map(([key, value]) => [key, JSON.stringify(value, sortKeys)]);
  return { engine, ...Object.fromEntries(json) };
}

/**
 * Sorts the members of objects, so that equal records have equal bytes whatever the order they were built in.
 */
function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Returns the record of a checkpoint, with every value checked.
 * @throws UserError naming the value that is missing or out of range
 */
export function parseRecord(metadata: ReadonlyMap<string, string>, source: string): RunRecord {
  const hint = 'Use a checkpoint that this version of charlstm wrote.';
  const refuse = refuser(`${source} is not a checkpoint of charlstm`, hint);
  const json = (key: string, limits = LIMITS): unknown => {
    try {
      return parseJson(metadata.get(key) ?? '', limits);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return refuse(metadata.has(key) ? `its "${key}" ${error.message}` : `its "${key}" is missing`);
    }
  };
  const read = <T>(key: string, fields: FieldsOf<T>, how?: { fill: boolean }) =>
    readObject(key, json(key), fields, refuse, how);
  // Checked before parsing: anything but numbers would take more memory than a list of numbers.
  if (/[^\d,[\]]/.test(metadata.get('codePoints') ?? ''))
    refuse('its vocabulary, "codePoints", is not a list of whole numbers');
  const decoding = read<DecodeOptions>('decoding', DECODING, { fill: false });
  const model = readModel(json('model'), refuse);
  const { codePoints } = Vocabulary.parse(json('codePoints', VOCABULARY_LIMITS), decoding.encoding, source);
  const texts = metadata.has('texts') ? readCollection(json('texts', TEXTS_LIMITS), refuse) : undefined;
  const { size, end } = new Vocabulary(codePoints, decoding.encoding, texts);
  if (size !== model.vocabulary) {
    refuse(`its vocabulary has ${size} symbols, its network ${model.vocabulary}`);
  }
  if (end !== model.end) refuse(`its model.end is ${model.end}, not ${end}`);
  const training = readTraining(json('training'), refuse);
  const corpus = readObject<CorpusRecord>('corpus', json('corpus'), CORPUS, refuse, { fill: false });
  const { trainLength, length, validationEnd = length } = corpus;
  if (trainLength > validationEnd || validationEnd > length)
    refuse('its corpus.trainLength, validationEnd and length are not in this order');
  if (corpus.length > 0 && training.batchSize * training.sequenceLength >= corpus.trainLength) {
    refuse('its batch does not fit into its training text');
  }
  const record: RunRecord = {
    model,
    codePoints,
    decoding,
    ...(texts && { texts }),
    training,
    corpus,
    progress: read<Progress>('progress', PROGRESS),
    history: readHistory(json('history'), refuse),
    ...(metadata.has('from') && { from: read<Origin>('from', ORIGIN) }),
  };
  if (Number(metadata.get('version')) >= STRICT_VERSION) refuseUnknown(metadata, record, source);
  return record;
}

/** Refuses what a later program has added: see docs/reference/checkpoints.md. */
function refuseUnknown(metadata: ReadonlyMap<string, string>, record: RunRecord, source: string): void {
  for (const [key, text] of metadata) {
    if (key === 'codePoints' || ENVELOPE.includes(key)) continue;
    const known = record[key as keyof RunRecord];
    const unknown = known === undefined ? key : unknownMember(JSON.parse(text), known, key);
    if (unknown !== undefined) throw laterProgram(source, unknown);
  }
}

/** Returns the path of a member that was not read, as in "model.depth". */
function unknownMember(json: unknown, read: unknown, path: string): string | undefined {
  if (typeof json !== 'object' || json === null) return undefined;
  for (const [key, value] of Object.entries(json)) {
    const name = Array.isArray(json) ? `${path}[${key}]` : `${path}.${key}`;
    const known = Object.hasOwn(read as object, key) ? (read as Record<string, unknown>)[key] : undefined;
    const unknown = known === undefined ? name : unknownMember(value, known, name);
    if (unknown !== undefined) return unknown;
  }
  return undefined;
}

const COUNT = { kind: { minimum: 0, maximum: Number.MAX_SAFE_INTEGER, integer: true } };
const NUMBER = { minimum: -1e300, maximum: 1e300 };
/** No file system allows longer names. */
const NAME = { kind: { longest: 255 } };

/** The members with an `absent` value stay missing if they are. */
const CORPUS = {
  name: NAME,
  length: COUNT,
  trainLength: COUNT,
  validationEnd: { ...COUNT, absent: 0 },
  overlap: { kind: { minimum: 0, maximum: 1 }, absent: 0 },
  hash: NAME,
};

/** The members with an `absent` value were added later; checkpoints of earlier versions lack them. */
const PROGRESS = {
  step: COUNT,
  seconds: { kind: { minimum: 0, maximum: 1e12 } },
  bestLoss: { kind: NUMBER, orNull: true },
  lossSum: { kind: NUMBER },
  lossCount: COUNT,
  startLoss: { kind: NUMBER, orNull: true, absent: null },
  recentLoss: { kind: NUMBER, orNull: true, absent: null },
  rollbacks: { ...COUNT, absent: 0 },
};

const POINT = {
  step: COUNT,
  lr: { kind: NUMBER },
  training: { kind: NUMBER },
  validation: { kind: NUMBER, orNull: true },
};

const ORIGIN = { path: { kind: { longest: 4096 } }, step: COUNT, corpus: NAME, hash: NAME };

function readModel(json: unknown, refuse: Refuse): ModelConfig {
  const { cell, ...rest } = NETWORK;
  const size = { kind: VOCABULARY_SIZE };
  const fields = { cell, vocabulary: size, end: { ...size, absent: 0 }, ...rest };
  const model = readObject<ModelConfig>('model', json, fields, refuse, { fill: false });
  if (model.coupled && !CELLS[model.cell].canBeCoupled) {
    refuse(`its model has coupled true, not possible with cell ${model.cell}`);
  }
  return model;
}

function readTraining(json: unknown, refuse: Refuse): TrainingOptions {
  const recorded = readObject<Omit<TrainingOptions, 'length'>>('training', json, RECORDED, refuse);
  const { length } = json as { length: unknown };
  const unit = { kind: { words: Object.keys(LENGTH) } };
  const read = <T>(fields: FieldsOf<T>) => readObject('training.length', length, fields, refuse);
  const known = read<Pick<TrainingLength, 'unit'>>({ unit });
  return { length: read<TrainingLength>({ unit, amount: LENGTH[known.unit] }), ...recorded };
}

function readHistory(json: unknown, refuse: Refuse): HistoryPoint[] {
  if (!Array.isArray(json)) return refuse('its history is not a list');
  return json.map((point, i) => readObject<HistoryPoint>(`history[${i}]`, point, POINT, refuse));
}
