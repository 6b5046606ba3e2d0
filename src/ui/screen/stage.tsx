import { render } from 'ink';
import type { ReactElement } from 'react';
import { clamped } from '../../numbers.js';
import { Screen } from './screen.js';

/** Windows has no signals to stop and go on. */
const CAN_SUSPEND = process.platform !== 'win32';
/** From one frame to the next; so often at least, whatever share that takes, since news stay on the screen for seconds only. */
const FRAME_MS = { minimum: 1000 / 30, maximum: 1000 };

/** What is shown on the whole screen. */
export interface Play {
  /** The present frame; called for each one that is drawn. */
  frame(screen: Screen): ReactElement;
  /** The terminal has another size, or has to be drawn anew. */
  resized(size: { readonly columns: number; readonly rows: number }): void;
}

/**
 * The terminal as ink draws on it: the alternate screen from `open` to `close`, whatever ends the program; other sizes;
 * into the background and back.
 *
 * `NODE_ENV` must be `production` before this module is loaded: React's development build leaks memory at every frame.
 */
export class Stage {
  /** Frames that are drawn `soon` take at most this share of the time, unless they are too slow for that. */
  share = 0.1;
  readonly #screen = new Screen(process.stdout);
  readonly #app: ReturnType<typeof render>;
  #timer: NodeJS.Timeout | undefined;
  /** Whether the terminal was given back, to the shell. */
  #isAway = false;
  #isClosed = false;
  /** When the next frame may be drawn. */
  #next = 0;

  constructor(readonly play: Play) {
    const { stdin, stdout } = process;
    // All that keys may ask for is in place before there is anything to be seen: who sees it may type.
    stdin.setRawMode(true);
    stdout.on('resize', this.#onResize);
    if (CAN_SUSPEND) {
      process.on('SIGTSTP', this.#onSuspend);
      process.on('SIGCONT', this.#onContinue);
    }
    process.on('exit', this.#leave);
    process.on('uncaughtExceptionMonitor', this.#leave); // so that the report stays to be read
    this.#screen.enter();
    play.resized(this.size);
    this.#app = render(play.frame(this.#screen), {
      stdout: this.#screen as unknown as NodeJS.WriteStream,
      stdin,
      debug: true,
      exitOnCtrlC: false,
      patchConsole: false,
    });
  }

  get size(): { columns: number; rows: number } {
    return { columns: this.#screen.columns, rows: this.#screen.rows };
  }

  /** Draws at once. */
  now(): void {
    this.#stop();
    if (this.#isClosed) return; // else ink would listen for keys again, and the program would wait for one
    const start = performance.now();
    this.#app.rerender(this.play.frame(this.#screen));
    const end = performance.now();
    this.#next = start + clamped((end - start) / this.share, FRAME_MS);
  }

  /** Draws as soon as the share of the time allows. */
  soon(): void {
    this.#timer ??= setTimeout(() => this.now(), Math.max(0, this.#next - performance.now()));
  }

  /**
   * Goes into the background with all that was started as one command, as the terminal would have it. The terminal is given
   * back before: once the shell has it, touching it would stop this process half-way.
   */
  suspend(): void {
    if (!CAN_SUSPEND) return;
    this.#giveBack();
    process.off('SIGTSTP', this.#onSuspend);
    process.kill(0, 'SIGTSTP');
    // Where no shell could bring it back, the signal stops nothing, and nothing tells that the command goes on. Where one
    // did, that is learned first: signals come between timers and what is immediate.
    setTimeout(() => setImmediate(() => this.#isAway && this.#onContinue()), 0);
  }

  /** Gives the terminal back; nothing is drawn any more. */
  close(): void {
    this.#stop();
    this.#isClosed = true;
    this.#isAway = false; // nothing brings it back any more
    process.stdout.off('resize', this.#onResize);
    process.off('SIGTSTP', this.#onSuspend);
    process.off('SIGCONT', this.#onContinue);
    process.off('exit', this.#leave);
    process.off('uncaughtExceptionMonitor', this.#leave);
    this.#screen.leave();
    this.#app.unmount();
    process.stdin.setRawMode(false);
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  readonly #leave = () => this.#screen.leave();

  readonly #onResize = () => {
    this.#screen.clear();
    this.play.resized(this.size);
    this.now();
  };

  #giveBack(): void {
    this.#isAway = true;
    process.stdin.setRawMode(false);
    this.#screen.leave();
  }

  readonly #onSuspend = () => {
    this.#giveBack();
    process.kill(process.pid, 'SIGSTOP');
  };

  readonly #onContinue = () => {
    this.#isAway = false;
    process.off('SIGTSTP', this.#onSuspend);
    process.on('SIGTSTP', this.#onSuspend);
    // Who stopped us may have changed the mode behind Node's back. In the background this stops us again.
    process.stdin.setRawMode(false);
    process.stdin.setRawMode(true);
    this.#screen.enter();
    this.#onResize();
    process.kill(process.pid, 'SIGWINCH'); // has Node look at the size: it may have changed meanwhile
  };
}
