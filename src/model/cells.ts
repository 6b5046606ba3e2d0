import type { Cell, Gate } from './cell.js';
import { gru } from './gru.js';
import { lstm, peephole } from './lstm.js';
import { rnn } from './rnn.js';

/** The kinds of cell by the names that `--cell` accepts and checkpoints contain. */
export const CELLS = { lstm, rnn, gru, peephole } as const satisfies Record<string, Cell>;

export type CellName = keyof typeof CELLS;

export const CELL_NAMES = Object.keys(CELLS) as CellName[];

/** The gates of a network's layers, in the order of the matrices' rows. */
export function gatesOf({ cell, coupled = false }: { cell: CellName; coupled?: boolean }): readonly Gate[] {
  return CELLS[cell].gates(coupled);
}
