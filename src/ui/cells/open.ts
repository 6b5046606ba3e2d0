import { type Ending, type OpenScreen, openScreen } from '../screen/open.js';
import { hasColours } from '../text/tint.js';
import { press } from './keys.js';
import { type Beginning, initialState, type Message, reduce, type State } from './state.js';
import { picture } from './view.js';

/** Opens the screen of `charlstm inspect cells`: see `openScreen`. */
export function openBrowsing(
  beginning: Omit<Beginning, 'colors'>,
  end: (how: Ending) => void,
): OpenScreen<State, Message> {
  const initial = (size: Parameters<typeof initialState>[1]) =>
    initialState({ ...beginning, colors: hasColours() }, size);
  return openScreen({ initial, reduce, picture, press, end });
}
