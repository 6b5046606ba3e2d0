/** What the package exports as `charlstm/insight`: a look inside a network while it reads. */
export { cellStates, type LayerCells, statesOfUnit } from './cells.js';
export { equationsOf } from './equations.js';
export type { Equation } from './expression.js';
export { type GateStatistics, type GateUse, gateStatistics, type LayerGates } from './gates.js';
export type { Parts } from './parts.js';
export {
  type Distribution,
  distributionOf,
  type LayerStep,
  type Memory,
  type NextCharacter,
  type Step,
  stepAfter,
  steps,
} from './step.js';
