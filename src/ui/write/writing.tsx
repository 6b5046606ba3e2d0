import chalk from 'chalk';
import type { Stroke } from '../keyboard.js';
import { listen } from '../listening.js';
import { Stage } from '../stage.js';
import { Lines } from '../views/Lines.js';
import { Asking, type Progress } from './asking.js';
import { press, type Request } from './keys.js';
import { type Beginning, initialState, type Message, questionOf, reduce } from './state.js';
import type { Question } from './suggestions.js';
import { picture } from './view.js';

export interface OpenWriting {
  take(message: Message): void;
  /** The text as it stands. */
  readonly text: string;
  /** Gives the terminal back; nothing is drawn any more. */
  close(): void;
}

/** What writing needs of the world outside the screen. */
export interface World {
  /** Works on a question, a few milliseconds at each step. */
  answer(question: Question): Iterator<Progress>;
  request(request: Request): void;
  /** No key will come any more. */
  unheard(): void;
}

/** After so long without a key what is suggested is shown. */
const PAUSE_MS = 120;
const DRAWING_SHARE = 0.3;

/** Opens the screen of `charlstm write`. `NODE_ENV` must be `production`: see Stage. */
export function openWriting(beginning: Omit<Beginning, 'colors'>, world: World): OpenWriting {
  const colors = chalk.level > 0;
  let state = initialState({ ...beginning, colors }, { columns: 80, rows: 24 });
  let pausing: NodeJS.Timeout | undefined;
  const stage = new Stage({
    frame(screen) {
      const { lines, cursor } = picture(state);
      screen.cursor = cursor;
      return <Lines lines={lines} width={state.columns} height={state.rows} />;
    },
    resized(size) {
      state = reduce(state, { type: 'resize', ...size });
    },
  });
  stage.share = DRAWING_SHARE;
  const asking = new Asking(
    world.answer,
    (question, progress) => take({ type: 'suggested', question, ...progress }),
    (text) => take({ type: 'notice', text, isBad: true }),
  );
  const ask = () => asking.ask(state.suggestions.question, questionOf(state));

  const take = (message: Message) => {
    state = reduce(state, message);
    stage.soon();
  };
  const onStrokes = (strokes: readonly Stroke[]) => {
    for (const stroke of strokes) {
      const answer = press(state, stroke);
      state = answer.state;
      if (answer.request) world.request(answer.request);
    }
    if (strokes.length === 0) return;
    stage.now();
    ask();
    clearTimeout(pausing);
    if (state.offer === 'soon') pausing = setTimeout(() => take({ type: 'paused' }), PAUSE_MS);
  };
  const stopListening = listen(onStrokes, world.unheard);
  ask();
  return {
    take,
    get text() {
      return state.draft.text;
    },
    close() {
      clearTimeout(pausing);
      asking.ask(0, undefined);
      stopListening();
      stage.close();
    },
  };
}
