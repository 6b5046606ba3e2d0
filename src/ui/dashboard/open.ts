import { availableParallelism } from 'node:os';
import type { TrainEvent } from '../../train/events.js';
import { type OpenScreen, openScreen } from '../screen/open.js';
import { type DashboardRequest, press } from './keys.js';
import { reduce } from './reduce.js';
import { type DashboardMessage, type DashboardState, initialState } from './state.js';
import { picture } from './view.js';

export interface OpenDashboard {
  take(events: readonly TrainEvent[]): void;
  /** Shows that training is about to stop. */
  stopping(): void;
  /** Restores the terminal; nothing is drawn any more. */
  close(): void;
}

const TICK_MS = 200;
/** The largest share of a core for drawing: of one that training leaves idle, or of one that it uses. */
const DRAWING_SHARE = { idle: 0.1, busy: 0.02 };

/**
 * Opens the dashboard on the terminal.
 * @param run the settings and the history before the first event
 * @param onRequest receives what keys ask for
 */
export function openDashboard(
  run: Parameters<typeof initialState>[0],
  onRequest: (request: DashboardRequest) => void,
): OpenDashboard {
  const screen: OpenScreen<DashboardState, DashboardMessage> = openScreen({
    initial: (size) => initialState(run, performance.now(), size),
    reduce,
    picture,
    press,
    splitsTyping: true,
    answer: onRequest,
    end() {}, // no key closes the dashboard: it stays until training ends
    closed: () => clearInterval(ticking),
    drawingShare: ({ start }) =>
      start && availableParallelism() > start.threads ? DRAWING_SHARE.idle : DRAWING_SHARE.busy,
  });
  const ticking = setInterval(
    () => screen.take({ type: 'tick', now: performance.now(), memory: process.memoryUsage.rss() }),
    TICK_MS,
  );
  return {
    take: (events) => screen.take({ type: 'events', events, now: performance.now() }),
    stopping: () => screen.take({ type: 'stopping' }),
    close: screen.close,
  };
}
