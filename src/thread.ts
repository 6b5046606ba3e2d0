import { type MessagePort, Worker } from 'node:worker_threads';
import { unlessRefused } from './errors.js';

/**
 * Starts a thread. Node cannot start one in a working folder that has been deleted, so the process leaves it
 * first: no relative path leads anywhere from there.
 * @param ports in the data, which are handed over to the thread
 */
export function startThread(program: URL, workerData: unknown, ports: MessagePort[] = []): Worker {
  if (unlessRefused(() => process.cwd()) === undefined) process.chdir('/');
  return new Worker(program, { workerData, transferList: ports });
}
