import { closeSync, openSync, writeSync } from 'node:fs';
import { fileError } from '../errors.js';
import { harmlessJson } from '../format.js';
import type { TrainEvent } from '../train/events.js';

export interface Log {
  write(event: TrainEvent): void;
  close(): void;
}

/**
 * The run's log, an event a line; what was logged before stays. Not logged is the live sample, of which a person sees
 * what the clock allows.
 * @throws UserError for what the disk refuses, also later
 */
export function openLog(path: string): Log {
  const guard = <T>(action: () => T): T => {
    try {
      return action();
    } catch (error) {
      throw fileError(
        error,
        path,
        'Make room on the disk or mend its permissions; a run that has saved can be resumed.',
        'write',
      );
    }
  };
  const file = guard(() => openSync(path, 'a'));
  return {
    write: (event) => {
      if (event.type !== 'live') guard(() => writeSync(file, `${harmlessJson(event)}\n`));
    },
    close: () => closeSync(file),
  };
}
