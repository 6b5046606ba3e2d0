import type { Stroke } from '../keyboard.js';
import { listen } from '../listening.js';
import { Stage } from '../stage.js';
import { Lines } from '../views/Lines.js';
import { press, type Request } from './keys.js';
import type { Shown, View } from './shown.js';
import { type Beginning, initialState, reduce } from './state.js';
import { picture } from './view.js';

/** What the text has become, or why it has not. */
export type Outcome = { readonly known: number; readonly at: number } | { readonly notice: string };

/** What the screen needs of the world outside. */
export interface World {
  look(view: View): Shown;
  /** Puts characters in the place of all after the one at `at`. */
  feed(at: number, text: string): Outcome;
  draw(at: number, how: 'sample' | 'likeliest', temperature: number): Outcome;
  end(how: 'quit' | 'interrupt' | 'unheard'): void;
}

const DRAWING_SHARE = 0.3;

/** Opens the screen of `charlstm inspect step`. `NODE_ENV` must be `production`: see Stage. @returns what closes it */
export function openStepping(beginning: Omit<Beginning, 'shown'>, world: World): () => void {
  let state = initialState({ ...beginning, shown: world.look(beginning.view) }, { columns: 80, rows: 24 });
  const stage = new Stage({
    frame: () => <Lines lines={picture(state)} width={state.columns} height={state.rows} />,
    resized(size) {
      state = reduce(state, { type: 'resize', ...size });
    },
  });
  stage.share = DRAWING_SHARE;
  const answer = (request: Request) => {
    const { at, temperature } = state.view;
    if (request.type === 'suspend') return stage.suspend();
    if (request.type === 'end') return world.end(request.how);
    const outcome =
      request.type === 'feed' ? world.feed(at, request.text) : world.draw(at, request.how, temperature);
    state = reduce(
      state,
      'notice' in outcome ? { type: 'notice', text: outcome.notice } : { type: 'text', ...outcome },
    );
  };
  const stopListening = listen(
    (strokes) => {
      const before = state;
      for (const stroke of strokes.flatMap(single)) {
        const { state: next, request } = press(state, stroke);
        state = next;
        if (request) answer(request);
      }
      if (state.view !== before.view || state.known !== before.known) {
        state = reduce(state, { type: 'seen', shown: world.look(state.view) });
      }
      if (strokes.length > 0) stage.now();
    },
    () => world.end('unheard'),
  );
  return () => {
    stopListening();
    stage.close();
  };
}

/** Characters that were typed in one go are keys of their own; what was pasted is one text. */
function single(stroke: Stroke): Stroke[] {
  if (stroke.text === undefined || stroke.pasted) return [stroke];
  return Array.from(stroke.text, (text) => ({ text, pasted: false }));
}
