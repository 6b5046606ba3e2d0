import { cropped, type Picture, type Size } from '../text/line.js';
import { styled } from '../text/styled.js';

const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const ENTER = `\x1b[?1049h${HIDE_CURSOR}\x1b[?2004h\x1b[2J`;
const LEAVE = `\x1b[?2004l${SHOW_CURSOR}\x1b[?1049l`;
/** Terminals that support these draw everything between them at once; others ignore them. */
const BEGIN_UPDATE = '\x1b[?2026h';
const END_UPDATE = '\x1b[?2026l';

/**
 * The alternate screen of a terminal. It takes whole pictures and writes the lines that have changed, each to
 * its place, so nothing depends on where the cursor was left or on what a resized terminal has moved.
 */
export class Screen implements Size {
  #lines: string[] = [];
  #placed = '';
  #isOpen = false;

  constructor(readonly terminal: Pick<NodeJS.WriteStream, 'columns' | 'rows' | 'write'>) {}

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

  /** Clears the screen: the next picture is drawn in full. */
  clear(): void {
    this.#lines = [];
    if (this.#isOpen) this.terminal.write('\x1b[2J');
  }

  /** Draws a picture, cropped to the size of the terminal, unless the screen is not open. */
  draw(picture: Picture): void {
    if (!this.#isOpen) return;
    const { columns } = this;
    const lines = picture.lines
      .slice(0, this.rows)
      .map((line) => cropped(line, columns).map(styled).join('').trimEnd());
    // Lines are cleared before they are written: clearing after a full line would erase its last column on
    // some terminals.
    const changes = Array.from({ length: Math.max(lines.length, this.#lines.length) }, (_, row) =>
      lines[row] === this.#lines[row] ? '' : `\x1b[${row + 1};1H\x1b[K${lines[row] ?? ''}`,
    ).join('');
    const { cursor: at } = picture;
    const placed = at ? `\x1b[${at.row + 1};${at.column + 1}H${SHOW_CURSOR}` : '';
    if (changes === '' && placed === this.#placed) return;
    this.#lines = lines;
    this.#placed = placed;
    const hiding = placed !== '' && changes !== '' ? HIDE_CURSOR : '';
    this.terminal.write(BEGIN_UPDATE + hiding + changes + placed + END_UPDATE);
  }
}
