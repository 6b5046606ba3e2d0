/** What the package exports as `charlstm/insight`: what a network does while it reads. */
export { cellStates, type LayerCells } from './cells.js';
export { type GateStatistics, type GateUse, gateStatistics, type LayerGates } from './gates.js';
