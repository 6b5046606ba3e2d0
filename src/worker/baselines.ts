import { Worker } from 'node:worker_threads';
import type { Baseline } from '../baseline/baselines.js';
import type { BaselineEvent } from '../train/events.js';
import type { TrainingJob } from './messages.js';

/**
 * Measures the baselines of a job in the background, and tells of each as it becomes known.
 * @returns ends the measuring, done or not
 */
export function startBaselines(job: TrainingJob, onEvent: (event: BaselineEvent) => void): () => void {
  const worker = new Worker(new URL('./baselines-entry.js', import.meta.url), { workerData: job });
  worker.unref();
  worker.on('message', (baseline: Baseline) => onEvent({ type: 'baseline', ...baseline }));
  // Training does without them: where the text cannot be read, it will say so itself.
  worker.on('error', () => {});
  return () => void worker.terminate();
}
