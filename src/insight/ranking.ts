import type { CharacterModel } from '../checkpoint/checkpoint.js';
import { meanOf, sumOf } from '../numbers.js';
import { type CellWindow, cellWindows } from './cells.js';
import { PROPERTIES, type Property, type PropertyName } from './properties.js';

/** How a unit tracks a property of the text. */
export interface Tracking {
  readonly property: PropertyName;
  readonly layer: number;
  readonly unit: number;
  /** For what holds or does not, the F1 of the best threshold; for a count, Pearson's r without its sign. */
  readonly measure: 'F1' | 'r';
  readonly score: number;
  /** How far the score is from chance, 0, to perfect, 1: what makes properties comparable. */
  readonly clarity: number;
  /** It holds where tanh of the cell state is at or above the threshold, or below it; the cell state rises or falls with
   * the count. */
  readonly direction: 'above' | 'below' | 'rises' | 'falls';
  /** From -1 to 1. */
  readonly threshold?: number;
}

/** Thresholds tried are the borders of so many bins between -1 and 1. */
export const BINS = 512;
const HALF = BINS / 2;

/**
 * The bin of a value from -1 to 1. Bins are the narrower the nearer they are to the ends, where units that saturate have all
 * their values: the widest take 1/128, the last ones 1/65,536.
 */
export function binOf(value: number): number {
  const distance = HALF * (1 - Math.sqrt(1 - Math.abs(value)));
  return Math.min(BINS - 1, Math.floor(value < 0 ? HALF - distance : HALF + distance));
}

/** Where a bin begins. */
export function borderOf(bin: number): number {
  const rest = 1 - Math.abs(bin - HALF) / HALF;
  return Math.sign(bin - HALF) * (1 - rest * rest);
}

/**
 * The threshold and direction that tell best where something holds.
 * @param all how many values lie in each bin
 * @param on how many of them where it holds
 * @returns F1 = 2TP / (2TP + FP + FN); 0 where it never holds
 */
export function bestThreshold(
  all: Uint32Array,
  on: Uint32Array,
): { score: number; direction: 'above' | 'below'; threshold: number } {
  const total = sumOf(all);
  const holds = sumOf(on);
  let best = { score: 0, direction: 'above' as 'above' | 'below', threshold: -1 };
  let allBelow = 0;
  let onBelow = 0;
  for (let border = 0; border <= BINS; border++) {
    const threshold = borderOf(border);
    // 2TP + FP + FN: as many as are taken for it, and as many as it holds for.
    const above = (2 * (holds - onBelow)) / (total - allBelow + holds);
    const below = (2 * onBelow) / (allBelow + holds);
    if (above > best.score) best = { score: above, direction: 'above', threshold };
    if (below > best.score) best = { score: below, direction: 'below', threshold };
    if (border === BINS) break;
    allBelow += all[border]!;
    onBelow += on[border]!;
  }
  return best;
}

/** Finds out, window by window, how well each unit of a network tracks a property. */
export interface Ranking {
  add(window: CellWindow): void;
  /** All units, the best one first. */
  ranked(): Tracking[];
}

/** What a ranking is about. */
interface Subject {
  readonly property: PropertyName;
  /** One number for each character of the text. */
  readonly marks: Float32Array;
  /** Units of a layer, H, and layers. */
  readonly hidden: number;
  readonly layers: number;
}

/** By F1 for what holds or does not, by Pearson's r for what counts something. */
export function rankingOf({ kind }: Property, subject: Subject): Ranking {
  return kind === 'switch' ? new SwitchRanking(subject) : new CounterRanking(subject);
}

function byScore(trackings: Tracking[]): Tracking[] {
  return trackings.sort((a, b) => b.score - a.score);
}

/** By histograms of tanh of each cell state, so that memory does not grow with the text. */
class SwitchRanking implements Ranking {
  /** (L*H, BINS) */
  readonly #all: Uint32Array;
  readonly #on: Uint32Array;

  constructor(readonly subject: Subject) {
    const { hidden, layers } = subject;
    this.#all = new Uint32Array(layers * hidden * BINS);
    this.#on = new Uint32Array(layers * hidden * BINS);
  }

  add({ start, length, layers }: CellWindow): void {
    const { hidden, marks } = this.subject;
    for (const [layer, { tanh }] of layers.entries()) {
      // Unit by unit: its two histograms stay near at hand.
      for (let unit = 0; unit < hidden; unit++) {
        const from = (layer * hidden + unit) * BINS;
        for (let t = 0; t < length; t++) {
          const bin = from + binOf(tanh[t * hidden + unit]!);
          this.#all[bin]!++;
          this.#on[bin]! += marks[start + t]!;
        }
      }
    }
  }

