import { joined, type Line, type Segment } from '../text/line.js';
import type { Color } from '../text/palette.js';

/** Bits of the dots of a braille character, by row (4) and column (2); U+2800 has no dots. */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

/** Dots of one colour; later layers hide earlier ones in the same cell. */
interface Layer {
  readonly color: Color;
  readonly bold: boolean;
  /** The dots of each cell. */
  readonly cells: Uint8Array;
}

/** A drawing in braille characters: 2 by 4 dots per cell, with (0, 0) at the top left. */
export class Canvas {
  readonly #layers: Layer[] = [];
  readonly #marks = new Map<number, Segment>();

  /** @param width, height in cells */
  constructor(
    readonly width: number,
    readonly height: number,
  ) {}

  get dotsWide(): number {
    return 2 * this.width;
  }

  get dotsHigh(): number {
    return 4 * this.height;
  }

  /** Starts a layer above the previous ones. Its methods take places in dots and ignore those outside. */
  layer(color: Color, bold = false) {
    const cells = new Uint8Array(this.width * this.height);
    this.#layers.push({ color, bold, cells });
    const dot = (x: number, y: number) => {
      if (x < 0 || y < 0 || x >= this.dotsWide || y >= this.dotsHigh) return;
      cells[(y >> 2) * this.width + (x >> 1)]! |= DOTS[y & 3]![x & 1]!;
    };
    const column = (x: number, y0: number, y1: number) => {
      const last = Math.min(this.dotsHigh, Math.max(y0, y1));
      for (let y = Math.max(-1, Math.min(y0, y1)); y <= last; y++) dot(x, y);
    };
    /** Joins points by straight lines: a dot in every column or row that they cross, whichever are more. */
    const line = (points: readonly (readonly [x: number, y: number])[]) => {
      points.forEach(([x1, y1], i) => {
        const [x0, y0] = points[Math.max(0, i - 1)]!;
        const steps = Math.max(1, Math.abs(x1 - x0), Math.abs(y1 - y0));
        for (let step = 0; step <= steps; step++) {
          dot(Math.round(x0 + ((x1 - x0) * step) / steps), Math.round(y0 + ((y1 - y0) * step) / steps));
        }
      });
    };
    return { dot, column, line };
  }

  /** Puts a character in the cell of a dot, above all layers. */
  mark(x: number, y: number, mark: Segment): void {
    if (x < 0 || y < 0 || x >= this.dotsWide || y >= this.dotsHigh) return;
    this.#marks.set((y >> 2) * this.width + (x >> 1), mark);
  }

  /** Writes text into a row, over thin layers. Returns false if a mark or a bold layer is in the way. */
  label(column: number, row: number, text: string, color: Color): boolean {
    const cells = Array.from(text, (_, i) => row * this.width + column + i);
    const hides = (cell: number) => this.#layers.some(({ bold, cells }) => bold && cells[cell] !== 0);
    if (cells.some((cell) => this.#marks.has(cell) || hides(cell))) return false;
    Array.from(text).forEach((character, i) => {
      this.#marks.set(cells[i]!, { text: character, color });
    });
    return true;
  }

  /** Fills the empty cells of a row. */
  fill(row: number, character: string, color: Color): void {
    for (let cell = row * this.width; cell < (row + 1) * this.width; cell++) {
      const isFree = !this.#marks.has(cell) && this.#layers.every(({ cells }) => cells[cell] === 0);
      if (isFree) this.#marks.set(cell, { text: character, color });
    }
  }

  /** Returns the drawing, one line per row. */
  rows(): Line[] {
    return Array.from({ length: this.height }, (_, row) =>
      joined(Array.from({ length: this.width }, (_, column) => this.#cell(row * this.width + column))),
    );
  }

  #cell(cell: number): Segment {
    const mark = this.#marks.get(cell);
    if (mark) return mark;
    const layer = this.#layers.findLast(({ cells }) => cells[cell] !== 0);
    if (!layer) return { text: ' ' };
    const { cells, color, bold } = layer;
    return { text: String.fromCodePoint(0x2800 + cells[cell]!), color, bold };
  }
}
