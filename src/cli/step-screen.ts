import type { Beginning } from '../ui/step/state.js';
import { endings, SIGNALS } from './endings.js';
import type { Trail } from './step-trail.js';

/** Shows a text step by step on the whole screen. */
export async function stepThrough(
  trail: Trail,
  beginning: Omit<Beginning, 'shown' | 'known'>,
): Promise<void> {
  process.env.NODE_ENV = 'production'; // see Stage
  const { openStepping } = await import('../ui/step/stepping.js');
  const { ended, end, dispose } = endings();
  let close = () => {};
  try {
    close = openStepping(
      { ...beginning, known: trail.length },
      {
        look: (view) => trail.look(view),
        feed: (at, text) => trail.feed(at, text),
        draw: (at, how, temperature) => trail.draw(at, how, temperature),
        end: (how) => end({ quit: 0, interrupt: SIGNALS.SIGINT, unheard: SIGNALS.SIGHUP }[how]),
      },
    );
    process.exitCode = await ended;
  } finally {
    close();
    dispose();
  }
}
