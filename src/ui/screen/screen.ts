import { EventEmitter } from 'node:events';

const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const ENTER = `\x1b[?1049h${HIDE_CURSOR}\x1b[?2004h\x1b[2J`;
const LEAVE = `\x1b[?2004l${SHOW_CURSOR}\x1b[?1049l`;
/** Terminals that know these draw what stands between them at once; others ignore them. */
const BEGIN_UPDATE = '\x1b[?2026h';
const END_UPDATE = '\x1b[?2026l';

/**
 * The alternate screen of a terminal, and the stream that ink draws on: it takes whole frames (ink's debug mode) and
 * writes the lines that have changed, each to its place. Ink's own renderers move up from where they left the cursor,
 * and leave residue when the terminal is resized.
 */
export class Screen extends EventEmitter {
  /** Ink and its helpers must not send escape codes of their own. */
  readonly isTTY = false;
  /** Where the terminal's own cursor stands after the next frame; hidden where there is none. */
  cursor: { readonly row: number; readonly column: number } | undefined;
  #lines: string[] = [];
  #placed = '';
  #open = false;

  constructor(readonly terminal: NodeJS.WriteStream) {
    super();
  }

  get columns(): number {
    return this.terminal.columns || 80; // some terminals do not know
  }

  get rows(): number {
    return this.terminal.rows || 24;
  }

  /** Takes the terminal, or takes it anew where others may have written to it. */
  enter(): void {
    const left = this.#open ? LEAVE : '';
    this.#open = true;
    this.#lines = [];
    this.terminal.write(left + ENTER);
  }

  /** Gives the terminal back as it was. Does nothing a second time. */
  leave(): void {
    if (!this.#open) return;
    this.#open = false;
    this.terminal.write(LEAVE);
  }

  /** Forgets what is on the screen: the next frame is drawn whole. */
  clear(): void {
    this.#lines = [];
    if (this.#open) this.terminal.write('\x1b[2J');
  }

  /** Draws a frame; ink calls it. */
  write(frame: string, done?: () => void): boolean {
    const lines = frame.split('\n').slice(0, this.rows);
    // Cleared first: after the last column some terminals would clear what was just written there.
    const changed = lines.flatMap((line, row) =>
      line === this.#lines[row] ? [] : `\x1b[${row + 1};1H\x1b[K${line}`,
    );
    for (let row = lines.length; row < this.#lines.length; row++) changed.push(`\x1b[${row + 1};1H\x1b[K`);
    const placed = this.cursor ? `\x1b[${this.cursor.row + 1};${this.cursor.column + 1}H${SHOW_CURSOR}` : '';
    if (this.#open && (changed.length > 0 || placed !== this.#placed)) {
      this.#lines = lines;
      this.#placed = placed;
      if (placed !== '' && changed.length > 0) changed.unshift(HIDE_CURSOR);
      this.terminal.write(BEGIN_UPDATE + changed.join('') + placed + END_UPDATE);
    }
    done?.();
    return true;
  }
}
