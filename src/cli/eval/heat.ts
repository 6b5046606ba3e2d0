import { hasColours } from '../../ui/text/tint.js';
import { SURPRISE, tintLegend } from '../output/tint.js';
import { TintedRows } from '../output/tinted-rows.js';
import { glyphsOf, type Piece, type View } from './pieces.js';

const DIGIT_LEGEND = 'the digit under a character is its surprise in bits; + is 10 or more, none less than 1';

/** `--heat`: the text, each character tinted by its surprise; without colours, with digits below it. */
export class Heat implements View {
  readonly #rows: TintedRows;

  /** @param width as for TintedRows */
  constructor(width: number) {
    this.#rows = new TintedRows(SURPRISE, width);
  }

  piece(piece: Piece): string {
    let out = '';
    for (const { text, bits } of glyphsOf(piece)) out += this.#rows.put(text, bits);
    return out + this.#rows.flush();
  }

  end(): string {
    return `${this.#rows.end()}\n${hasColours() ? tintLegend() : DIGIT_LEGEND}\n`;
  }
}
