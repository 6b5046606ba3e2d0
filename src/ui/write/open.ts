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
import type { Progress, Question } from './suggestions.js';
import { picture } from './view.js';

export type WriteScreen = OpenScreen<WriteState, WriteMessage>;

/** What the screen needs from the program. */
export interface WriteBackend {
  /** Answers a question in steps of a few milliseconds. */
  answer(question: Question): Generator<Progress, void, void>;
  save(): void;
}

/** Suggestions are shown after this time without a key. */
const PAUSE_MS = 120;

/** Opens the screen of `charlstm write`: see `openScreen`. */
export function openWrite(
  beginning: Omit<WriteStart, 'colors'>,
  backend: WriteBackend,
  end: (how: Ending) => void,
): WriteScreen {
  let pausing: NodeJS.Timeout | undefined;
  const screen: WriteScreen = openScreen({
    initial: (size) => initialState({ ...beginning, colors: hasColours() }, size),
    reduce,
    picture,
    press,
    end,
    answer: () => backend.save(),
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
  /** Starts answering a new question and abandons the previous one. */
  const ask = () => {
    const wanted = questionOf(screen.state);
    const { question } = screen.state.suggestions;
    if (wanted && question === asked) return;
    stopWork();
    asked = wanted ? question : 0;
    if (!wanted) return;
    stopWork = inSlices(backend.answer(wanted), {
      onStep: (progress) => screen.take({ type: 'suggested', question, ...progress }),
      onFailure: ({ message, hint }) =>
        screen.take({ type: 'notice', text: `${message}. ${hint}`, isBad: true }),
    });
  };
  ask();
  return screen;
}
