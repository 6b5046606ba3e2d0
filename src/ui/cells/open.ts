import { type Ending, type OpenScreen, openScreen } from '../screen/open.js';
import { hasColours } from '../text/tint.js';
import { press } from './keys.js';
import { type CellsMessage, type CellsStart, type CellsState, initialState, reduce } from './state.js';
import { picture } from './view.js';

/** Opens the screen of `charlstm inspect cells`: see `openScreen`. */
export function openCells(
  beginning: Omit<CellsStart, 'colors'>,
  end: (how: Ending) => void,
): OpenScreen<CellsState, CellsMessage> {
  const initial = (size: Parameters<typeof initialState>[1]) =>
    initialState({ ...beginning, colors: hasColours() }, size);
  return openScreen({ initial, reduce, picture, press, end, splitsTyping: true });
}
