import type { Cell } from './cell.js';

/** h = tanh(z) (Elman 1990). */
export const rnn: Cell = {
  label: 'RNN',
  module: 'rnn',
  gates: () => [{ name: 'h', activation: 'tanh' }],
  canBeCoupled: false,
  hasCellState: false,
  keepsPast: false,
  forward: (kernels, { gates, h, rows, hidden }) => kernels.rnn_forward(gates, h, rows, hidden),
  backward: (kernels, { gates, dh, rows, hidden }) => kernels.rnn_backward(gates, dh, rows, hidden),
};
