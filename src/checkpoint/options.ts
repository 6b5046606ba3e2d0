import { ENGINE_CHOICES } from '../engine/engine.js';
import { CELL_NAMES } from '../model/cells.js';
import { defaultsOf, type OptionTable, type OptionValues, row, type ValueOf } from '../options.js';
import { NORMALIZATIONS } from '../text/encoding/decode.js';
import { ENCODING_NAMES } from '../text/encoding/names.js';
import { LEAST_KEPT, RUNS_FOLDER } from './folder.js';

const WIDTH = { minimum: 1, maximum: 8192, integer: true } as const;
const STEPS = { minimum: 1, maximum: Number.MAX_SAFE_INTEGER, integer: true } as const;
const WINDOW = { minimum: 1, maximum: 65536, integer: true } as const;
const SEED = { minimum: 0, maximum: 2 ** 32 - 1, integer: true } as const;

/** How many distinct characters a network may have: as many as there are code points. */
export const VOCABULARY_SIZE = { minimum: 2, maximum: 0x110000, integer: true } as const;

/** Where a run starts, and where it is written. */
const START = {
  resume: row('--resume [run]', 'optional text', 'continue a run or a checkpoint file, bit for bit', {
    defaultHelp: 'the newest run',
    isCommon: true,
  }),
  from: row(
    '--from <model>',
    'text',
    'start a new run from trained weights: the best checkpoint of a run, or a checkpoint file',
    { aliases: ['init-from'], isCommon: true },
  ),
  out: row('--out <folder>', 'text', 'folder of the run', {
    defaultHelp: `${RUNS_FOLDER}/<text>-<n>`,
    isCommon: true,
  }),
};

/** A property of the network that the first versions did not have. */
const ADDED_SWITCH = { absent: false, frozen: 'shape' } as const;

/** The network. Recorded in `model`; options that equal their `absent` value are not written. */
export const NETWORK = {
  cell: row('--cell <kind>', { words: CELL_NAMES }, 'kind of recurrent cell', {
    default: 'lstm',
    frozen: 'shape',
    aliases: ['model'],
    isCommon: true,
  }),
  embedding: row('--embedding <n>', WIDTH, 'size of the character embedding', {
    default: 64,
    frozen: 'shape',
  }),
  hidden: row('--hidden <n>', WIDTH, 'hidden units per layer', {
    default: 128,
    frozen: 'shape',
    aliases: ['rnn-size', 'hidden-size'],
    isCommon: true,
  }),
  layers: row('--layers <n>', { minimum: 1, maximum: 32, integer: true }, 'number of recurrent layers', {
    default: 2,
    defaultHelp: '2; 1 for short texts',
    frozen: 'shape',
    aliases: ['num-layers'],
    isCommon: true,
  }),
  dropout: row(
    '--dropout <share>',
    { minimum: 0, maximum: 0.95 },
    'share of the outputs of each layer to drop while training, such as 0.2',
    { default: 0, defaultHelp: '0; more for short texts', frozen: 'run', isCommon: true },
  ),
  coupled: row(
    '--coupled',
    'switch',
    'couple the gates: input gate = 1 - forget gate (lstm, peephole)',
    ADDED_SWITCH,
  ),
  layerNorm: row('--layer-norm', 'switch', 'apply layer normalisation inside each layer', ADDED_SWITCH),
  residual: row(
    '--residual',
    'switch',
    'add residual connections around every layer but the first',
    ADDED_SWITCH,
  ),
  forgetBias: row(
    '--forget-bias <n>',
    { minimum: -20, maximum: 20 },
    'initial bias of the gate that keeps the memory',
    { default: 1, absent: 1, frozen: 'shape' },
  ),
};

/** The length of a run, in one of three units. Recorded in `training.length`. */
export const LENGTH = {
  epochs: row('--epochs <n>', { minimum: 0.001, maximum: 1e9 }, 'train for this many passes over the text', {
    default: 10,
    defaultHelp: '10, but 1,000 to 20,000 steps; more for short texts',
    aliases: ['max-epochs'],
    isCommon: true,
  }),
  steps: row('--steps <n>', STEPS, 'train for this many steps, one batch each'),
  minutes: row('--minutes <n>', { minimum: 0.01, maximum: 1e7 }, 'train for this many minutes', {
    isCommon: true,
  }),
};

const TRAINING = {
  lr: row('--lr <rate>', { minimum: 1e-9, maximum: 10 }, 'peak learning rate', {
    defaultHelp: '5e-3, lower above 256 hidden units',
    aliases: ['learning-rate'],
    isCommon: true,
  }),
  clip: row(
    '--clip <norm>',
    { minimum: 0, maximum: 1e9 },
    'clip gradients to this global norm; 0 disables it',
    { default: 1, aliases: ['grad-clip'] },
  ),
  weightDecay: row('--weight-decay <n>', { minimum: 0, maximum: 10 }, 'weight decay of the matrices', {
    default: 0.01,
  }),
  batchSize: row('--batch-size <n>', WINDOW, 'sequences per batch', {
    default: 32,
    defaultHelp: '32; less for short texts',
    frozen: 'run',
  }),
  sequenceLength: row(
    '--seq-length <n>',
    WINDOW,
    'characters per sequence: the length of truncated backpropagation',
    { default: 64, frozen: 'run' },
  ),
};

