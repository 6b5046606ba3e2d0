import { chalkStderr as chalk } from 'chalk';
import { harmlessLine } from '../../format.js';
import { breathe } from './console.js';

/** Prints something worth knowing that needs no action. */
export function note(text: string): void {
  process.stderr.write(`${chalk.yellow('note')} ${harmlessLine(text)}\n`);
}

const DRAW_EVERY_MS = 100;
const LINE_EVERY_MS = 5000;

/**
 * Shows progress on stderr while `use` runs.
 * @param wait milliseconds before anything is drawn; 0 if the first piece of work may be long
 */
export async function withProgress<T>(
  use: (progress: ProgressLine) => Promise<T>,
  wait = 2 * DRAW_EVERY_MS,
): Promise<T> {
  const progress = new ProgressLine(wait);
  try {
    return await use(progress);
  } finally {
    progress.end();
  }
}

/** In a terminal, one line that is erased at the end; elsewhere, a new line every few seconds. */
export class ProgressLine {
  readonly #isTerminal = Boolean(process.stderr.isTTY) && process.env.TERM !== 'dumb';
  #next: number;
  #nextLine = performance.now() + LINE_EVERY_MS;
  #isDrawn = false;

  constructor(wait: number) {
    this.#next = performance.now() + wait;
  }

  /** Draws the text if it is time to, and lets signals be handled. */
  async show(text: string): Promise<void> {
    if (this.draw(() => text)) await breathe();
  }

  /** @returns whether it was time to draw */
  draw(textFor: (isTerminal: boolean) => string): boolean {
    const now = performance.now();
    if (now < this.#next) return false;
    this.#next = now + DRAW_EVERY_MS;
    if (this.#isTerminal) {
      process.stderr.write(`\r\x1b[K${textFor(true).slice(0, (process.stderr.columns || 80) - 1)}`);
      this.#isDrawn = true;
    } else if (now >= this.#nextLine) {
      process.stderr.write(`${chalk.dim(textFor(false))}\n`);
      this.#nextLine = now + LINE_EVERY_MS;
    }
    return true;
  }

  end(): void {
    if (this.#isDrawn) process.stderr.write('\r\x1b[K');
    this.#isDrawn = false;
  }
}
