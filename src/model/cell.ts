import type { Kernels } from '../engine/kernels.js';

/** One of the blocks of H rows, one per hidden unit, in a layer's matrices: a gate or the candidate. */
export interface Gate {
  readonly name: string;
  readonly activation: 'sigmoid' | 'tanh';
  /** Whether it controls how much of the memory is kept. Its bias starts from the forget bias. */
  readonly keeps?: true;
}

/** Byte offsets of the row-major matrices of one step, or of all steps. */
export interface Places {
  /** (rows, width): pre-activations, then activations, then the gradient of the pre-activations. */
  readonly gates: number;
  /** The same for the recurrent product, if the cell keeps it apart. */
  readonly past: number;
  /** (rows, hidden): states after and before the step. */
  readonly h: number;
  readonly hPrevious: number;
  readonly c: number;
  readonly cPrevious: number;
  /** The cell's own vector of parameters, if it has one. */
  readonly own: number;
  readonly rows: number;
  readonly hidden: number;
  /** Gates times `hidden`. */
  readonly width: number;
}

/** The same with the gradients of the states, (rows, hidden) each. */
export interface BackwardPlaces extends Places {
  readonly dh: number;
  readonly dhPrevious: number;
  /** The gradient of c after the step, then of c before it. */
  readonly dc: number;
}

/**
 * A kind of recurrent cell: its parts and the arithmetic of one step. The layer (layer.ts) computes the sum
 * W_ih · x + b + W_hh · h'; the cell does everything from there to the new state.
 */
export interface Cell {
  /** "LSTM" */
  readonly label: string;
  /** PyTorch's name for the module, which prefixes the parameters' names. */
  readonly module: 'lstm' | 'rnn' | 'gru';
  /** The gates in the order of the matrices' rows; if coupled, the input gate is 1 - the forget gate. */
  gates(isCoupled: boolean): readonly Gate[];
  readonly canBeCoupled: boolean;
  /** Whether it has a cell state c in addition to the hidden state h. */
  readonly hasCellState: boolean;
  /** Whether W_hh · h' is kept apart from the input product. It then has a bias of its own. */
  readonly keepsPast: boolean;
  /**
   * Initial weights that read n embeddings or hidden states are uniform within this / √n; the default is 1.
   * For the gate that keeps the memory it is 1 in every cell.
   */
  readonly bounds?: { readonly embedding: number; readonly hidden: number };
  /** The cell's own vector and its length in blocks of H, if it has one. */
  readonly own?: { readonly name: string; blocks(gates: number): number };
  forward(kernels: Kernels, at: Places): void;
  /** The backward pass of `forward` at the same offsets, to be called after it. */
  backward(kernels: Kernels, at: BackwardPlaces): void;
  /**
   * Adds the gradient of its own vector, given the gradients of the gates of all steps.
   * @param seen of the gates that see the state after a step or before it
   */
  backwardOwn?(kernels: Kernels, at: Places, gradient: number, seen: 'after' | 'before'): void;
}
