// A process that is suspended while one of its threads waits for another at a barrier.

import { readSync, writeSync } from 'node:fs';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Barrier } from '../../dist/engine/barrier.js';
import { Heartbeat } from '../../dist/worker/heartbeat.js';

/** A barrier waits for 60 of these, which is less than the test suspends the process. */
const SLICE_MS = 40;

const whole = () => Number(process.hrtime.bigint()) / 1e6;

if (isMainThread) {
  const heartbeat = new Heartbeat();
  const beats = new URL('../../dist/worker/heartbeat-entry.js', import.meta.url);
  new Worker(beats, { workerData: heartbeat.buffer }).unref();
  const barrier = new Barrier(2, undefined, SLICE_MS);
  const other = new Worker(new URL(import.meta.url), { workerData: barrier.buffer });
  other.once('message', () => {
    const beaten = new BigInt64Array(heartbeat.buffer);
    while (Atomics.load(beaten, 0) === 0n);
    const before = whole() - heartbeat.now();
    writeSync(1, 'waiting\n');
    barrier.wait();
    writeSync(1, JSON.stringify({ missed: whole() - heartbeat.now() - before }));
  });
} else {
  parentPort.postMessage('started');
  readSync(0, Buffer.alloc(1));
  // The first thread wakes up before this one arrives.
  for (const end = whole() + 200; whole() < end; );
  new Barrier(2, workerData, SLICE_MS).wait();
}
