import { type Ending, type OpenScreen, openScreen } from '../screen/open.js';
import type { StepContents, Viewpoint } from './contents.js';
import { press } from './keys.js';
import { initialState, reduce, type StepMessage, type StepStart, type StepState } from './state.js';
import { picture } from './view.js';

/** What the text has become, or why it has not. */
export type Outcome = { readonly known: number; readonly at: number } | { readonly notice: string };

/** What the screen needs of the world outside. */
export interface StepBackend {
  look(view: Viewpoint): StepContents;
  /** Puts characters in the place of all after the one at `at`. */
  feed(at: number, text: string): Outcome;
  draw(at: number, how: 'sample' | 'likeliest', temperature: number): Outcome;
}

/** Opens the screen of `charlstm inspect step`: see `openScreen`. */
export function openStep(
  beginning: Omit<StepStart, 'shown'>,
  world: StepBackend,
  end: (how: Ending) => void,
): OpenScreen<StepState, StepMessage> {
  const screen: OpenScreen<StepState, StepMessage> = openScreen({
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
