/** A helper thread that plays the tapes of a team (see team.ts) until the process ends. */
import { workerData } from 'node:worker_threads';
import { Abandon } from './abandon.js';
import { Barrier } from './barrier.js';
import { attachNative } from './native.js';
import { functionsOf, play } from './tape.js';
import type { HelperData } from './team.js';
import { attachWasm } from './wasm.js';

const { index, threads, memory, build, stackTop, entries, ...shared } = workerData as HelperData;
const barrier = new Barrier(threads, shared.barrier);
const abandon = new Abandon(shared.abandon);
const tape = new Float64Array(entries);
const native = build.kind === 'native' ? attachNative(build, memory) : undefined;
const kernels = build.kind === 'native' ? native! : attachWasm(build.module, memory, stackTop);

const functions = functionsOf(kernels);

for (;;) {
  const length = barrier.called();
  native?.extend(memory.buffer.byteLength);
  play(tape, length, functions, { index, threads, wait: () => barrier.wait(), abandon });
  barrier.wait();
}
