import { ExitCode, UserError } from '../../errors.js';
import { amountOf } from '../../numbers.js';
import type { CodePoints, DecodeOptions } from '../encoding/decode.js';
import type { Collection } from './collection.js';
import { Divider, type Piece, Separator } from './divide.js';
import { byColumn } from './grid.js';
import { Records } from './records/records.js';
import { formatOfName } from './records/row.js';

type Pieces = Iterable<Piece> | Promise<Iterable<Piece>>;

/** Divides the characters of one source into texts. */
export interface Division {
  push(points: CodePoints): Pieces;
  end(): Pieces;
  /** How many records had no text, and were left out. */
  readonly empty?: number;
}

/**
 * Returns the division of a source.
 * @param source its name, which may tell the format of its records
 * @param collection how the corpus is divided; undefined for one text
 * @param isForeign whether a network that has learned records is to read something else: a file that is not of
 *   their formats is one text
 */
export function divisionOf(
  source: string,
  collection: Collection | undefined,
  decoding: DecodeOptions,
  isForeign: boolean,
): Division {
  if (!collection) return { push: (points) => [{ points, ends: false }], end: () => [] };
  const isRecords = collection.division === 'record' && (!isForeign || formatOfName(source) !== undefined);
  const division = isRecords
    ? new Records(source, collection, decoding.encoding)
    : plain(collection, decoding);
  return collection.byColumn ? new Grids(source, division) : division;
}

function plain({ division, textsEnd }: Collection, decoding: DecodeOptions): Division {
  const divider = new Divider(division);
  if (textsEnd === undefined) return divider;
  const separator = new Separator(textsEnd, decoding);
  return {
    *push(points) {
      for (const part of separator.push(points)) {
        yield* divider.push(part.points);
        if (part.ends) yield* divider.end();
      }
    },
    *end() {
      yield* divider.push(separator.rest());
      yield* divider.end();
    },
  };
}

/** In characters. A longer text is no grid, and turning it takes memory. */
const LARGEST_GRID = 1 << 24;

/** Collects texts, and turns each into its columns. */
class Grids implements Division {
  #points: number[] = [];
  #labels: Piece['labels'];
  #count = 0;

  constructor(
    readonly source: string,
    readonly division: Division,
  ) {}

  get empty(): number | undefined {
    return this.division.empty;
  }

  async push(points: CodePoints): Promise<Piece[]> {
    return this.#turned(await this.division.push(points));
  }

  async end(): Promise<Piece[]> {
    return this.#turned(await this.division.end());
  }

  #turned(pieces: Iterable<Piece>): Piece[] {
    const turned: Piece[] = [];
    for (const { points, ends, labels } of pieces) {
      this.#labels ??= labels;
      const name = this.#count === 0 ? this.source : `text ${this.#count + 1} of ${this.source}`;
      if (this.#points.length + points.length > LARGEST_GRID) throw tooLarge(name);
      for (const point of points) this.#points.push(point);
      if (!ends) continue;
      this.#count++;
      const grid = byColumn(this.#points, name);
      turned.push({ points: grid, ends: true, ...(this.#labels && { labels: this.#labels }) });
      this.#points = [];
      this.#labels = undefined;
    }
    return turned;
  }
}

function tooLarge(name: string): UserError {
  return new UserError(
    `${name} has more than ${amountOf(LARGEST_GRID, 'character')}, too many for a grid`,
    'Leave out --by-column, or say with --texts what one level is.',
    ExitCode.badData,
  );
}
