import type { Baseline } from '../baseline/baselines.js';
import { startThread } from '../thread.js';
import type { BaselineEvent } from '../train/events.js';
import type { TrainingJob } from './messages.js';

/**
 * Measures the baselines of a job in the background, and reports each when it is known.
 * @returns a function that ends the measuring, finished or not
 */
export function startBaselines(job: TrainingJob, onEvent: (event: BaselineEvent) => void): () => void {
  const worker = startThread(new URL('./baselines-entry.js', import.meta.url), job);
  worker.unref();
  worker.on('message', (baseline: Baseline) => onEvent({ type: 'baseline', ...baseline }));
  // Training needs none of them, and reports an unreadable text itself.
  worker.on('error', () => {});
  return () => void worker.terminate();
}
