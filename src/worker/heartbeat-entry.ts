/** The thread that beats, until it is terminated. */
import { workerData } from 'node:worker_threads';
import { BEAT_MS, Heartbeat } from './heartbeat.js';

const heartbeat = new Heartbeat(workerData as SharedArrayBuffer);
const nothing = new Int32Array(new SharedArrayBuffer(4));
for (;;) {
  heartbeat.beat();
  Atomics.wait(nothing, 0, 0, BEAT_MS);
}
