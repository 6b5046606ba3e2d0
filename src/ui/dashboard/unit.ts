import type { DashboardState } from './state.js';

/** Converts nats to the unit on the screen. */
export function inUnit(nats: number, { view }: Pick<DashboardState, 'view'>): number {
  return view.unit === 'nats' ? nats : nats / Math.LN2;
}

/** Formats a loss in the unit on the screen; a dash if there is none. */
export function figure(nats: number | undefined, state: Pick<DashboardState, 'view'>): string {
  return nats === undefined ? '-' : inUnit(nats, state).toFixed(3);
}
