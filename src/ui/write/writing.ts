import { type Ending, type OpenScreen, openScreen } from '../open-screen.js';
import { hasColours } from '../tint.js';
import { Asking, type Progress } from './asking.js';
import { press } from './keys.js';
import { type Beginning, initialState, type Message, questionOf, reduce, type State } from './state.js';
import type { Question } from './suggestions.js';
import { picture } from './view.js';

export type OpenWriting = OpenScreen<State, Message>;

/** What writing needs of the world outside the screen. */
export interface World {
  /** Works on a question, a few milliseconds at each step. */
  answer(question: Question): Iterator<Progress>;
  save(): void;
}

/** After so long without a key what is suggested is shown. */
const PAUSE_MS = 120;

/** Opens the screen of `charlstm write`: see `openScreen`. */
export function openWriting(
  beginning: Omit<Beginning, 'colors'>,
  world: World,
  end: (how: Ending) => void,
): OpenWriting {
  let pausing: NodeJS.Timeout | undefined;
  const screen: OpenWriting = openScreen({
    initial: (size) => initialState({ ...beginning, colors: hasColours() }, size),
    reduce,
    picture,
    press,
    end,
    answer: () => world.save(),
    pressed() {
      ask();
      clearTimeout(pausing);
      if (screen.state.offer === 'soon')
        pausing = setTimeout(() => screen.take({ type: 'paused' }), PAUSE_MS);
    },
    closed() {
      clearTimeout(pausing);
      asking.ask(0, undefined);
    },
  });
  const asking = new Asking(
    world.answer,
    (question, progress) => screen.take({ type: 'suggested', question, ...progress }),
    (text) => screen.take({ type: 'notice', text, isBad: true }),
  );
  const ask = () => asking.ask(screen.state.suggestions.question, questionOf(screen.state));
  ask();
  return screen;
}