  ranked(): Tracking[] {
    const { property, hidden, layers, marks } = this.subject;
    const share = meanOf(marks);
    // What a unit gets that says it holds everywhere.
    const chance = (2 * share) / (1 + share);
    const trackings = Array.from({ length: layers * hidden }, (_, index): Tracking => {
      const [from, to] = [index * BINS, (index + 1) * BINS];
      const best = bestThreshold(this.#all.subarray(from, to), this.#on.subarray(from, to));
      const clarity = share < 1 ? (best.score - chance) / (1 - chance) : 0;
      const place = { property, layer: Math.floor(index / hidden), unit: index % hidden };
      return { ...place, measure: 'F1', clarity, ...best };
    });
    return byScore(trackings);
  }
}

/** By running sums: Pearson's correlation of a count and a cell state, as it is: its tanh cannot go on counting. */
class CounterRanking implements Ranking {
  readonly #mean: number;
  /** (L*H): the first value of each unit, from which all are counted: those of a steady cell differ by very little. */
  readonly #first: Float32Array;
  /** (L*H): sums of values, of their squares, and of their products with the count less its mean. */
  readonly #sum: Float64Array;
  readonly #squares: Float64Array;
  readonly #products: Float64Array;

  constructor(readonly subject: Subject) {
    const { marks, hidden, layers } = subject;
    this.#mean = meanOf(marks);
    this.#first = new Float32Array(layers * hidden);
    this.#sum = new Float64Array(layers * hidden);
    this.#squares = new Float64Array(layers * hidden);
    this.#products = new Float64Array(layers * hidden);
  }

  add({ start, length, layers }: CellWindow): void {
    const { hidden, marks } = this.subject;
    for (const [layer, { c }] of layers.entries()) {
      if (start === 0) this.#first.set(c.subarray(0, hidden), layer * hidden);
      for (let t = 0; t < length; t++) {
        const count = marks[start + t]! - this.#mean;
        for (let unit = 0; unit < hidden; unit++) {
          const index = layer * hidden + unit;
          const value = c[t * hidden + unit]! - this.#first[index]!;
          this.#sum[index]! += value;
          this.#squares[index]! += value * value;
          this.#products[index]! += value * count;
        }
      }
    }
  }

  ranked(): Tracking[] {
    const { property, hidden, marks } = this.subject;
    const spread = marks.reduce((sum, mark) => sum + (mark - this.#mean) ** 2, 0);
    const trackings = Array.from(this.#sum, (sum, index): Tracking => {
      const variance = this.#squares[index]! - sum ** 2 / marks.length;
      const r = variance > 0 && spread > 0 ? this.#products[index]! / Math.sqrt(variance * spread) : 0;
      const score = Math.min(1, Math.abs(r));
      const place = { property, layer: Math.floor(index / hidden), unit: index % hidden };
      return { ...place, measure: 'r', score, clarity: score, direction: r < 0 ? 'falls' : 'rises' };
    });
    return byScore(trackings);
  }
}

/** Each unit with what it tracks most clearly, the clearest one first. */
export function clearest(rankings: readonly (readonly Tracking[])[]): Tracking[] {
  const found = new Map<string, Tracking>();
  for (const tracking of rankings.flat()) {
    const unit = `${tracking.layer}/${tracking.unit}`;
    if (tracking.clarity > (found.get(unit)?.clarity ?? -1)) found.set(unit, tracking);
  }
  return [...found.values()].sort((a, b) => b.clarity - a.clarity);
}

/** A property, and what it says of each character of a text. */
export interface Marked {
  readonly property: PropertyName;
  readonly marks: Float32Array;
}

/** The properties that are told apart at `least` places or more: see `isTold`. */
export function markedBy(
  characters: readonly string[],
  names: readonly PropertyName[],
  least: number,
): Marked[] {
  const marked = names.map((property) => ({ property, marks: PROPERTIES[property].of(characters) }));
  return marked.filter(({ marks }) => isTold(marks, least));
}

/** Whether at least so many places are marked as the first one is, and at least so many otherwise. */
export function isTold(marks: Float32Array, least: number): boolean {
  const alike = marks.filter((mark) => mark === marks[0]).length;
  return Math.min(alike, marks.length - alike) >= least;
}

/**
 * Ranks all units by how well they track each property, in one pass over the text; a step takes some milliseconds.
 * @returns a ranking for each property, after telling with each step which share of the text has been read
 */
export function* rankUnits(
  model: CharacterModel,
  ids: Uint32Array,
  marked: readonly Marked[],
): Generator<number, Tracking[][]> {
  const { hidden, layers } = model.config;
  const rankings = marked.map(({ property, marks }) =>
    rankingOf(PROPERTIES[property], { property, marks, hidden, layers }),
  );
  for (const window of cellWindows(model, ids)) {
    for (const ranking of rankings) ranking.add(window);
    yield (window.start + window.length) / ids.length;
  }
  return rankings.map((ranking) => ranking.ranked());
}
