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
  /** So much less than that. */
  readonly gain?: number;
}

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
    return { group, class: name, ...figures, baseline: other, gain: other - figures.bpc };
  };
  return [entry('all', 'all'), ...classes.map(({ group, name, marks }) => entry(group, name, marks))];
}

function sumWhere(losses: ArrayLike<number>, holds: (i: number) => boolean): number {
  let sum = 0;
  for (let i = 0; i < losses.length; i++) if (holds(i)) sum += losses[i]!;
  return sum;
}

/** A mean of fewer places is mostly chance. */
const FEWEST = 100;

/** The classes with enough places for their gain over the baseline to tell something, the largest gain first. */
export function byGain(classes: readonly ClassLoss[]): (ClassLoss & { readonly gain: number })[] {
  return classes
    .filter(({ group, places }) => group !== 'all' && places >= FEWEST)
    .flatMap((one) => (one.gain === undefined ? [] : { ...one, gain: one.gain }))
    .sort((a, b) => b.gain - a.gain);
}

/** The class with the largest share of the loss, of those that are not most of the text. */
export function largestShare(classes: readonly ClassLoss[]): ClassLoss | undefined {
  return classes.filter(({ share }) => share < 0.5).sort((a, b) => b.lossShare - a.lossShare)[0];
}
