import {
  LENGTH,
  MODEL_DEFAULTS,
  TRAINING_DEFAULTS,
  type TrainingLength,
  type TrainingOptions,
} from '../checkpoint/options.js';
import { grouped } from '../numbers.js';
import { MOST_VALIDATION } from '../text/split.js';

/** What a new run uses unless it is asked for something else. */
export interface SizedDefaults {
  readonly network: Pick<typeof MODEL_DEFAULTS, 'hidden' | 'layers' | 'dropout'>;
  readonly batchSize: number;
  readonly epochs: number;
  /** Limits of the length in steps. */
  readonly steps: { readonly least: number; readonly most: number };
}

const { hidden } = MODEL_DEFAULTS;

/**
 * The defaults for texts of fewer characters than `below`. A short text is soon known by heart: it needs
 * dropout, a smaller network if it is very short, and batches that are small enough for some steps per epoch.
 * docs/reference/short-texts.md has the measurements.
 */
const SHORT: readonly (SizedDefaults & { readonly below: number })[] = [
  {
    below: 30_000,
    network: { hidden, layers: 1, dropout: 0.5 },
    batchSize: 8,
    epochs: 30,
    steps: { least: 300, most: 20_000 },
  },
  {
    below: 100_000,
    network: { hidden, layers: 2, dropout: 0.3 },
    batchSize: 8,
    epochs: 15,
    steps: { least: 600, most: 20_000 },
  },
  {
    below: 500_000,
    network: { hidden, layers: 2, dropout: 0.2 },
    batchSize: 16,
    epochs: 15,
    steps: { least: 1_000, most: 20_000 },
  },
];

/** Fewer batches teach little, however often the text fits into them, and more take all night. */
const LONG: SizedDefaults = {
  network: MODEL_DEFAULTS,
  batchSize: TRAINING_DEFAULTS.batchSize,
  epochs: LENGTH.epochs.default,
  steps: { least: 1_000, most: 20_000 },
};

/** Validations without a new best that end a run of the default length. */
export const DEFAULT_PATIENCE = 10;

/** Returns the defaults for a text. @param length in symbols */
export function defaultsFor(length: number): SizedDefaults {
  return SHORT.find(({ below }) => length < below) ?? LONG;
}

/** Returns the default length of a run. */
export function defaultLength(
  { epochs, steps: { least, most } }: SizedDefaults,
  stepsPerEpoch: number,
): TrainingLength {
  const steps = Math.min(most, Math.max(least, epochs * stepsPerEpoch));
  return { unit: 'epochs', amount: Number((steps / stepsPerEpoch).toPrecision(3)) };
}

/**
 * Returns the steps between validations. They take about a twentieth of the time (a forward pass costs a third
 * of a step), but there are at most 50 in a run, and at least 10 unless it is very short.
 */
export function defaultEvalEvery(
  validationLength: number,
  { batchSize, sequenceLength }: Pick<TrainingOptions, 'batchSize' | 'sequenceLength'>,
  total: number | undefined,
): number {
  const affordable = Math.ceil(
    (20 / 3) * (Math.min(validationLength, MOST_VALIDATION) / (batchSize * sequenceLength)),
  );
  if (total === undefined) return Math.max(100, affordable);
  return Math.max(
    Math.min(10, total),
    Math.min(Math.max(affordable, Math.ceil(total / 50)), Math.ceil(total / 10)),
  );
}

/** Below this many characters, a network learns little more than how words are spelled. */
const VERY_SHORT = 20_000;

/** Says what to expect of a very short text. */
export function shortTextNotices(length: number): string[] {
  if (length >= VERY_SHORT) return [];
  return [
    `the text is short (${grouped(length)} characters): expect its spelling and short words rather ` +
      'than sense, and passages copied from it; 100,000 characters or more do much better, and so does ' +
      '--from with a model of similar text',
  ];
}
