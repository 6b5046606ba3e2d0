import type { Stroke } from '../keyboard.js';
import { listen } from '../listening.js';
import { Stage } from '../stage.js';
import { hasColours } from '../tint.js';
import { Lines } from '../views/Lines.js';
import { press, type Request } from './keys.js';
import { type Beginning, initialState, type Message, reduce, type State } from './state.js';
import { picture } from './view.js';

export interface OpenBrowsing {
  take(message: Message): void;
  /** As it is seen now. */
  readonly state: State;
  /** Gives the terminal back; nothing is drawn any more. */
  close(): void;
}

/** What the screen needs of the world outside. */
interface World {
  request(request: Exclude<Request, 'suspend'>): void;
  /** No key will come any more. */
  unheard(): void;
}

const DRAWING_SHARE = 0.3;

/** Opens the screen of `charlstm inspect cells`. `NODE_ENV` must be `production`: see Stage. */
export function openBrowsing(beginning: Omit<Beginning, 'colors'>, world: World): OpenBrowsing {
  let state = initialState({ ...beginning, colors: hasColours() }, { columns: 80, rows: 24 });
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
  const onStrokes = (strokes: readonly Stroke[]) => {
    if (strokes.length === 0) return;
    for (const stroke of strokes) {
      const { state: next, request } = press(state, stroke);
      state = next;
      if (request === 'suspend') stage.suspend();
      else if (request) return world.request(request);
    }
    stage.now();
  };
  const stopListening = listen(onStrokes, world.unheard);
  return {
    take(message) {
      state = reduce(state, message);
      stage.soon();
    },
    get state() {
      return state;
    },
    close() {
      stopListening();
      stage.close();
    },
  };
}
