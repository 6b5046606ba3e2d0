const DRAW_EVERY_MS = 100;

/** One line on stderr that says how far something has come; only in a terminal, and gone at the end. */
export class ProgressLine {
  readonly #isTerminal = Boolean(process.stderr.isTTY) && process.env.TERM !== 'dumb';
  #next = performance.now() + 2 * DRAW_EVERY_MS;
  #isDrawn = false;

  /** Also lets signals in, which the work between two calls keeps out. */
  async show(text: string): Promise<void> {
    const now = performance.now();
    if (now < this.#next) return;
    this.#next = now + DRAW_EVERY_MS;
    if (this.#isTerminal) {
      process.stderr.write(`\r\x1b[K${text.slice(0, (process.stderr.columns || 80) - 1)}`);
      this.#isDrawn = true;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }

  end(): void {
    if (this.#isDrawn) process.stderr.write('\r\x1b[K');
    this.#isDrawn = false;
  }
}
