import type { Cell } from './cell.js';

/**
 * r = σ(xr + ur)  z = σ(xz + uz)  n = tanh(xn + r ⊙ un);  h = (1 - z) ⊙ n + z ⊙ h', where x = W_ih · x + b_ih
 * and u = W_hh · h' + b_hh (Cho et al. 2014, the reset gate applied after the product, as in PyTorch).
 */
export const gru: Cell = {
  label: 'GRU',
  module: 'gru',
  gates: () => [
    { name: 'r', activation: 'sigmoid' },
    { name: 'z', activation: 'sigmoid', keeps: true },
    { name: 'n', activation: 'tanh' },
  ],
  canBeCoupled: false,
  hasCellState: false,
  keepsPast: true,
  forward: (kernels, { gates, past, hPrevious, h, rows, hidden }) =>
    kernels.gru_forward(gates, past, hPrevious, h, rows, hidden),
  backward: (kernels, { gates, past, hPrevious, dh, dhPrevious, rows, hidden }) =>
    kernels.gru_backward(gates, past, hPrevious, dh, dhPrevious, rows, hidden),
};
