import type { GaugesEvent } from '../../train/events.js';

/** The recent history of gates and gradients. */
export interface GaugeSeries {
  readonly last: GaugesEvent | undefined;
  /** The latest gradient norms of all layers, the oldest first. */
  readonly norms: readonly (readonly number[])[];
}

/** Two minutes at one event per second. */
const MOST_NORMS = 120;

export const NO_GAUGES: GaugeSeries = { last: undefined, norms: [] };

export function addGauges({ norms }: GaugeSeries, event: GaugesEvent): GaugeSeries {
  const now = event.layers.map(({ gradNorm }) => gradNorm);
  return { last: event, norms: [...norms, now].slice(-MOST_NORMS) };
}

/** A layer whose gradient is this many times smaller than another's hardly learns. */
const FAR_BELOW = 1000;
/** If a larger share of activations is saturated, little of the gradient passes: their slope is near 0. */
const MOST_SATURATED = 0.9;

/** Returns the layer with the largest gradient, if it dwarfs the gradient of this layer. */
export function dwarfing({ layers }: GaugesEvent, layer: number): number | undefined {
  const norms = layers.map(({ gradNorm }) => gradNorm);
  const largest = norms.indexOf(Math.max(...norms));
  return norms[layer]! * FAR_BELOW < norms[largest]! ? largest : undefined;
}

/** Returns whether most activations of a gate are saturated. */
export function isStuck({ left, right }: { readonly left: number; readonly right: number }): boolean {
  return left + right > MOST_SATURATED;
}

export interface Alarm {
  /** Saturated gates are common in networks that learn well, vanishing gradients are not. */
  readonly color: 'bad' | 'caution';
  /** A description of the problem and shorter variants. */
  readonly variants: readonly string[];
}

/** Finds the problems of a step, gradients first: without them gates do not matter. */
export function alarms(event: GaugesEvent): Alarm[] {
  const vanishing = event.layers.flatMap((_, layer): Alarm[] => {
    const other = dwarfing(event, layer);
    if (other === undefined) return [];
    const long = `layer ${layer}: gradient under 1/${FAR_BELOW} of layer ${other}'s`;
    const short = `layer ${layer} < 1/${FAR_BELOW} of layer ${other}`;
    return [{ color: 'bad', variants: [`${long}, hardly any reaches it`, long, short] }];
  });
  const stuck = event.layers.flatMap(({ gates }, layer) =>
    gates.filter(isStuck).map(({ name, left, right }): Alarm => {
      const share = `saturated ${Math.round(100 * (left + right))}%`;
      const long = `layer ${layer}: gate ${name} ${share} of the time`;
      const variants = [`${long}, little gradient passes`, long, `layer ${layer}: ${name} ${share}`];
      return { color: 'caution', variants };
    }),
  );
  return [...vanishing, ...stuck];
}
