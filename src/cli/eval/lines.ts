import { harmlessJson } from '../../format.js';
import type { Figures } from '../../train/evaluate.js';
import { glyphsOf } from '../../ui/text/glyphs.js';
import { cut } from '../../ui/text/line.js';
import { hasColours } from '../../ui/text/tint.js';
import { SURPRISE, tintLegend } from '../output/tint.js';
import { TintedRows } from '../output/tinted-rows.js';
import { graphemesOf, type Piece, type Renderer, Tally } from './pieces.js';

/** How many of the most surprising lines to repeat below the table. */
const MOST_SURPRISING = 5;
/** Only lines with at least this many characters count: a mean over fewer is mostly chance. */
const LONG_ENOUGH = 20;
/** A table with no more lines than this can be seen at once, so none are repeated. */
const MANY_LINES = 20;

const WIDTHS = [5, 5, 6, 6, 10];
const FIGURES_WIDTH = WIDTHS.reduce((sum, width) => sum + width + 2, 0);

/** `--lines`: a row for each line as it is read, then the most surprising lines. */
export class LineTable implements Renderer {
  readonly #textWidth: number;
  #tally = new Tally();
  #text = '';
  #lines = 0;
  #surprising: { bpc: number; row: string }[] = [];

  /** @param width columns of a row */
  constructor(width: number) {
    this.#textWidth = Math.max(10, width - FIGURES_WIDTH);
  }

  piece(piece: Piece): string {
    const heading = this.#lines === 0 && this.#tally.characters === 0 ? HEADING : '';
    if (this.#tally.characters === 0) this.#text = piece.text;
    this.#tally.add(piece);
    return heading + (piece.endsLine ? this.#endLine() : '');
  }

  end(): string {
    const last = this.#tally.characters > 0 ? this.#endLine() : '';
    if (this.#lines <= MANY_LINES || this.#surprising.length === 0) return `${last}\n`;
    const rows = this.#surprising.map(({ row }) => row).join('');
    return `${last}\nmost surprising lines of at least ${LONG_ENOUGH} characters:\n${rows}\n`;
  }

  #endLine(): string {
    const { figures } = this.#tally;
    const glyphs = glyphsOf(this.#text);
    const text = cut(glyphs.map((glyph) => glyph.text).join(''), this.#textWidth);
    const row = rowOf(++this.#lines, figures, text);
    if (figures.characters >= LONG_ENOUGH) {
      this.#surprising.push({ bpc: figures.bpc, row });
      this.#surprising.sort((a, b) => b.bpc - a.bpc);
      this.#surprising.length = Math.min(this.#surprising.length, MOST_SURPRISING);
    }
    this.#tally = new Tally();
    return row;
  }
}

const HEADING = rowFrom(['line', 'chars', 'nats', 'bits', 'perplexity'], 'text');

function rowOf(line: number, { characters, loss, bpc, perplexity }: Figures, text: string): string {
  const shown = perplexity < 1e6 ? perplexity.toFixed(2) : perplexity.toExponential(2);
  return rowFrom([String(line), String(characters), loss.toFixed(3), bpc.toFixed(3), shown], text);
}

function rowFrom(cells: readonly string[], text: string): string {
  return `${cells.map((cell, i) => `${cell.padStart(WIDTHS[i]!)}  `).join('')}${text}`.trimEnd().concat('\n');
}

/** `--lines --json`: an object per line, whose text is written as it is read. */
export class LineObjects implements Renderer {
  #tally = new Tally();
  #lines = 0;

  piece(piece: Piece): string {
    const begun = this.#tally.characters === 0 ? `{"line":${++this.#lines},"text":"` : '';
    this.#tally.add(piece);
    const text = harmlessJson(piece.text).slice(1, -1);
    return begun + text + (piece.endsLine ? this.#endLine() : '');
  }

  end(): string {
    return this.#tally.characters > 0 ? this.#endLine() : '';
  }

  #endLine(): string {
    const rest = JSON.stringify(this.#tally.figures).slice(1);
    this.#tally = new Tally();
    return `",${rest}\n`;
  }
}

const DIGIT_LEGEND =
  'the digit under a character is its surprise in bits: + is 10 or more, none is less than 1';

/** `--heat`: the text with each character tinted by its surprise; without colours, with digits below it. */
export class Heat implements Renderer {
  readonly #rows: TintedRows;

  /** @param width as for TintedRows */
  constructor(width: number) {
    this.#rows = new TintedRows(SURPRISE, width);
  }

  piece(piece: Piece): string {
    let out = '';
    for (const { text, bits } of graphemesOf(piece)) out += this.#rows.put(text, bits);
    return out + this.#rows.flush();
  }

  end(): string {
    return `${this.#rows.end()}\n${hasColours() ? tintLegend() : DIGIT_LEGEND}\n`;
  }
}
