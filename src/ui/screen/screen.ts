import { EventEmitter } from 'node:events';
import type { Picture } from '../text/line.js';

const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const ENTER = `\x1b[?1049h${HIDE_CURSOR}\x1b[?2004h\x1b[2J`;
const LEAVE = `\x1b[?2004l${SHOW_CURSOR}\x1b[?1049l`;
/** Terminals that support these draw everything between them at once; others ignore them. */
const BEGIN_UPDATE = '\x1b[?2026h';
const END_UPDATE = '\x1b[?2026l';

/**
 * The alternate screen of a terminal, as the stream that ink draws on. It takes whole frames (ink's debug
 * mode) and writes the lines that have changed. Ink's own renderers move up from where they left the cursor,
 * and leave residue when the terminal is resized.
 */
export class Screen extends EventEmitter {
  /** Keeps ink from sending escape codes of its own. */
  readonly isTTY = false;
  /** The cursor in the next frame; hidden where this is undefined. */
  cursor: Picture['cursor'];
  #lines: string[] = [];
  #placed = '';
  #isOpen = false;

  constructor(readonly terminal: NodeJS.WriteStream) {
    super();
  }

  get columns(): number {
    return this.terminal.columns || 80; // some terminals do not report their size
  }

  get rows(): number {
    return this.terminal.rows || 24;
  }

  /** Switches to the alternate screen, or back to it where others may have written to the terminal. */
  enter(): void {
    const left = this.#isOpen ? LEAVE : '';
    this.#isOpen = true;
    this.#lines = [];
    this.terminal.write(left + ENTER);
  }

  /** Restores the terminal. A second call does nothing. */
  leave(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.terminal.write(LEAVE);
  }

  /** Clears the screen: the next frame is drawn in full. */
  clear(): void {
    this.#lines = [];
    if (this.#isOpen) this.terminal.write('\x1b[2J');
  }

  /** Draws a frame, unless the screen is not open. Ink calls this. */
  write(frame: string): boolean {
    if (!this.#isOpen) return true;
    const lines = frame
      .split('\n')
      .slice(0, this.rows)
      .map((line) => line.trimEnd());
    // Lines are cleared before they are written: clearing after a full line would erase its last column on
    // some terminals.
    const changes = Array.from({ length: Math.max(lines.length, this.#lines.length) }, (_, row) =>
      lines[row] === this.#lines[row] ? '' : `\x1b[${row + 1};1H\x1b[K${lines[row] ?? ''}`,
    ).join('');
    const { cursor: at } = this;
    const placed = at ? `\x1b[${at.row + 1};${at.column + 1}H${SHOW_CURSOR}` : '';
    if (changes === '' && placed === this.#placed) return true;
    this.#lines = lines;
    this.#placed = placed;
    const hiding = placed !== '' && changes !== '' ? HIDE_CURSOR : '';
    this.terminal.write(BEGIN_UPDATE + hiding + changes + placed + END_UPDATE);
    return true;
  }
}
