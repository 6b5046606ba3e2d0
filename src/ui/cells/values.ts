/** What a unit holds: what it is called, and what brings it between -1 and 1. */
export interface StateKind {
  readonly name: 'c' | 'h';
  readonly bounded: 'tanh(c)' | 'h';
  readonly bound: (state: number) => number;
}

/** The cell state of an LSTM, of which the output gate lets through the tanh. */
export const CELL_STATE: StateKind = { name: 'c', bounded: 'tanh(c)', bound: Math.tanh };

/** The hidden state of a cell that has no other. */
export const HIDDEN_STATE: StateKind = { name: 'h', bounded: 'h', bound: (state) => state };

/** Which values are shown: the state, brought between -1 and 1, or divided by its largest absolute value. */
export type ScaleName = 'bounded' | 'relative';

/** What one unit holds over a stretch of a text, as it is shown. */
export interface Values {
  readonly scale: ScaleName;
  /** The largest absolute value of the state in the stretch. */
  readonly largest: number;
  /** (T): from -1 to 1, one after each code point. */
  readonly values: Float32Array;
}

/** @param states (T) */
export function valuesOf(states: Float32Array, scale: ScaleName, kind: StateKind): Values {
  const largest = states.reduce((most, state) => Math.max(most, Math.abs(state)), 0);
  const values =
    scale === 'relative'
      ? states.map((state) => state / (largest || 1))
      : states.map((state) => kind.bound(state));
  return { scale, largest, values };
}

/** What the values are, in a word or two. */
export function labelOf({ scale, largest }: Pick<Values, 'scale' | 'largest'>, kind: StateKind): string {
  return scale === 'bounded' ? kind.bounded : `${kind.name} / ${largest.toPrecision(3)}`;
}
