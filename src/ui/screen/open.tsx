import type { Picture } from '../text/line.js';
import type { Stroke } from './keyboard.js';
import { Lines } from './Lines.js';
import { listen } from './listening.js';
import { Stage } from './stage.js';

interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What leaves a screen: a key, or that none will come any more. */
export type Ending = 'quit' | 'interrupt' | 'unheard';

/** A screen of messages M and keys that ask for R: functions of its state S, and what is done besides. */
interface Script<S extends Size, M, R extends object> {
  initial(size: Size): S;
  reduce(state: S, message: M | ({ readonly type: 'resize' } & Size)): S;
  picture(state: S): Picture;
  press(
    state: S,
    stroke: Stroke,
  ): { readonly state: S; readonly request?: R | 'quit' | 'interrupt' | 'suspend' | undefined };
  end(how: Ending): void;
  /** Several keys that came as one. */
  apart?(stroke: Stroke): readonly Stroke[];
  /** Does what a key asks for. */
  answer?(request: R): void;
  /** Keys were pressed together, and are yet to be seen. @param before the state before them */
  pressed?(before: S): void;
  closed?(): void;
}

export interface OpenScreen<S, M> {
  take(message: M): void;
  /** As it is seen now. */
  readonly state: S;
  /** Gives the terminal back; nothing is drawn any more. */
  close(): void;
}

/** Frames that no key waits for take at most this share of the time. */
const DRAWING_SHARE = 0.3;

/** Opens a screen that keys are heard on. `NODE_ENV` must be `production`: see Stage. */
export function openScreen<S extends Size, M, R extends object>(script: Script<S, M, R>): OpenScreen<S, M> {
  let state = script.initial({ columns: 80, rows: 24 });
  const stage = new Stage({
    frame(screen) {
      const { lines, cursor } = script.picture(state);
      screen.cursor = cursor;
      return <Lines lines={lines} width={state.columns} height={state.rows} />;
    },
    resized(size) {
      state = script.reduce(state, { type: 'resize', ...size });
    },
  });
  stage.share = DRAWING_SHARE;
  const onStrokes = (strokes: readonly Stroke[]) => {
    if (strokes.length === 0) return;
    const before = state;
    for (const stroke of strokes.flatMap((one) => script.apart?.(one) ?? [one])) {
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
