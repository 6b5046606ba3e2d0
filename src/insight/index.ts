/** What the package exports as `charlstm/insight`: what a network does while it reads. */
export { cellStates, type LayerCells } from './cells.js';
export { equationsOf } from './equations.js';
export type { Equation } from './expression.js';
export { type GateStatistics, type GateUse, gateStatistics, type LayerGates } from './gates.js';
export type { Parts } from './parts.js';
export { type Distribution, distributionOf, type LayerStep, type Step, stepAfter, steps } from './step.js';
