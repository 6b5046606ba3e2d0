import type { TrainingLength } from '../checkpoint/record.js';
import type { EngineChoice } from '../engine/engine.js';
import { UserError } from '../errors.js';
import type { CellName } from '../model/cells.js';
import { MODEL_DEFAULTS, type ModelConfig } from '../model/config.js';
import type { Encoding } from '../text/decode.js';
import type { TrainingJob } from '../worker/messages.js';

/** What was given on the command line; what was not is undefined. */
export interface TrainFlags {
  readonly resume?: string | true;
  readonly from?: string;
  readonly out?: string;
  readonly embedding?: number;
  readonly layers?: number;
  readonly hidden?: number;
  readonly dropout?: number;
  readonly cell?: CellName;
  readonly coupled?: true;
  readonly layerNorm?: true;
  readonly residual?: true;
  readonly forgetBias?: number;
  readonly epochs?: number;
  readonly steps?: number;
  readonly minutes?: number;
  readonly lr?: number;
  readonly clip?: number;
  readonly weightDecay?: number;
  readonly batchSize?: number;
  readonly seqLength?: number;
  readonly val?: number;
  readonly evalEvery?: number;
  readonly keep?: number;
  readonly seed?: number;
  readonly encoding?: Encoding;
  readonly normalizeNewlines?: boolean;
  readonly stopAt?: number;
  readonly engine?: EngineChoice;
  readonly threads?: number;
  /** Bytes. */
  readonly maxMemory?: number;
}

export interface UiFlags {
  readonly ui: 'auto' | 'plain' | 'json';
}

/** A run that is ready to be trained, and its lock. */
export interface PreparedTraining {
  readonly job: TrainingJob;
  readonly notices: readonly string[];
  /** Gives the run back; one that came to nothing is deleted. */
  release(): Promise<void>;
}

/** @throws UserError if the length is given in more than one unit */
export function chosenLength(flags: TrainFlags): TrainingLength | undefined {
  const given = (['epochs', 'steps', 'minutes'] as const).filter((unit) => flags[unit] !== undefined);
  if (given.length > 1) {
    throw new UserError(
      `the length is given as --${given.join(' and as --')}`,
      'Give one of --epochs, --steps and --minutes.',
    );
  }
  const unit = given[0];
  return unit && { unit, amount: flags[unit]! };
}

/** A flag, what was given for it, and what a checkpoint has. */
export type FixedFlag = readonly [flag: string, given: unknown, recorded: unknown];

/** The flags that say what network it is and what it began with, and so cannot change once there is one. */
export function shapeFlags(flags: TrainFlags, model: ModelConfig): FixedFlag[] {
  return [
    ['--cell', flags.cell, model.cell],
    ['--embedding', flags.embedding, model.embedding],
    ['--layers', flags.layers, model.layers],
    ['--hidden', flags.hidden, model.hidden],
    ['--coupled', flags.coupled, model.coupled ?? false],
    ['--layer-norm', flags.layerNorm, model.layerNorm ?? false],
    ['--residual', flags.residual, model.residual ?? false],
    ['--forget-bias', flags.forgetBias, model.forgetBias ?? MODEL_DEFAULTS.forgetBias],
  ];
}

/** "--hidden 128"; "--coupled", or "no --coupled". */
export function flagText(flag: string, value: unknown): string {
  if (typeof value === 'boolean') return value ? flag : `no ${flag}`;
  return `${flag} ${value}`;
}
