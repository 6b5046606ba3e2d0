import { availableParallelism } from 'node:os';
import { useInput } from 'ink';
import type { TrainEvent } from '../../train/events.js';
import { Stage } from '../screen/stage.js';
import { keyReader } from './input.js';
import { type Key, press, type Request } from './keys.js';
import { initialState, type Message, reduce, type State } from './state.js';
import { Dashboard } from './view.js';

export interface OpenDashboard {
  take(events: readonly TrainEvent[]): void;
  /** Training was told to stop. */
  stopping(): void;
  /** Gives the terminal back; nothing is drawn any more. */
  close(): void;
}

const TICK_MS = 200;
/** Drawing takes at most this share of a core: of one that training leaves idle, or of one that it uses. */
const SHARE = { idle: 0.1, busy: 0.02 };

/**
 * Opens the dashboard on the terminal. Its state changes by what happens, the time and keys; the views draw the
 * state; keys that ask for something go out as requests. Nothing else flows back.
 * @param run what is known before the first event
 */
export function openDashboard(
  run: Parameters<typeof initialState>[0],
  onRequest: (request: Exclude<Request, { type: 'suspend' }>) => void,
): OpenDashboard {
  let state = initialState(run, performance.now(), { columns: 0, rows: 0 });
  const onKeys = (keys: readonly Key[]) => {
    for (const key of keys) {
      const answer = press(state, key);
      state = answer.state;
      if (answer.request?.type === 'suspend') stage.suspend();
      else if (answer.request) onRequest(answer.request);
    }
    stage.now();
  };
  const stage = new Stage({
    frame: () => <App state={state} onKeys={onKeys} />,
    resized: (size) => {
      state = reduce(state, { type: 'resize', ...size });
    },
  });
  stage.share = SHARE.busy;
  const update = (message: Message) => {
    state = reduce(state, message);
    stage.soon();
  };
  const ticking = setInterval(
    () => update({ type: 'tick', now: performance.now(), memory: process.memoryUsage.rss() }),
    TICK_MS,
  );
  return {
    take(events) {
      const start = events.find((event) => event.type === 'start');
      if (start) stage.share = availableParallelism() > start.threads ? SHARE.idle : SHARE.busy;
      update({ type: 'events', events, now: performance.now() });
    },
    stopping: () => update({ type: 'stopping' }),
    close() {
      clearInterval(ticking);
      stage.close();
    },
  };
}

function App({ state, onKeys }: { state: State; onKeys: (keys: readonly Key[]) => void }) {
  useInput((input, key) => onKeys(readKeys(input, key)));
  return <Dashboard state={state} />;
}

const readKeys = keyReader();
