import type { DashboardState } from './state.js';

/** Nats in the unit that is shown. */
export function inUnit(nats: number, { view }: Pick<DashboardState, 'view'>): number {
  return view.unit === 'nats' ? nats : nats / Math.LN2;
}

/** A loss as it is shown, a dash where there is none. */
export function figure(nats: number | undefined, state: Pick<DashboardState, 'view'>): string {
  return nats === undefined ? '-' : inUnit(nats, state).toFixed(3);
}
