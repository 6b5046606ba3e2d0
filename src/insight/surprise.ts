import { sumOf } from '../numbers.js';
import type { Group, TextClass } from './text-classes.js';

/** What the places of one class cost; all figures but shares are means in bits a character. */
export interface ClassLoss {
  readonly group: Group | 'all';
  readonly class: string;
  readonly places: number;
  /** Of all places, from 0 to 1. */
  readonly share: number;
  readonly bpc: number;
  /** Of the loss of the whole text, from 0 to 1. */
  readonly lossShare: number;
  /** What a simpler model makes of the same places, where there is one. */
  readonly baseline?: number;
  /** So much less than that, */
  readonly gain?: number;
  /** and the standard error of it; null where all places are near each other. */
  readonly gainError?: number | null;
}

/** Neighbours are surprising together: what is independent of each other, more or less, are blocks of so many. */
const BLOCK = 64;

/**
 * Divides the loss of a text by classes of its places; the first entry is the whole text.
 * @param losses nats of each character
 * @param baseline those of another model
 */
export function lossByClass(
  classes: readonly TextClass[],
  losses: ArrayLike<number>,
  baseline?: ArrayLike<number>,
): ClassLoss[] {
  const count = losses.length;
  const total = sumWhere(losses, () => true);
  const entry = (group: ClassLoss['group'], name: string, marks?: Uint8Array): ClassLoss => {
    const holds = (i: number) => marks === undefined || marks[i] === 1;
    const places = marks === undefined ? count : sumOf(marks);
    const loss = sumWhere(losses, holds);
    const bits = (nats: number) => nats / places / Math.LN2;
    const figures = { places, share: places / count, bpc: bits(loss), lossShare: loss / total };
    if (!baseline) return { group, class: name, ...figures };
    const other = bits(sumWhere(baseline, holds));
    const gain = other - figures.bpc;
    const gainError = errorOfMean(count, holds, (i) => (baseline[i]! - losses[i]!) / Math.LN2 - gain);
    return { group, class: name, ...figures, baseline: other, gain, gainError };
  };
  return [entry('all', 'all'), ...classes.map(({ group, name, marks }) => entry(group, name, marks))];
}

function sumWhere(losses: ArrayLike<number>, holds: (i: number) => boolean): number {
  let sum = 0;
  for (let i = 0; i < losses.length; i++) if (holds(i)) sum += losses[i]!;
  return sum;
}

/**
 * The standard error of a mean over places of a text, from blocks of it: a ratio, since a block has more places or fewer
 * (Cochran 1977, section 6.4).
 * @param difference of a place from the mean
 * @returns null where fewer than two blocks have a place
 */
function errorOfMean(
  count: number,
  holds: (i: number) => boolean,
  difference: (i: number) => number,
): number | null {
  let [squares, blocks, places] = [0, 0, 0];
  for (let from = 0; from < count; from += BLOCK) {
    const before = places;
    let sum = 0;
    for (let i = from; i < Math.min(count, from + BLOCK); i++) {
      if (!holds(i)) continue;
      places++;
      sum += difference(i);
    }
    if (places > before) blocks++;
    squares += sum * sum;
  }
  return blocks < 2 ? null : Math.sqrt((squares * blocks) / (blocks - 1)) / places;
}

/** A mean of fewer places is mostly chance, and so is one of fewer standard errors. */
const FEWEST = 100;
const ERRORS = 2;

/**
 * Classes by what was read, so that nothing of the outcome is in them: of the characters of a word, a model that always expects
 * the word to go on predicts those within it well and the end of it badly.
 */
const KNOWN_BEFORE: readonly ClassLoss['group'][] = ['read', 'place', 'repeat', 'start'];

/** The classes, known before, whose gain over the baseline is no chance, the largest gain first. */
export function byGain(classes: readonly ClassLoss[]): (ClassLoss & { readonly gain: number })[] {
  return classes
    .filter(({ group, places }) => KNOWN_BEFORE.includes(group) && places >= FEWEST)
    .flatMap((one) => (one.gain === undefined ? [] : { ...one, gain: one.gain }))
    .filter(({ gain, gainError }) => Math.abs(gain) > ERRORS * (gainError ?? Number.POSITIVE_INFINITY))
    .sort((a, b) => b.gain - a.gain);
}

/** The class with the largest share of the loss, of those that are not most of the text. */
export function largestShare(classes: readonly ClassLoss[]): ClassLoss | undefined {
  return classes.filter(({ share }) => share < 0.5).sort((a, b) => b.lossShare - a.lossShare)[0];
}
