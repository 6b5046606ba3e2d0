import type { Gate } from './cell.js';

/**
 * Activations below `left` or above `right` count as saturated: a sigmoid gate is then shut or open, whatever it reads.
 * Karpathy, Johnson & Li 2015, section 4.2; the limits of tanh stand as far from its ends, for its span of 2.
 */
export const SATURATED: Record<Gate['activation'], { readonly left: number; readonly right: number }> = {
  sigmoid: { left: 0.1, right: 0.9 },
  tanh: { left: -0.9, right: 0.9 },
};

/** How often each of the H units of a gate was saturated, (H) each. */
export interface SaturationCounts {
  readonly left: Uint32Array;
  readonly right: Uint32Array;
}

/**
 * Adds to the counts of a gate's units.
 * @param activations (N, G): those of all gates of a layer
 * @param place which gate: its columns are from `from` on, as many as there are counts; and G
 * @param every looks at the first row and each `every` rows after it alone
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
