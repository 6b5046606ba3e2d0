import type { Kernels } from '../engine/kernels.js';

/** One of the stacked (H) blocks that a layer's matrices have a row for each unit in: a gate, or the candidate. */
export interface Gate {
  readonly name: string;
  readonly activation: 'sigmoid' | 'tanh';
  /** Whether it says how much of the memory is kept: its bias begins at the forget bias. */
  readonly keeps?: true;
}

/** Where the numbers of one step, or of all, lie: byte offsets of row-major matrices. */
export interface Places {
  /** (rows, width): pre-activations, then activations, then the gradient of the pre-activations; width = gates * H. */
  readonly gates: number;
  /** The same of what comes from the step before, where the cell keeps that apart. */
  readonly past: number;
  /** (rows, hidden): states after the step, and before it. */
  readonly h: number;
  readonly hBefore: number;
  readonly c: number;
  readonly cBefore: number;
  /** The cell's own parameters, where it has some. */
  readonly own: number;
  readonly rows: number;
  readonly hidden: number;
  readonly width: number;
}

/** The same, and where the gradients of the states lie, (rows, hidden) each. */
export interface BackwardPlaces extends Places {
  readonly dh: number;
  readonly dhBefore: number;
  /** That of c after the step, then that of c before it. */
  readonly dc: number;
}

/**
 * A kind of recurrent cell: what it has, and the arithmetic of one step. The sum W_ih · x + b + W_hh · h' is made by the
 * layer (layer.ts); all that is between that sum and the new state is the cell's.
 */
export interface Cell {
  /** "LSTM" */
  readonly label: string;
  /** PyTorch's module, after which the parameters are called. */
  readonly module: 'lstm' | 'rnn' | 'gru';
  /** In the order of the rows of the matrices. @param isCoupled whether the input gate is 1 - the forget gate */
  gates(isCoupled: boolean): readonly Gate[];
  readonly canBeCoupled: boolean;
  /** Whether it has a cell state c beside the hidden state h. */
  readonly hasCellState: boolean;
  /** Whether W_hh · h' is kept apart from what comes from below. It has a bias of its own then. */
  readonly keepsPast: boolean;
  /**
   * How large weights begin that read n embeddings or hidden states: uniform within this / √n, where not 1.
   * The gate that keeps the memory has 1 in every cell.
   */
  readonly bounds?: { readonly embedding: number; readonly hidden: number };
  /** A vector of its own, and how long it is in blocks of H. */
  readonly own?: { readonly name: string; blocks(gates: number): number };
  forward(kernels: Kernels, at: Places): void;
  /** The mirror, after `forward` at the same places. */
  backward(kernels: Kernels, at: BackwardPlaces): void;
  /** Adds the gradient of its own vector, from the gradients of the gates of all steps. */
  backwardOwn?(kernels: Kernels, at: Places, gradient: number): void;
}
