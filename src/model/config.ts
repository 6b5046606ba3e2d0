import { ExitCode, UserError } from '../errors.js';
import { excerpt } from '../format.js';
import { describeRange, isInRange, type NumberRange } from '../numbers.js';

/** The shape of a network; frozen into its checkpoints. */
export interface ModelConfig {
  readonly cell: 'lstm';
  /** Distinct characters. */
  readonly vocabulary: number;
  /** Numbers a character is embedded in. */
  readonly embedding: number;
  /** Hidden units a layer. */
  readonly hidden: number;
  readonly layers: number;
  /** Share of each layer's outputs that is zeroed on the way up, in training only. */
  readonly dropout: number;
}

type Dimension = Exclude<keyof ModelConfig, 'cell'>;

export const MODEL_RANGES: Record<Dimension, NumberRange> = {
  vocabulary: { minimum: 2, maximum: 0x110000, integer: true },
  embedding: { minimum: 1, maximum: 8192, integer: true },
  hidden: { minimum: 1, maximum: 8192, integer: true },
  layers: { minimum: 1, maximum: 32, integer: true },
  dropout: { minimum: 0, maximum: 0.95 },
};

export const MODEL_DEFAULTS = { embedding: 64, hidden: 128, layers: 2, dropout: 0 } as const;

/**
 * A configuration read from a file, every number checked before anything is sized by it.
 * @throws UserError naming the value that is missing or out of range
 */
export function parseModelConfig(json: unknown, source: string): ModelConfig {
  const fields: Record<string, unknown> = { ...(json as object) };
  const refuse = (name: string, allowed: string): never => {
    throw new UserError(
      `${source}: model configuration has ${name} ${excerpt(JSON.stringify(fields[name]))}, not ${allowed}`,
      'Use a checkpoint that this version of charlstm wrote.',
      ExitCode.badData,
    );
  };
  if (fields.cell !== 'lstm') refuse('cell', '"lstm"');
  const number = (name: Dimension): number => {
    const value = fields[name];
    return isInRange(value, MODEL_RANGES[name]) ? value : refuse(name, describeRange(MODEL_RANGES[name]));
  };
  return {
    cell: 'lstm',
    vocabulary: number('vocabulary'),
    embedding: number('embedding'),
    hidden: number('hidden'),
    layers: number('layers'),
    dropout: number('dropout'),
  };
}

/** "2 x 128 LSTM", as it stands in headers and lists. */
export function describeModel(config: ModelConfig): string {
  return `${config.layers} x ${config.hidden} ${config.cell.toUpperCase()}`;
}
