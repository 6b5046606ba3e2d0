import type { CharacterModel } from '../checkpoint/checkpoint.js';
import { sumOf } from '../numbers.js';
import type { Stretch } from '../text/dataset.js';
import type { Ids } from '../text/ids.js';
import { readInWindows, STEPS } from './reading.js';
import type { Group, TextClass } from './text-classes.js';

/** Consecutive characters and the loss of each. */
export interface Scored {
  readonly ids: Uint32Array;
  /** -ln p of each character, in nats: a view that the next window overwrites. */
  readonly losses: Float32Array;
}

/** A stretch of a text, which may be in memory. */
type TextStretch = Omit<Stretch, 'dataset'> & { readonly dataset: Ids };

/**
 * Reads a stretch once, from zero state, and scores each character given all before it. Up to rounding, the
 * losses are those a network reports when it writes the same text. What is not predicted is left out: labels,
 * and the symbol that a collection begins with.
 * @param before the id to read first, unscored; see `textStart`
 */
export function* surprises(model: CharacterModel, stretch: TextStretch, before: number): Generator<Scored> {
  let isFirst = true;
  for (const { ids, network } of readInWindows(model, windowsAfter(before, stretch))) {
    yield predicted({ ids, losses: network.losses(ids) }, isFirst, model.config.end);
    isFirst = false;
  }
}

/** Leaves out what is not predicted, given the id of the end of a text, if there is one. */
function predicted({ ids, losses }: Scored, isFirst: boolean, end: number | undefined): Scored {
  if (end === undefined) return { ids, losses };
  const counts = (i: number) => isPredicted(ids[i]!, isFirst && i === 0, end);
  return { ids: ids.filter((_, i) => counts(i)), losses: losses.filter((_, i) => counts(i)) };
}

/** Whether an id is predicted: not a label, nor the end with which a collection begins. */
export function isPredicted(id: number, isFirst: boolean, end: number | undefined): boolean {
  return end === undefined || id < end || (id === end && !isFirst);
}

/** Yields the characters of a stretch, with the character before each as its input. */
function* windowsAfter(before: number, { dataset, start, end }: TextStretch) {
  let last = before;
  for (let at = start; at < end; at += STEPS) {
    const ids = Uint32Array.from(dataset.read(at, Math.min(STEPS, end - at)));
    const inputs = Uint32Array.of(last, ...ids.subarray(0, -1));
    last = ids.at(-1)!;
    yield { ids, inputs };
  }
}

/** The loss at the places of one class. All figures except shares are means in bits per character. */
export interface ClassLoss {
  readonly group: Group | 'all';
  readonly class: string;
  readonly places: number;
  /** The share of all places, from 0 to 1. */
  readonly share: number;
  readonly bpc: number;
  /** The share of the whole text's loss, from 0 to 1. */
  readonly lossShare: number;
  /** The loss of a simpler model at the same places, if there is one. */
  readonly baseline?: number;
  /** The baseline's loss minus the network's. */
  readonly gain?: number;
  /** The standard error of the gain; null if all places are close together. */
  readonly gainError?: number | null;
}

/** Losses of neighbouring characters are correlated; blocks of this length are roughly independent. */
const BLOCK = 64;

/**
 * Breaks down the loss of a text by classes of its places. The first entry is the whole text.
 * @param losses the loss of each character, in nats
 * @param baseline the losses of another model
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
 * Estimates the standard error of a mean over places of a text from blocks of the text, as for a ratio, since
 * blocks differ in their number of places (Cochran 1977, section 6.4).
 * @param difference the difference of a place from the mean
 * @returns null if fewer than two blocks have a place
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

/** A mean of fewer places, or within this many standard errors of 0, is mostly chance. */
const MIN_PLACES = 100;
const MIN_ERRORS = 2;

/**
 * Groups of classes that depend only on the text read before, not on the outcome. In other groups, a model
 * that always expects a word to continue would seem to predict the inside of words well and their ends badly.
 */
const KNOWN_BEFORE: readonly ClassLoss['group'][] = ['read', 'place', 'repeat', 'start'];

/** Returns classes known before whose gain over the baseline is not mere chance, the largest gain first. */
export function byGain(classes: readonly ClassLoss[]): (ClassLoss & { readonly gain: number })[] {
  return classes
    .filter(({ group, places }) => KNOWN_BEFORE.includes(group) && places >= MIN_PLACES)
    .flatMap((one) => (one.gain === undefined ? [] : { ...one, gain: one.gain }))
    .filter(({ gain, gainError }) => Math.abs(gain) > MIN_ERRORS * (gainError ?? Number.POSITIVE_INFINITY))
    .sort((a, b) => b.gain - a.gain);
}

/** Returns the class with the largest share of the loss among those that cover less than half of the text. */
export function largestShare(classes: readonly ClassLoss[]): ClassLoss | undefined {
  return classes.filter(({ share }) => share < 0.5).sort((a, b) => b.lossShare - a.lossShare)[0];
}
