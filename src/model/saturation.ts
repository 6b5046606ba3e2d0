import type { Gate } from './cell.js';

/**
 * Activations below `left` or above `right` count as saturated: the sigmoid gate is practically shut or open.
 * From Karpathy, Johnson & Li 2015, section 4.2; the limits of tanh are as far from its ends.
 */
export const SATURATED: Record<Gate['activation'], { readonly left: number; readonly right: number }> = {
  sigmoid: { left: 0.1, right: 0.9 },
  tanh: { left: -0.9, right: 0.9 },
};

/** For each of the H units of a gate, how many times it was saturated; (H) each. */
export interface SaturationCounts {
  readonly left: Uint32Array;
  readonly right: Uint32Array;
}

/**
 * Adds to the counts of a gate's units.
 * @param activations (N, G): the activations of all gates of a layer
 * @param place the gate: its columns start at `from`, one per count; `width` is G
 * @param every examines only every `every`-th row, starting with the first
 */
export function countSaturated(
  activations: Float32Array,
  { from, width, activation }: { from: number; width: number; activation: Gate['activation'] },
  { left, right }: SaturationCounts,
  every = 1,
): void {
  const limits = SATURATED[activation];
  for (let row = from; row < activations.length; row += every * width) {
    for (let unit = 0; unit < left.length; unit++) {
      const value = activations[row + unit]!;
      if (value < limits.left) left[unit]!++;
      else if (value > limits.right) right[unit]!++;
    }
  }
}
