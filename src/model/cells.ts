import type { Cell } from './cell.js';
import { gru } from './gru.js';
import { lstm, peephole } from './lstm.js';
import { rnn } from './rnn.js';

/** The kinds of cell, by the names that `--cell` takes and that checkpoints hold. */
export const CELLS = { lstm, rnn, gru, peephole } as const satisfies Record<string, Cell>;

export type CellName = keyof typeof CELLS;

export const CELL_NAMES = Object.keys(CELLS) as CellName[];
