import { drawable } from '../../ui/text/glyphs.js';
import { hasColours, merged, painted, type Scale, type Tint } from '../../ui/text/tint.js';
import { note } from './stderr.js';
import { columnsToPrint } from './terminal.js';

interface Drawn {
  readonly text: string;
  readonly width: number;
  readonly tint: Tint | undefined;
  readonly mark: string;
}

/**
 * The width at which to break rows: the terminal's, otherwise infinite. Without colours, a note says so
 * and rows are broken everywhere.
 * @param standIn what replaces the colours
 */
export function rowWidth(standIn: string): number {
  if (hasColours()) return process.stdout.columns || Number.POSITIVE_INFINITY;
  note(`colours are off, ${standIn}; FORCE_COLOR=1 without NO_COLOR forces them`);
  return columnsToPrint();
}

/** Lays out text with each character tinted by a number; without colours, with marks below it. */
export class TintedRows {
  #row: Drawn[] = [];
  #used = 0;

  /** @param width columns at which rows are broken, between words if possible; may be infinite */
  constructor(
    readonly scale: Scale,
    readonly width: number,
  ) {}

  /** Adds a grapheme or a line feed, and returns the output that it completes. */
  put(grapheme: string, value: number): string {
    const look = { tint: this.scale.tintOf(value), mark: this.scale.markOf(value) };
    if (grapheme !== '\n') return this.#place({ ...drawable(grapheme), ...look });
    // A line break is visible only if it is tinted.
    const shown = look.tint ? this.#place({ text: '↵', width: 1, ...look }) : '';
    return shown + this.#endRow();
  }

  /** Returns what has been added so far, if rows are never broken. */
  flush(): string {
    return this.width < Number.POSITIVE_INFINITY ? '' : this.#draw();
  }

  /** Ends the last row, if it is not empty. */
  end(): string {
    return this.#used > 0 ? this.#endRow() : '';
  }

  /** Adds a glyph, and returns the row before it if that row was full. */
  #place(glyph: Drawn): string {
    let full = '';
    if (this.#used + glyph.width > this.width) {
      const isBreak = glyph.text === ' ' || glyph.text === '↵';
      const space = isBreak ? -1 : this.#row.findLastIndex(({ text }) => text === ' ');
      const word = space < 0 ? [] : this.#row.splice(space + 1);
      full = this.#endRow();
      this.#row = word;
      this.#used = word.reduce((sum, { width }) => sum + width, 0);
      // The break replaces the space, unless the space is tinted as a block.
      if (glyph.text === ' ' && !glyph.tint?.ink) return full;
    }
    this.#row.push(glyph);
    this.#used += glyph.width;
    return full;
  }

  /** The line feed follows the colours: a terminal that scrolls fills the new row with the current one. */
  #endRow(): string {
    const drawn = this.#draw();
    this.#used = 0;
    return `${drawn}\n`;
  }

  #draw(): string {
    const row = this.#row;
    this.#row = [];
    if (hasColours()) {
      const runs = merged(row, ({ tint }) => tint);
      return Array.from(runs, ({ text, tint }) => painted(text, tint)).join('');
    }
    const marks = row.map(({ width, mark }) => mark.padEnd(width)).join('');
    return `${row.map(({ text }) => text).join('')}\n${marks.trimEnd()}`;
  }
}
