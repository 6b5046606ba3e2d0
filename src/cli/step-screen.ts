import type { Beginning } from '../ui/step/state.js';
import { untilEnded } from './endings.js';
import type { Trail } from './step-trail.js';

/** Shows a text step by step on the whole screen. */
export async function stepThrough(
  trail: Trail,
  beginning: Omit<Beginning, 'shown' | 'known'>,
): Promise<void> {
  await untilEnded(
    () => import('../ui/step/stepping.js'),
    ({ openStepping }, end) => openStepping({ ...beginning, known: trail.length }, trail, end),
  );
}
