import type { CharacterModel } from '../checkpoint/checkpoint.js';
import { meanOf, sumOf } from '../numbers.js';
import { type CellWindow, cellWindows } from './cells.js';
import { PROPERTIES, type Property, type PropertyName } from './properties.js';

/** How well a unit tracks a property of the text. */
export interface Tracking {
  readonly property: PropertyName;
  readonly layer: number;
  readonly unit: number;
  /** For a switch, F1 at the best threshold; for a counter, the absolute value of Pearson's r. */
  readonly measure: 'F1' | 'r';
  readonly score: number;
  /** The score rescaled so that chance is 0 and perfect is 1, which makes properties comparable. */
  readonly clarity: number;
  /** A switch holds at or above the threshold of tanh(c), or below it; a counter makes c rise or fall. */
  readonly direction: 'above' | 'below' | 'rises' | 'falls';
  /** From -1 to 1. */
  readonly threshold?: number;
}

/** Number of bins between -1 and 1; the thresholds tried are their borders. */
export const BINS = 512;
const HALF = BINS / 2;

/**
 * Returns the bin of a value from -1 to 1. Bins get narrower towards the ends, where saturated units have all
 * their values: the widest span 1/128, the last ones 1/65,536.
 */
export function binOf(value: number): number {
  const distance = HALF * (1 - Math.sqrt(1 - Math.abs(value)));
  return Math.min(BINS - 1, Math.floor(value < 0 ? HALF - distance : HALF + distance));
}

/** Returns the lower border of a bin. */
export function borderOf(bin: number): number {
  const rest = 1 - Math.abs(bin - HALF) / HALF;
  return Math.sign(bin - HALF) * (1 - rest * rest);
}

/**
 * Finds the threshold and direction that best predict where a property holds.
 * @param all the number of values in each bin
 * @param on the number of those where the property holds
 * @returns F1 = 2TP / (2TP + FP + FN); 0 if the property never holds
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
    // 2TP + FP + FN is the number of positive predictions plus the number of places where it holds.
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

/** Measures, window by window, how well each unit of a network tracks a property. */
export interface Ranking {
  add(window: CellWindow): void;
  /** Returns all units, the best one first. */
  ranked(): Tracking[];
}

/** What to rank units by, and how many units there are. */
interface Subject {
  readonly property: PropertyName;
  /** One number per character of the text. */
  readonly marks: Float32Array;
  /** Units per layer, H, and the number of layers. */
  readonly hidden: number;
  readonly layers: number;
}

/** Ranks by F1 for a switch, by Pearson's r for a counter. */
export function rankingOf({ kind }: Property, subject: Subject): Ranking {
  return kind === 'switch' ? new SwitchRanking(subject) : new CounterRanking(subject);
}

function byScore(trackings: Tracking[]): Tracking[] {
  return trackings.sort((a, b) => b.score - a.score);
}

/** Ranks by histograms of tanh of each cell state, so that memory does not grow with the text. */
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
      // Unit by unit, so that its two histograms stay in the cache.
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
    // F1 of always predicting that the property holds.
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

/** Ranks by Pearson's correlation with the cell state itself, since its tanh saturates; from running sums. */
class CounterRanking implements Ranking {
  readonly #mean: number;
  /** (L*H): each unit's first value, subtracted from all, since a steady cell's values differ by little. */
  readonly #first: Float32Array;
  /** (L*H): sums of the values, of their squares, and of their products with the count minus its mean. */
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

/** Returns each unit with the property it tracks most clearly, the clearest first. */
export function clearest(rankings: readonly (readonly Tracking[])[]): Tracking[] {
  const found = new Map<string, Tracking>();
  for (const tracking of rankings.flat()) {
    const unit = `${tracking.layer}/${tracking.unit}`;
    if (tracking.clarity > (found.get(unit)?.clarity ?? -1)) found.set(unit, tracking);
  }
  return [...found.values()].sort((a, b) => b.clarity - a.clarity);
}

/** A property and its mark for each character of a text. */
export interface Marked {
  readonly property: PropertyName;
  readonly marks: Float32Array;
}

/** Marks a text by properties, leaving out those that vary at fewer than `least` places; see `varies`. */
export function markProperties(
  characters: readonly string[],
  names: readonly PropertyName[],
  least: number,
): Marked[] {
  const marked = names.map((property) => ({ property, marks: PROPERTIES[property].mark(characters) }));
  return marked.filter(({ marks }) => varies(marks, least));
}

/** Whether at least `least` places are marked like the first one, and at least as many differently. */
export function varies(marks: Float32Array, least: number): boolean {
  const alike = marks.filter((mark) => mark === marks[0]).length;
  return Math.min(alike, marks.length - alike) >= least;
}

/**
 * Ranks all units by how well they track each property, in one pass over the text. A step takes a few
 * milliseconds and yields the share of the text read so far.
 * @returns a ranking for each property
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
