import { ExitCode, UserError } from '../errors.js';
import { excerpt } from '../format.js';
import { describeRange, isInRange, type NumberRange } from '../numbers.js';
import { CELL_NAMES, CELLS, type CellName } from './cells.js';

/** The shape of a network; frozen into its checkpoints. */
export interface ModelConfig {
  readonly cell: CellName;
  /** Distinct characters. */
  readonly vocabulary: number;
  /** Numbers a character is embedded in. */
  readonly embedding: number;
  /** Hidden units a layer. */
  readonly hidden: number;
  readonly layers: number;
  /** Share of each layer's outputs that is zeroed on the way up, in training only. */
  readonly dropout: number;
  /** Whether the input gate is 1 - the forget gate; absent for no, as the next two. */
  readonly coupled?: boolean;
  /** Whether the products of a layer are normalised, each in itself (see norm.ts). */
  readonly layerNorm?: boolean;
  /** Whether each layer but the first hands up the sum of its input and its outputs. */
  readonly residual?: boolean;
  /** What the bias of the gate that keeps the memory begins at; absent for 1. */
  readonly forgetBias?: number;
}

export const VARIANTS = ['coupled', 'layerNorm', 'residual'] as const;

type Dimension = Exclude<keyof ModelConfig, 'cell' | (typeof VARIANTS)[number]>;

export const MODEL_RANGES: Record<Dimension, NumberRange> = {
  vocabulary: { minimum: 2, maximum: 0x110000, integer: true },
  embedding: { minimum: 1, maximum: 8192, integer: true },
  hidden: { minimum: 1, maximum: 8192, integer: true },
  layers: { minimum: 1, maximum: 32, integer: true },
  dropout: { minimum: 0, maximum: 0.95 },
  forgetBias: { minimum: -20, maximum: 20 },
};

export const MODEL_DEFAULTS = {
  cell: 'lstm',
  embedding: 64,
  hidden: 128,
  layers: 2,
  dropout: 0,
  forgetBias: 1,
} as const;

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
  const cell =
    CELL_NAMES.find((name) => name === fields.cell) ?? refuse('cell', `one of ${CELL_NAMES.join(', ')}`);
  const number = (name: Dimension): number => {
    const value = fields[name];
    return isInRange(value, MODEL_RANGES[name]) ? value : refuse(name, describeRange(MODEL_RANGES[name]));
  };
  const flags = VARIANTS.filter((name) => fields[name] !== undefined);
  for (const name of flags) if (typeof fields[name] !== 'boolean') refuse(name, 'true or false');
  if (fields.coupled && !CELLS[cell].canBeCoupled) refuse('coupled', `possible with cell ${cell}`);
  return {
    cell,
    vocabulary: number('vocabulary'),
    embedding: number('embedding'),
    hidden: number('hidden'),
    layers: number('layers'),
    dropout: number('dropout'),
    ...Object.fromEntries(flags.map((name) => [name, fields[name]])),
    ...(fields.forgetBias !== undefined && { forgetBias: number('forgetBias') }),
  };
}

/** "2 x 128 LSTM (layer norm)", as it stands in headers and lists. */
export function describeModel({ layers, hidden, cell, coupled, layerNorm, residual }: ModelConfig): string {
  const variants = [coupled && 'coupled', layerNorm && 'layer norm', residual && 'residual'].filter(Boolean);
  return `${layers} x ${hidden} ${CELLS[cell].label}${variants.length > 0 ? ` (${variants.join(', ')})` : ''}`;
}
