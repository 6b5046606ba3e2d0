import { ExitCode, type Refuse, UserError } from '../errors.js';
import { type ModelConfig, parseModelConfig } from '../model/config.js';
import type { NumberRange } from '../numbers.js';
import { type DecodeOptions, ENCODINGS } from '../text/decode.js';
import { Vocabulary } from '../text/vocabulary.js';
import { Fields } from './fields.js';
import { type JsonLimits, parseJson } from './json.js';
import { LEAST_KEPT } from './run.js';

/** How long training goes on. */
const LENGTH_UNITS = ['epochs', 'steps', 'minutes'] as const;

export interface TrainingLength {
  readonly unit: (typeof LENGTH_UNITS)[number];
  readonly amount: number;
}

/** "1 epoch", "2.5 minutes". */
export function describeLength({ unit, amount }: TrainingLength): string {
  return `${amount} ${amount === 1 ? unit.slice(0, -1) : unit}`;
}

/** Options of training; all but the seed, the split and the window may change when a run is resumed. */
export interface TrainingOptions {
  readonly length: TrainingLength;
  readonly lr: number;
  readonly clip: number;
  readonly weightDecay: number;
  readonly batchSize: number;
  readonly sequenceLength: number;
  readonly validation: number;
  readonly evalEvery: number;
  readonly keep: number;
  readonly seed: number;
}

const ANY_COUNT = { minimum: 1, maximum: Number.MAX_SAFE_INTEGER, integer: true } as const;

export const TRAINING_RANGES: Record<Exclude<keyof TrainingOptions, 'length'>, NumberRange> = {
  lr: { minimum: 1e-9, maximum: 10 },
  clip: { minimum: 0, maximum: 1e9 },
  weightDecay: { minimum: 0, maximum: 10 },
  batchSize: { minimum: 1, maximum: 65536, integer: true },
  sequenceLength: { minimum: 1, maximum: 65536, integer: true },
  validation: { minimum: 0, maximum: 0.9 },
  evalEvery: ANY_COUNT,
  keep: { minimum: 0, maximum: 1_000_000, integer: true },
  seed: { minimum: 0, maximum: 2 ** 32 - 1, integer: true },
};

export const LENGTH_RANGES: Record<TrainingLength['unit'], NumberRange> = {
  epochs: { minimum: 0.001, maximum: 1e9 },
  steps: ANY_COUNT,
  minutes: { minimum: 0.01, maximum: 1e7 },
};

/** The options of a new run that asks for nothing else. */
export const TRAINING_DEFAULTS = {
  epochs: 10,
  clip: 1,
  weightDecay: 0.01,
  batchSize: 32,
  sequenceLength: 64,
  validation: 0.1,
  keep: LEAST_KEPT,
  seed: 1,
} as const;

/** Which text a run learns. One of length 0 is not there: the weights were imported. */
interface CorpusRecord {
  readonly name: string;
  /** Characters of the whole text, and how many of them, from the start, train. */
  readonly length: number;
  readonly trainLength: number;
  /** SHA-256 of its ids. */
  readonly hash: string;
}

/** Where training stands. Random draws are functions of the seed and the step, so these need no state of their own. */
export interface Progress {
  readonly step: number;
  /** Seconds of training so far; kept only where the length is in minutes, so that other runs repeat to the byte. */
  readonly seconds: number;
  readonly bestLoss: number | null;
  /** Sum and number of the training losses since the last entry of the history. */
  readonly lossSum: number;
  readonly lossCount: number;
  /** The loss of the run's first step, and the loss of late (see train/faults.ts); null before there is one. */
  readonly startLoss: number | null;
  readonly recentLoss: number | null;
  /** How often the run has gone back to a checkpoint because its numbers were wrong. */
  readonly rollbacks: number;
}

/** Where a run begins. */
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

/** One line of the history, an entry for each validation; losses in nats a character. */
export interface HistoryPoint {
  readonly step: number;
  readonly lr: number;
  /** Mean training loss since the entry before. */
  readonly training: number;
  readonly validation: number | null;
}

/** The checkpoint whose weights a run began with. */
export interface Origin {
  /** Where it lay then. */
  readonly path: string;
  readonly step: number;
  /** The text that it had learned. */
  readonly corpus: string;
  /** SHA-256 of its weights, in the order of the parameter table. */
  readonly hash: string;
}

/** Everything a checkpoint says beside its tensors: plain data, which crosses to the worker as it is. */
export interface RunRecord {
  readonly model: ModelConfig;
  readonly codePoints: readonly number[];
  /** How text became characters; the same for texts to come. */
  readonly decoding: DecodeOptions;
  readonly training: TrainingOptions;
  readonly corpus: CorpusRecord;
  readonly progress: Progress;
  readonly history: readonly HistoryPoint[];
  /** Not there where the run began with weights drawn from its seed. */
  readonly from?: Origin;
}

/** A history has 20,000 values at most, in half a million characters. */
const LIMITS: JsonLimits = { depth: 3, values: 100_000, characters: 1_000_000 };
/** As many as there are code points. */
const VOCABULARY_LIMITS: JsonLimits = { depth: 1, values: 0x110000 + 2, characters: 8 * 0x110000 };

