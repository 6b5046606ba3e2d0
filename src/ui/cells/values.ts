/** A kind of state: its name, and the function that bounds it to -1 to 1. */
export interface StateKind {
  readonly name: 'c' | 'h';
  readonly bounded: 'tanh(c)' | 'h';
  readonly bound: (state: number) => number;
}

/** The cell state of an LSTM; the output gate passes its tanh. */
export const CELL_STATE: StateKind = { name: 'c', bounded: 'tanh(c)', bound: Math.tanh };

/** The hidden state, for cells without a cell state. */
export const HIDDEN_STATE: StateKind = { name: 'h', bounded: 'h', bound: (state) => state };

/** The scale of the values: bounded to -1 to 1, or relative to the largest absolute value. */
export type ScaleName = 'bounded' | 'relative';

/** The states of one unit over a part of a text, scaled for display. */
export interface Values {
  readonly scale: ScaleName;
  /** The largest absolute value of the state in this part. */
  readonly largest: number;
  /** (T), from -1 to 1, one value after each code point. */
  readonly values: Float32Array;
}

/** Scales the states of a unit. @param states (T) */
export function valuesOf(states: Float32Array, scale: ScaleName, kind: StateKind): Values {
  const largest = states.reduce((most, state) => Math.max(most, Math.abs(state)), 0);
  const values =
    scale === 'relative'
      ? states.map((state) => state / (largest || 1))
      : states.map((state) => kind.bound(state));
  return { scale, largest, values };
}

/** Describes the values in a word or two. */
export function labelOf({ scale, largest }: Pick<Values, 'scale' | 'largest'>, kind: StateKind): string {
  return scale === 'bounded' ? kind.bounded : `${kind.name} / ${largest.toPrecision(3)}`;
}
