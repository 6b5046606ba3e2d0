import type { Cell, Gate } from './cell.js';

const INPUT: Gate = { name: 'i', activation: 'sigmoid' };
const REST: readonly Gate[] = [
  { name: 'f', activation: 'sigmoid', keeps: true },
  { name: 'g', activation: 'tanh' },
  { name: 'o', activation: 'sigmoid' },
];

/** Approximate root mean square of a new network's hidden states, when o is near 1/2 and c near 0. */
const SIZE = 0.3;

/**
 * i = σ(zi)  f = σ(zf)  g = tanh(zg)  o = σ(zo);  c = f ⊙ c' + i ⊙ g;  h = o ⊙ tanh(c) (Hochreiter &
 * Schmidhuber 1997, with the forget gate of Gers et al. 2000). Coupled, i = 1 - f (Greff et al. 2017).
 */
export const lstm: Cell = {
  label: 'LSTM',
  module: 'lstm',
  gates: (isCoupled) => (isCoupled ? REST : [INPUT, ...REST]),
  canBeCoupled: true,
  hasCellState: true,
  keepsPast: false,
  bounds: { embedding: Math.sqrt(3), hidden: Math.sqrt(3) / SIZE },
  forward: (kernels, { gates, cPrevious, c, h, rows, hidden, width }) =>
    kernels.lstm_forward(gates, cPrevious, c, h, 0, rows, hidden, width, 0),
  backward: (kernels, { gates, cPrevious, c, dh, dc, rows, hidden, width }) =>
    kernels.lstm_backward(gates, cPrevious, c, dh, dc, 0, rows, hidden, width, 0),
};

/**
 * The LSTM whose gates see the cell state (Gers & Schmidhuber 2000): p ⊙ c' is added to zi and zf, p ⊙ c to
 * zo, with one weight per unit and gate.
 */
export const peephole: Cell = {
  ...lstm,
  label: 'peephole LSTM',
  own: { name: 'weight_peephole', blocks: (gates) => gates - 1 },
  forward: (kernels, { gates, cPrevious, c, h, own, rows, hidden, width }) =>
    kernels.lstm_forward(gates, cPrevious, c, h, own, rows, hidden, width, 1),
  backward: (kernels, { gates, cPrevious, c, dh, dc, own, rows, hidden, width }) =>
    kernels.lstm_backward(gates, cPrevious, c, dh, dc, own, rows, hidden, width, 1),
  backwardOwn: (kernels, { gates, cPrevious, c, rows, hidden, width }, gradient, seen) => {
    // Gates i, f, g, o or f, g, o; peepholes i, f, o or f, o. Only the last sees the new state.
    const isCoupled = width === 3 * hidden;
    const states = isCoupled ? ['before', undefined, 'after'] : ['before', 'before', undefined, 'after'];
    const state = seen === 'after' ? c : cPrevious;
    let to = gradient;
    for (const [gate, sees] of states.entries()) {
      if (sees === undefined) continue;
      if (sees === seen) {
        kernels.sum_products(to, gates + 4 * gate * hidden, width, state, hidden, rows, hidden);
      }
      to += 4 * hidden;
    }
  },
};
