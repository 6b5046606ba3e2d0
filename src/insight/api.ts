/** The programming interface to what a network does: `charlstm/insight`. */
export { cellStates, type LayerCells } from './cells.js';
export { equationsOf } from './equations.js';
export type { Equation } from './expression.js';
export type { Parts } from './parts.js';
export { type Distribution, distributionOf, type LayerStep, type Step, stepAfter, steps } from './step.js';
