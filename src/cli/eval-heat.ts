import { drawable } from '../ui/glyphs.js';
import { glyphsOf, type Piece, type View } from './eval-pieces.js';
import { digitOf, hasColours, merged, stepOf, TINTS, tinted, tintLegend } from './tint.js';

interface Drawn {
  readonly text: string;
  readonly width: number;
  readonly bits: number;
}

const DIGIT_LEGEND = 'the digit under a character is its surprise in bits; + is 10 or more, none less than 1';

/** `--heat`: the text, each character tinted by its surprise; without colours, with digits below it. */
export class Heat implements View {
  #row: Drawn[] = [];
  #used = 0;

  /** @param width columns at which lines are broken, between words where possible; may be infinite */
  constructor(readonly width: number) {}

  piece(piece: Piece): string {
    let out = '';
    for (const { text, bits } of glyphsOf(piece)) {
      if (text !== '\n') out += this.#place({ ...drawable(text), bits });
      else {
        // A line break is seen only where it surprises.
        if (stepOf(bits) > 0) out += this.#place({ text: '↵', width: 1, bits });
        out += this.#endRow();
      }
    }
    // A line that is not broken need not be held to its end.
    return this.width < Number.POSITIVE_INFINITY ? out : out + this.#draw();
  }

  end(): string {
    const legend = hasColours() ? tintLegend() : DIGIT_LEGEND;
    return `${this.#used > 0 ? this.#endRow() : ''}\n${legend}\n`;
  }

  /** Puts a glyph into the row, and returns the row before it if that is full. */
  #place(glyph: Drawn): string {
    let full = '';
    if (this.#used + glyph.width > this.width) {
      const isBreak = glyph.text === ' ' || glyph.text === '↵';
      const space = isBreak ? -1 : this.#row.findLastIndex(({ text }) => text === ' ');
      const word = space < 0 ? [] : this.#row.splice(space + 1);
      full = this.#endRow();
      this.#row = word;
      this.#used = word.reduce((sum, { width }) => sum + width, 0);
      // The break stands for the space, but for one that is tinted as a block.
      if (glyph.text === ' ' && !TINTS[stepOf(glyph.bits)]?.ink) return full;
    }
    this.#row.push(glyph);
    this.#used += glyph.width;
    return full;
  }

  /** The line feed stands outside of all colours: a terminal that scrolls fills the new row with the one it has. */
  #endRow(): string {
    const drawn = this.#draw();
    this.#used = 0;
    return `${drawn}\n`;
  }

  #draw(): string {
    const row = this.#row;
    this.#row = [];
    if (hasColours()) return Array.from(merged(row), ({ text, bits }) => tinted(text, bits)).join('');
    const digits = row.map(({ width, bits }) => digitOf(bits).padEnd(width)).join('');
    return `${row.map(({ text }) => text).join('')}\n${digits.trimEnd()}`;
  }
}
