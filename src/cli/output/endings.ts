import { ExitCode } from '../../errors.js';
import type { Ending } from '../../ui/screen/open.js';
import { output } from './console.js';

/**
 * Exit codes after each signal. Only Windows has SIGBREAK, by Ctrl-Break. There SIGINT comes from Ctrl-C,
 * SIGHUP when the window is closed, and SIGTERM never: a process is ended without being asked.
 */
export const SIGNALS = {
  SIGINT: ExitCode.interrupted,
  SIGBREAK: ExitCode.interrupted,
  SIGTERM: ExitCode.terminated,
  SIGHUP: 129,
} as const;
export type Signal = keyof typeof SIGNALS;
export const SIGNAL_NAMES = Object.keys(SIGNALS) as Signal[];

const CODES: Record<Ending, number> = { quit: 0, interrupt: SIGNALS.SIGINT, unheard: SIGNALS.SIGHUP };

/**
 * Ends the process as a signal does that nobody listens for, so that its parent sees which one. Windows has
 * no such thing: `kill` ends a process with the code 1, or does not know the signal.
 */
export function endBySignal(signal: Signal): void {
  // For the first process of a container the signal has no effect. Otherwise it is preferred to
  // process.exit, which waits for a pipe that nobody opens at the other end.
  if (process.platform !== 'win32') process.kill(process.pid, signal);
  process.exit(SIGNALS[signal]);
}

/**
 * Keeps a screen open until something ends it, and sets the exit code accordingly.
 * @param load loads the module of the screen
 * @param open opens the screen, which calls `end` when a key leaves it
 * @param onExit called if the process exits with the screen open
 * @returns the screen, closed
 */
export async function untilEnded<Ui, S extends { close(): void }>(
  load: () => Promise<Ui>,
  open: (ui: Ui, end: (how: Ending) => void) => S,
  onExit: () => void = () => {},
): Promise<S> {
  const ui = await load();
  const { ended, end, dispose } = endings(onExit);
  let screen: S | undefined;
  try {
    screen = open(ui, (how) => end(CODES[how]));
    process.exitCode = await ended;
    return screen;
  } finally {
    screen?.close();
    dispose();
  }
}

/**
 * Listens for everything that ends a full-screen program: a key, a signal, a closed terminal, an internal
 * error.
 * @returns a promise of the exit code, the function that fulfils it, and one that removes the listeners
 */
function endings(onExit: () => void) {
  let end: (code: number) => void = () => {};
  let fail: (error: unknown) => void = () => {};
  const ended = new Promise<number>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  const onSignal = (signal: NodeJS.Signals) => end(SIGNALS[signal as Signal]);
  const { onUnread } = output;
  for (const name of SIGNAL_NAMES) process.on(name, onSignal);
  process.on('uncaughtException', fail);
  process.on('exit', onExit);
  output.onUnread = () => end(SIGNALS.SIGHUP);
  const dispose = () => {
    for (const name of SIGNAL_NAMES) process.off(name, onSignal);
    process.off('uncaughtException', fail);
    process.off('exit', onExit);
    output.onUnread = onUnread;
  };
  return { ended, end, dispose };
}
