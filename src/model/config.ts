import { CELLS, type CellName } from './cells.js';

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

/** "2 x 128 LSTM (layer norm)", as it stands in headers and lists. */
export function describeModel({ layers, hidden, cell, coupled, layerNorm, residual }: ModelConfig): string {
  const variants = [coupled && 'coupled', layerNorm && 'layer norm', residual && 'residual'].filter(Boolean);
  return `${layers} x ${hidden} ${CELLS[cell].label}${variants.length > 0 ? ` (${variants.join(', ')})` : ''}`;
}
