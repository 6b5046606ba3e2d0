import { clamped } from '../../numbers.js';
import type { Picture, Size } from '../text/line.js';
import { Screen } from './screen.js';
import { CAN_SUSPEND } from './suspend.js';

/**
 * Time between frames. The maximum holds whatever share of the time it takes: notices are shown for seconds
 * only.
 */
const FRAME_MS = { minimum: 1000 / 30, maximum: 1000 };

/** Supplies what is drawn on a stage. */
export interface Play {
  picture(): Picture;
  /** Frames drawn with `soon` take at most this share of the time, unless they are too slow for that. */
  share(): number;
  /** The terminal has another size, or has to be redrawn. */
  resized(size: Size): void;
}

/**
 * Owns the terminal from construction to `close`: draws frames at a limited rate, follows changes of size,
 * suspends to the background and comes back, and restores the terminal however the program ends.
 */
export class Stage {
  readonly #screen = new Screen(process.stdout);
  #timer: NodeJS.Timeout | undefined;
  /** Whether the terminal was handed back to the shell. */
  #isAway = false;
  #isClosed = false;
  /** The earliest time of the next frame. */
  #next = 0;

  constructor(readonly play: Play) {
    const { stdin, stdout } = process;
    // Everything that keys may need is set up before the first frame: users may type as soon as they see it.
    stdin.setRawMode(true);
    stdout.on('resize', this.#onResize);
    if (CAN_SUSPEND) {
      process.on('SIGTSTP', this.#onSuspend);
      process.on('SIGCONT', this.#onContinue);
    }
    process.on('exit', this.#leave);
    process.on('uncaughtExceptionMonitor', this.#leave); // so that the report stays readable
    this.#screen.enter();
    play.resized(this.#screen);
    this.#screen.draw(play.picture());
  }

  /** Draws at once. */
  now(): void {
    this.#stop();
    if (this.#isClosed) return;
    const start = performance.now();
    this.#screen.draw(this.play.picture());
    const end = performance.now();
    this.#next = start + clamped((end - start) / this.play.share(), FRAME_MS);
  }

  /** Draws as soon as the share of the time allows. */
  soon(): void {
    this.#timer ??= setTimeout(() => this.now(), Math.max(0, this.#next - performance.now()));
  }

  /**
   * Suspends all processes of the same command, as the terminal would. The terminal is restored first: once
   * the shell owns it, touching it would stop this process half-way.
   */
  suspend(): void {
    if (!CAN_SUSPEND) return;
    this.#giveBack();
    process.off('SIGTSTP', this.#onSuspend);
    process.kill(0, 'SIGTSTP');
    // Where no shell could bring it back, the signal stops nothing and SIGCONT never arrives. Where one did,
    // SIGCONT is handled first: Node handles signals between timers and immediates.
    setTimeout(() => setImmediate(() => this.#isAway && this.#onContinue()), 0);
  }

  /** Restores the terminal; nothing is drawn any more. */
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
    process.stdin.setRawMode(false);
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  readonly #leave = () => this.#screen.leave();

  readonly #onResize = () => {
    this.#screen.clear();
    this.play.resized(this.#screen);
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
    // The shell may have changed the mode behind Node's back. In the background this stops the process again.
    process.stdin.setRawMode(false);
    process.stdin.setRawMode(true);
    this.#screen.enter();
    this.#onResize();
    process.kill(process.pid, 'SIGWINCH'); // makes Node check the size, which may have changed meanwhile
  };
}
