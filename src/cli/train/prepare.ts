import type { TrainOptions } from '../../checkpoint/options.js';
import { nativeBuild } from '../../engine/native.js';
import { prepareRun } from '../../prepare/prepare.js';
import type { EndedRun, PreparedRun, TrainingRequest } from '../../prepare/request.js';
import { undoneOnSignal } from '../output/temporary.js';
import { ReadingProgress } from './reading.js';

/** Prepares the run while stderr shows how far its text is read; a signal meanwhile leaves nothing behind. */
export async function prepare(request: TrainingRequest): Promise<PreparedRun | EndedRun> {
  const progress = new ReadingProgress();
  const undo = async (takeBack: () => Promise<void>) => {
    progress.end();
    await takeBack();
  };
  try {
    return await prepareRun(request, {
      onReading: progress.show,
      interruptible: (takeBack, work) => undoneOnSignal(() => undo(takeBack), work),
    });
  } finally {
    progress.end();
  }
}

/** Without a notice, a missing native engine would be noticed only by the speed. */
export function slowEngine({ engine = 'auto' }: TrainOptions): string[] {
  if (engine !== 'auto') return [];
  const native = nativeBuild();
  if ('path' in native) return [];
  const { reason, help = '' } = native;
  return [`training takes two to three times as long without a native engine: ${reason}. ${help}`.trim()];
}
