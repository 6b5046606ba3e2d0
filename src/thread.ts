import { Worker } from 'node:worker_threads';
import { unlessRefused } from './errors.js';

/**
 * Starts a thread. Node cannot start one in a working folder that has been deleted, so the process leaves it
 * first: no relative path leads anywhere from there.
 */
export function startThread(program: URL, workerData: unknown): Worker {
  if (unlessRefused(() => process.cwd()) === undefined) process.chdir('/');
  return new Worker(program, { workerData });
}
