import { availableParallelism } from 'node:os';
import { render, useInput } from 'ink';
import type { TrainEvent } from '../train/events.js';
import { keyReader } from './input.js';
import { type Key, press, type Request } from './keys.js';
import { Screen } from './screen.js';
import { initialState, type Message, reduce, type State } from './state.js';
import { Dashboard } from './views/Dashboard.js';

export interface OpenDashboard {
  take(events: readonly TrainEvent[]): void;
  /** Training was told to stop. */
  stopping(): void;
  /** Gives the terminal back; nothing is drawn any more. */
  close(): void;
}

/** Windows has no signals to stop and go on. */
const CAN_SUSPEND = process.platform !== 'win32';
const TICK_MS = 200;
const LEAST_FRAME_MS = 1000 / 30;
/** Drawing takes at most this share of a core: of one that training leaves idle, or of one that it uses. */
const SHARE = { idle: 0.1, busy: 0.02 };

/**
 * Opens the dashboard on the terminal. Its state changes by what happens, the time and keys; the views draw the
 * state; keys that ask for something go out as requests. Nothing else flows back.
 *
 * `NODE_ENV` must be `production` before this module is loaded: React's development build leaks memory at every frame.
 * @param run what is known before the first event
 */
export function openDashboard(
  run: Parameters<typeof initialState>[0],
  onRequest: (request: Exclude<Request, { type: 'suspend' }>) => void,
): OpenDashboard {
  const { stdin, stdout } = process;
  const screen = new Screen(stdout);
  const size = () => ({ columns: screen.columns, rows: screen.rows });
  let state = initialState(run, performance.now(), size());
  const painter = new Painter(() => app.rerender(<App state={state} onKeys={onKeys} />));

  const onKeys = (keys: readonly Key[]) => {
    for (const key of keys) {
      const answer = press(state, key);
      state = answer.state;
      if (answer.request?.type !== 'suspend') {
        if (answer.request) onRequest(answer.request);
      } else if (CAN_SUSPEND) {
        process.kill(0, 'SIGTSTP'); // as the terminal would
      }
    }
    painter.now();
  };
  const update = (message: Message) => {
    state = reduce(state, message);
    painter.soon();
  };
  const onResize = () => {
    screen.clear();
    state = reduce(state, { type: 'resize', ...size() });
    painter.now();
  };
  const onSuspend = () => {
    stdin.setRawMode(false);
    screen.leave();
    process.kill(process.pid, 'SIGSTOP');
  };
  const onContinue = () => {
    // Who stopped us may have changed the mode behind Node's back. In the background this stops us again.
    stdin.setRawMode(false);
    stdin.setRawMode(true);
    screen.enter();
    onResize();
    process.kill(process.pid, 'SIGWINCH'); // has Node look at the size: it may have changed meanwhile
  };
  const leave = () => screen.leave();

  screen.enter();
  const app = render(<App state={state} onKeys={onKeys} />, {
    stdout: screen as unknown as NodeJS.WriteStream,
    stdin,
    debug: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  const ticking = setInterval(
    () => update({ type: 'tick', now: performance.now(), memory: process.memoryUsage.rss() }),
    TICK_MS,
  );
  stdout.on('resize', onResize);
  if (CAN_SUSPEND) {
    process.on('SIGTSTP', onSuspend);
    process.on('SIGCONT', onContinue);
  }
  process.on('exit', leave);
  process.on('uncaughtExceptionMonitor', leave); // so that the report stays to be read

  return {
    take(events) {
      const start = events.find((event) => event.type === 'start');
      if (start) painter.share = availableParallelism() > start.threads ? SHARE.idle : SHARE.busy;
      update({ type: 'events', events, now: performance.now() });
    },
    stopping: () => update({ type: 'stopping' }),
    close() {
      clearInterval(ticking);
      painter.stop();
      stdout.off('resize', onResize);
      process.off('SIGTSTP', onSuspend);
      process.off('SIGCONT', onContinue);
      process.off('exit', leave);
      process.off('uncaughtExceptionMonitor', leave);
      screen.leave();
      app.unmount();
    },
  };
}

function App({ state, onKeys }: { state: State; onKeys: (keys: readonly Key[]) => void }) {
  useInput((input, key) => onKeys(readKeys(input, key)));
  return <Dashboard state={state} />;
}

const readKeys = keyReader();

/** Draws at once after a key, and otherwise as often as its share of the time allows. */
class Painter {
  share = SHARE.busy;
  #timer: NodeJS.Timeout | undefined;
  /** When the next frame may be drawn. */
  #next = 0;

  constructor(readonly draw: () => void) {}

  now(): void {
    this.stop();
    const start = performance.now();
    this.draw();
    const end = performance.now();
    this.#next = start + Math.max(LEAST_FRAME_MS, (end - start) / this.share);
  }

  soon(): void {
    this.#timer ??= setTimeout(() => this.now(), Math.max(0, this.#next - performance.now()));
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