const VALIDATION = {
  validation: row(
    '--val <share>',
    { minimum: 0, maximum: 0.9 },
    'share of the text, at its end, to validate on; 0 disables it',
    { default: 0.1, frozen: 'run' },
  ),
  evalEvery: row('--eval-every <steps>', STEPS, 'validate and save every N steps', {
    defaultHelp: 'so that it takes 5% of the time',
  }),
  test: row(
    '--test <share>',
    { minimum: 0, maximum: 0.9 },
    'share of the text to keep for "eval --split test": never trained on or validated on',
    { default: 0, absent: 0, frozen: 'run' },
  ),
  patience: row(
    '--patience <n>',
    { minimum: 0, maximum: 1000, integer: true },
    'stop after N validations in a row without a new best; 0 never does',
    { defaultHelp: '10 with the default length, else 0', absent: 0 },
  ),
  keep: row(
    '--keep <n>',
    { minimum: 0, maximum: 1_000_000, integer: true },
    `recent checkpoints to keep in addition to the best, at least ${LEAST_KEPT}`,
    { default: LEAST_KEPT },
  ),
};

const RESOURCES = {
  seed: row('--seed <n>', SEED, 'seed of all randomness', { default: 1, frozen: 'run' }),
  engine: row('--engine <name>', { words: ENGINE_CHOICES }, 'build of the arithmetic; see "charlstm engine"'),
  threads: row('--threads <n>', { minimum: 1, maximum: 64, integer: true }, 'number of threads', {
    defaultHelp: 'one per core',
  }),
  maxMemory: row('--max-memory <size>', 'bytes', 'refuse to train if more memory is needed', {
    defaultHelp: '80% of the available memory',
  }),
  stopAt: row('--stop-at <step>', STEPS, 'stop and save at this step, as Ctrl-C would'),
};

/** How a corpus is divided into texts. Recorded in `texts`, as a Collection. */
export const TEXTS = {
  texts: row(
    '--texts <kind>',
    { words: ['auto', 'whole', 'line', 'paragraph', 'file'] },
    'what one text is: the whole corpus, a line, a paragraph (blank lines between) or a file',
    { defaultHelp: 'recognised from the corpus', frozen: 'run', isCommon: true },
  ),
  textsEnd: row('--texts-end <text>', 'text', 'what stands between two texts, such as "<|endoftext|>"', {
    frozen: 'run',
  }),
  column: row('--column <name>', 'text', 'column of a CSV, TSV or JSON file that holds the texts', {
    frozen: 'run',
  }),
  label: row('--label <column>', 'texts', 'column that says what kind of text it is; may be repeated', {
    frozen: 'run',
  }),
  byColumn: row('--by-column', 'switch', 'read each text column by column, as levels of games', {
    frozen: 'run',
  }),
};

/** How files become characters. Recorded in `decoding`; options that equal their `absent` value are not written. */
export const DECODING = {
  encoding: row(
    '--encoding <name>',
    ENCODING_NAMES,
    'encoding of a file that is not UTF-8; auto: each file in its own',
    {
      defaultHelp: 'utf8 for one file, auto for several',
      frozen: 'run',
    },
  ),
  normalizeNewlines: row(
    '--no-normalize-newlines',
    'switch',
    'keep CR LF and CR as line ends instead of reading them as LF',
    {
      default: true,
      frozen: 'run',
    },
  ),
  strip: row(
    '--no-strip',
    'switch',
    'keep what is left out otherwise: the tags of HTML, and the header and licence of Project Gutenberg',
    {
      default: true,
      absent: false,
      frozen: 'run',
    },
  ),
  unwrap: row(
    '--unwrap',
    'switch',
    'join the lines of each paragraph, if the text is broken at a fixed width',
    {
      absent: false,
      frozen: 'run',
    },
  ),
  normalize: row(
    '--normalize <form>',
    { words: NORMALIZATIONS },
    'nfc: write each letter with its accents as one character where there is one',
    {
      absent: 'none',
      frozen: 'run',
    },
  ),
};

/**
 * THE table of training options, by group; adding an option is one row here, and its use. Flags, help,
 * aliases, types, ranges, the checks of checkpoints, what `--resume` and `--from` refuse, and
 * docs/reference/options.md follow from it.
 */
export const TRAIN_GROUPS = {
  Run: START,
  Network: NETWORK,
  'Length (one of)': LENGTH,
  Training: TRAINING,
  'Validation and checkpoints': VALIDATION,
  'Randomness and resources': RESOURCES,
  Text: { ...TEXTS, ...DECODING },
} satisfies Record<string, OptionTable>;

export const TRAIN_OPTIONS = {
  ...START,
  ...NETWORK,
  ...LENGTH,
  ...TRAINING,
  ...VALIDATION,
  ...RESOURCES,
  ...TEXTS,
  ...DECODING,
};

/**
 * Everything that may be asked of a training run, by programs and on the command line; all of it may be left
 * out.
 */
export type TrainOptions = OptionValues<typeof TRAIN_OPTIONS>;

/** The options that a checkpoint records in `training`, next to its length. */
export const RECORDED = { ...TRAINING, ...VALIDATION, seed: RESOURCES.seed };

export interface TrainingLength {
  readonly unit: keyof typeof LENGTH;
  readonly amount: number;
}

/** The training options of a run, as its checkpoints record them. */
export type TrainingOptions = { readonly length: TrainingLength } & {
  readonly [Name in keyof typeof RECORDED]: ValueOf<(typeof RECORDED)[Name]['kind']>;
};

/** The network of a new run that asks for nothing else. */
export const MODEL_DEFAULTS = defaultsOf(NETWORK);

/**
 * The training options of a new run that asks for nothing else; its learning rate, length and evalEvery are
 * computed.
 */
export const TRAINING_DEFAULTS = defaultsOf(RECORDED);
