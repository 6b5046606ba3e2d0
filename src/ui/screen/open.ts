import type { Picture, Size } from '../text/line.js';
import type { Stroke } from './keyboard.js';
import { listen } from './listening.js';
import { Stage } from './stage.js';

/** Why a screen ended: by a key, or because the terminal will send no more keys. */
export type Ending = 'quit' | 'interrupt' | 'unheard';

/** The state after a key, and what the key asks of the program. */
export interface Answer<S, R> {
  readonly state: S;
  readonly request?: R | undefined;
}

/** The functions that make a screen of state S, messages M and requests R. */
interface Script<S extends Size, M, R extends object> {
  initial(size: Size): S;
  reduce(state: S, message: M | ({ readonly type: 'resize' } & Size)): S;
  picture(state: S): Picture;
  press(state: S, stroke: Stroke): Answer<S, R | 'quit' | 'interrupt' | 'suspend'>;
  end(how: Ending): void;
  /** Whether typed characters that arrive together are pressed one by one. Pasted text stays whole. */
  readonly splitsTyping?: boolean;
  /** Does what a key asks for. */
  answer?(request: R): void;
  /** Called after keys that arrived together, before they are drawn. @param before the state before them */
  pressed?(before: S): void;
  closed?(): void;
  /** The largest share of the time that frames may take which no key waits for. */
  drawingShare?(state: S): number;
}

export interface OpenScreen<S, M> {
  take(message: M): void;
  /** The present state. */
  readonly state: S;
  /** Restores the terminal; nothing is drawn any more. */
  close(): void;
}

const DRAWING_SHARE = 0.3;

/** Opens a screen on the terminal and listens for keys. */
export function openScreen<S extends Size, M, R extends object>(script: Script<S, M, R>): OpenScreen<S, M> {
  let state = script.initial({ columns: 80, rows: 24 });
  const stage = new Stage({
    picture: () => script.picture(state),
    share: () => script.drawingShare?.(state) ?? DRAWING_SHARE,
    resized({ columns, rows }) {
      state = script.reduce(state, { type: 'resize', columns, rows });
    },
  });
  const onStrokes = (strokes: readonly Stroke[]) => {
    if (strokes.length === 0) return;
    const before = state;
    for (const stroke of script.splitsTyping ? strokes.flatMap(singleKeys) : strokes) {
      const { state: next, request } = script.press(state, stroke);
      state = next;
      if (typeof request === 'object') script.answer?.(request);
      else if (request === 'suspend') stage.suspend();
      else if (request) return script.end(request);
    }
    script.pressed?.(before);
    stage.now();
  };
  const stopListening = listen(onStrokes, () => script.end('unheard'));
  return {
    take(message) {
      state = script.reduce(state, message);
      stage.soon();
    },
    get state() {
      return state;
    },
    close() {
      script.closed?.();
      stopListening();
      stage.close();
    },
  };
}

function singleKeys(stroke: Stroke): Stroke[] {
  if (stroke.text === undefined || stroke.pasted) return [stroke];
  return Array.from(stroke.text, (text) => ({ text, pasted: false }));
}