/** The record as the strings of a checkpoint's metadata. */
export function writeRecord(record: RunRecord, engine: string): Record<string, string> {
  const json = Object.entries(record).map(([key, value]) => [key, JSON.stringify(value, sortKeys)]);
  return { engine, ...Object.fromEntries(json) };
}

/** Members in alphabetical order, so that the same record is the same bytes, however it was put together. */
function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The record of a checkpoint, every number checked.
 * @throws UserError naming what is missing or out of range
 */
export function parseRecord(metadata: ReadonlyMap<string, string>, source: string): RunRecord {
  const refuse: Refuse = (reason) => {
    throw new UserError(
      `${source} is not a checkpoint of charlstm: ${reason}`,
      'Use a checkpoint that this version of charlstm wrote.',
      ExitCode.badData,
    );
  };
  const json = (key: string, limits = LIMITS): unknown => {
    try {
      return parseJson(metadata.get(key) ?? '', limits);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return refuse(metadata.has(key) ? `its "${key}" ${error.message}` : `its "${key}" is missing`);
    }
  };
  // Anything but numbers would take more memory than a list of them.
  if (/[^\d,[\]]/.test(metadata.get('codePoints') ?? ''))
    refuse('its vocabulary, "codePoints", is no list of whole numbers');
  const decoding = parseDecoding(new Fields('decoding', json('decoding'), refuse));
  const model = parseModelConfig(json('model'), source);
  const { codePoints } = Vocabulary.parse(json('codePoints', VOCABULARY_LIMITS), decoding.encoding, source);
  if (codePoints.length !== model.vocabulary) {
    refuse(`its vocabulary has ${codePoints.length} characters, its network ${model.vocabulary}`);
  }
  const training = parseTraining(new Fields('training', json('training'), refuse));
  const corpus = parseCorpus(new Fields('corpus', json('corpus'), refuse));
  if (corpus.trainLength > corpus.length) refuse('its corpus.trainLength is more than its corpus.length');
  if (corpus.length > 0 && training.batchSize * training.sequenceLength >= corpus.trainLength) {
    refuse('its batch does not fit into its training text');
  }
  return {
    model,
    codePoints,
    decoding,
    training,
    corpus,
    progress: parseProgress(new Fields('progress', json('progress'), refuse)),
    history: parseHistory(json('history'), refuse),
    ...(metadata.has('from') && { from: parseOrigin(new Fields('from', json('from'), refuse)) }),
  };
}

const COUNT: NumberRange = { minimum: 0, maximum: Number.MAX_SAFE_INTEGER, integer: true };
const ANY: NumberRange = { minimum: -1e300, maximum: 1e300 };

function parseDecoding(fields: Fields): DecodeOptions {
  const encoding = ENCODINGS.find((name) => name === fields.string('encoding'));
  return {
    encoding: encoding ?? fields.refuse('its encoding is unknown'),
    normalizeNewlines: fields.boolean('normalizeNewlines'),
  };
}

function parseTraining(fields: Fields): TrainingOptions {
  const number = (key: keyof typeof TRAINING_RANGES) => fields.number(key, TRAINING_RANGES[key]);
  const length = fields.object('length');
  const unit =
    LENGTH_UNITS.find((name) => name === length.string('unit')) ?? fields.refuse('its length has no unit');
  return {
    length: { unit, amount: length.number('amount', LENGTH_RANGES[unit]) },
    lr: number('lr'),
    clip: number('clip'),
    weightDecay: number('weightDecay'),
    batchSize: number('batchSize'),
    sequenceLength: number('sequenceLength'),
    validation: number('validation'),
    evalEvery: number('evalEvery'),
    keep: number('keep'),
    seed: number('seed'),
  };
}

function parseCorpus(fields: Fields): CorpusRecord {
  return {
    name: fields.string('name'),
    length: fields.number('length', COUNT),
    trainLength: fields.number('trainLength', COUNT),
    hash: fields.string('hash'),
  };
}

function parseProgress(fields: Fields): Progress {
  const lossOrNull = (key: string) => (fields.has(key) ? fields.numberOrNull(key, ANY) : null);
  return {
    step: fields.number('step', COUNT),
    seconds: fields.number('seconds', { minimum: 0, maximum: 1e12 }),
    bestLoss: fields.numberOrNull('bestLoss', ANY),
    lossSum: fields.number('lossSum', ANY),
    lossCount: fields.number('lossCount', COUNT),
    startLoss: lossOrNull('startLoss'),
    recentLoss: lossOrNull('recentLoss'),
    rollbacks: fields.has('rollbacks') ? fields.number('rollbacks', COUNT) : 0,
  };
}

const LONGEST_PATH = 4096;

function parseOrigin(fields: Fields): Origin {
  return {
    path: fields.string('path', LONGEST_PATH),
    step: fields.number('step', COUNT),
    corpus: fields.string('corpus'),
    hash: fields.string('hash'),
  };
}

function parseHistory(json: unknown, refuse: Refuse): HistoryPoint[] {
  if (!Array.isArray(json)) return refuse('its history is no list');
  return json.map((point, i) => {
    const fields = new Fields(`history[${i}]`, point, refuse);
    return {
      step: fields.number('step', COUNT),
      lr: fields.number('lr', ANY),
      training: fields.number('training', ANY),
      validation: fields.numberOrNull('validation', ANY),
    };
  });
}
