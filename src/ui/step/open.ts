import { type Ending, type OpenScreen, openScreen } from '../screen/open.js';
import type { StepContents, Viewpoint } from './contents.js';
import { press } from './keys.js';
import { initialState, reduce, type StepMessage, type StepStart, type StepState } from './state.js';
import { picture } from './view.js';

/** The length of the new text and the current place, or why it could not change. */
export type Outcome = { readonly known: number; readonly at: number } | { readonly notice: string };

/** What the screen needs from the program. */
export interface StepBackend {
  look(view: Viewpoint): StepContents;
  /** Replaces all characters after the one at `at`. */
  feed(at: number, text: string): Outcome;
  draw(at: number, how: 'sample' | 'likeliest', temperature: number): Outcome;
}

/** Opens the screen of `charlstm inspect step`: see `openScreen`. */
export function openStep(
  beginning: Omit<StepStart, 'shown'>,
  backend: StepBackend,
  end: (how: Ending) => void,
): OpenScreen<StepState, StepMessage> {
  const screen: OpenScreen<StepState, StepMessage> = openScreen({
    initial: (size) => initialState({ ...beginning, shown: backend.look(beginning.view) }, size),
    reduce,
    picture: (state) => ({ lines: picture(state) }),
    press,
    end,
    splitsTyping: true,
    answer(request) {
      const { at, temperature } = screen.state.view;
      const outcome =
        request.type === 'feed' ? backend.feed(at, request.text) : backend.draw(at, request.how, temperature);
      screen.take(
        'notice' in outcome ? { type: 'notice', text: outcome.notice } : { type: 'text', ...outcome },
      );
    },
    pressed({ view, known }) {
      const now = screen.state;
      if (now.view !== view || now.known !== known)
        screen.take({ type: 'seen', shown: backend.look(now.view) });
    },
  });
  return screen;
}
