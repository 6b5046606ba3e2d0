import { CELLS, type CellName } from './cells.js';

/** The shape of a network, which its checkpoints freeze. */
export interface ModelConfig {
  readonly cell: CellName;
  /** Number of distinct symbols (V): characters and, for a collection of texts, their end and their labels. */
  readonly vocabulary: number;
  /**
   * The id of the symbol that ends a text and begins the next one, from zero state; the ids after it are
   * labels, which are read but not predicted. Absent if the corpus is one text.
   */
  readonly end?: number;
  /** Size of the character embedding. */
  readonly embedding: number;
  /** Hidden units per layer. */
  readonly hidden: number;
  readonly layers: number;
  /** Fraction of each layer's outputs that is zeroed for the next layer or the decoder, in training only. */
  readonly dropout: number;
  /** Whether the input gate is 1 - the forget gate. This and the next two default to false. */
  readonly coupled?: boolean;
  /** Whether the input and recurrent products of each layer are normalised separately (see norm.ts). */
  readonly layerNorm?: boolean;
  /** Whether each layer but the first adds its input to its outputs. */
  readonly residual?: boolean;
  /** Initial bias of the gate that keeps the memory, 1 by default. */
  readonly forgetBias?: number;
}

/** Number of parallel sequences (rows, B) and maximum number of time steps (steps, T) of a window. */
export interface WindowShape {
  readonly rows: number;
  readonly steps: number;
  readonly training: boolean;
}

/** Describes a network for headers and lists: "2 x 128 LSTM (layer norm)". */
export function describeModel({ layers, hidden, cell, coupled, layerNorm, residual }: ModelConfig): string {
  const variants = [coupled && 'coupled', layerNorm && 'layer norm', residual && 'residual'].filter(Boolean);
  return `${layers} x ${hidden} ${CELLS[cell].label}${variants.length > 0 ? ` (${variants.join(', ')})` : ''}`;
}
