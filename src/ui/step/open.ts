import { type Ending, type OpenScreen, openScreen } from '../screen/open.js';
import type { Shown, View } from './contents.js';
import { press } from './keys.js';
import { type Beginning, initialState, type Message, reduce, type State } from './state.js';
import { picture } from './view.js';

/** What the text has become, or why it has not. */
export type Outcome = { readonly known: number; readonly at: number } | { readonly notice: string };

/** What the screen needs of the world outside. */
export interface World {
  look(view: View): Shown;
  /** Puts characters in the place of all after the one at `at`. */
  feed(at: number, text: string): Outcome;
  draw(at: number, how: 'sample' | 'likeliest', temperature: number): Outcome;
}

/** Opens the screen of `charlstm inspect step`: see `openScreen`. */
export function openStepping(
  beginning: Omit<Beginning, 'shown'>,
  world: World,
  end: (how: Ending) => void,
): OpenScreen<State, Message> {
  const screen: OpenScreen<State, Message> = openScreen({
    initial: (size) => initialState({ ...beginning, shown: world.look(beginning.view) }, size),
    reduce,
    picture: (state) => ({ lines: picture(state) }),
    press,
    end,
    splitsTyping: true,
    answer(request) {
      const { at, temperature } = screen.state.view;
      const outcome =
        request.type === 'feed' ? world.feed(at, request.text) : world.draw(at, request.how, temperature);
      screen.take(
        'notice' in outcome ? { type: 'notice', text: outcome.notice } : { type: 'text', ...outcome },
      );
    },
    pressed({ view, known }) {
      const now = screen.state;
      if (now.view !== view || now.known !== known)
        screen.take({ type: 'seen', shown: world.look(now.view) });
    },
  });
  return screen;
}
