import { type Ending, type OpenScreen, openScreen } from '../screen/open.js';
import { inSlices } from '../screen/slices.js';
import { hasColours } from '../text/tint.js';
import { press } from './keys.js';
import {
  initialState,
  questionOf,
  reduce,
  type WriteMessage,
  type WriteStart,
  type WriteState,
} from './state.js';
import type { Question } from './suggestions.js';
import { picture } from './view.js';

export type WriteScreen = OpenScreen<WriteState, WriteMessage>;

/** How far an answer has come. */
export interface Progress {
  readonly left: number;
  readonly alternatives: readonly string[];
  readonly done: boolean;
}

/** What writing needs of the world outside the screen. */
export interface WriteBackend {
  /** Works on a question, a few milliseconds at each step. */
  answer(question: Question): Generator<Progress, void, void>;
  save(): void;
}

/** After so long without a key what is suggested is shown. */
const PAUSE_MS = 120;

/** Opens the screen of `charlstm write`: see `openScreen`. */
export function openWrite(
  beginning: Omit<WriteStart, 'colors'>,
  world: WriteBackend,
  end: (how: Ending) => void,
): WriteScreen {
  let pausing: NodeJS.Timeout | undefined;
  const screen: WriteScreen = openScreen({
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
      stopWork();
    },
  });
  let asked = 0;
  let stopWork = () => {};
  /** Has a question answered that is another one than before; it takes the place of the last. */
  const ask = () => {
    const asks = questionOf(screen.state);
    const { question } = screen.state.suggestions;
    if (asks && question === asked) return;
    stopWork();
    asked = asks ? question : 0;
    if (!asks) return;
    stopWork = inSlices(world.answer(asks), {
      onStep: (progress) => screen.take({ type: 'suggested', question, ...progress }),
      onFailure: ({ message, hint }) =>
        screen.take({ type: 'notice', text: `${message}. ${hint}`, isBad: true }),
    });
  };
  ask();
  return screen;
}
