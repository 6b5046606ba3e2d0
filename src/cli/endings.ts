import { ExitCode } from '../errors.js';
import { output } from './output.js';

/** What the process exits with after each signal. */
export const SIGNALS = { SIGINT: ExitCode.interrupted, SIGTERM: ExitCode.terminated, SIGHUP: 129 } as const;
export type Signal = keyof typeof SIGNALS;
export const SIGNAL_NAMES = Object.keys(SIGNALS) as Signal[];

/**
 * Whatever ends a program that has the whole screen: a key, a signal, a terminal that was closed, a mistake in the program.
 * @param onExit is called where the process ends without more ado
 * @returns a promise of the exit code, what keeps it, and what takes back all that was set up
 */
export function endings(onExit: () => void = () => {}) {
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
