import type { GaugesEvent } from '../../train/events.js';

/** What was told of gates and gradients. */
export interface GaugeSeries {
  readonly last: GaugesEvent | undefined;
  /** The gradient norms of all layers, as they were told last, the oldest first. */
  readonly norms: readonly (readonly number[])[];
}

/** Two minutes, at one a second. */
const MOST_NORMS = 120;

export const NO_GAUGES: GaugeSeries = { last: undefined, norms: [] };

export function addGauges({ norms }: GaugeSeries, event: GaugesEvent): GaugeSeries {
  const now = event.layers.map(({ gradNorm }) => gradNorm);
  return { last: event, norms: [...norms, now].slice(-MOST_NORMS) };
}

/** A layer whose gradient is so many times smaller than that of another hardly learns beside it. */
const FAR_BELOW = 1000;
/** Where more activations are saturated, little of the gradient passes: their slope is near 0. */
const MOST_SATURATED = 0.9;

/** The layer with the largest gradient, where that is so much larger than the one of this layer; or undefined. */
export function dwarfing({ layers }: GaugesEvent, layer: number): number | undefined {
  const norms = layers.map(({ gradNorm }) => gradNorm);
  const largest = norms.indexOf(Math.max(...norms));
  return norms[layer]! * FAR_BELOW < norms[largest]! ? largest : undefined;
}

export function isStuck({ left, right }: { readonly left: number; readonly right: number }): boolean {
  return left + right > MOST_SATURATED;
}

export interface Alarm {
  /** Saturated gates are common in networks that learn well, gradients that vanish are not. */
  readonly color: 'bad' | 'caution';
  /** What is wrong, in plain words, in ways that get shorter. */
  readonly ways: readonly string[];
}

/** What is wrong with a step; the gradients first, since without them gates do not matter. */
export function alarms(event: GaugesEvent): Alarm[] {
  const vanishing = event.layers.flatMap((_, layer): Alarm[] => {
    const other = dwarfing(event, layer);
    if (other === undefined) return [];
    const long = `layer ${layer}: gradient under 1/${FAR_BELOW} of layer ${other}'s`;
    const ways = [
      `${long}, hardly any reaches it`,
      long,
      `layer ${layer} < 1/${FAR_BELOW} of layer ${other}`,
    ];
    return [{ color: 'bad', ways }];
  });
  const stuck = event.layers.flatMap(({ gates }, layer) =>
    gates.filter(isStuck).map(({ name, left, right }): Alarm => {
      const share = `saturated ${Math.round(100 * (left + right))}%`;
      const long = `layer ${layer}: gate ${name} ${share} of the time`;
      const ways = [`${long}, little gradient passes it`, long, `layer ${layer}: ${name} ${share}`];
      return { color: 'caution', ways };
    }),
  );
  return [...vanishing, ...stuck];
}
