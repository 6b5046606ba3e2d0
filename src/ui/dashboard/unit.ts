import type { State } from './state.js';

/** Nats in the unit that is shown. */
export function inUnit(nats: number, { view }: Pick<State, 'view'>): number {
  return view.unit === 'nats' ? nats : nats / Math.LN2;
}

/** A loss as it is shown, a dash where there is none. */
export function figure(nats: number | undefined, state: Pick<State, 'view'>): string {
  return nats === undefined ? '-' : inUnit(nats, state).toFixed(3);
}
