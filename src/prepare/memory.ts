import { freemem, totalmem } from 'node:os';
import { Arena } from '../engine/arena.js';
import { openEngine } from '../engine/engine.js';
import { UserError } from '../errors.js';
import { grouped } from '../numbers.js';
import { type MemoryRequest, trainingMemory } from '../train/memory.js';
import type { TrainFlags } from './request.js';

/** Node, the program and its screen, in bytes; measured at 90 to 150 MB. */
const PROGRAM = 128 * 2 ** 20;
/** Share of the memory that is there which a run may take unless --max-memory says otherwise. */
const SHARE = 0.8;
/** A run that takes less is not worth a word. */
const LARGE = 512 * 2 ** 20;

/**
 * What there is to say of the memory that a run will take, before it takes it.
 * @throws UserError where that is more than --max-memory
 */
export function checkMemory(request: MemoryRequest, flags: TrainFlags): string[] {
  const parts = trainingMemory(request, openEngine(flags.engine, { quickly: true }));
  const need = parts.reduce((sum, part) => sum + part.bytes, PROGRAM);
  const [largest] = parts;
  const most = `${binarySize(largest!.bytes)} for ${largest!.what}`;
  const refuse = (allowed: string, remedy: string) => {
    throw new UserError(
      `the network would need ${binarySize(need)} of memory, ${most}, and ${allowed}`,
      `Use ${largest!.remedy}${remedy}.`,
    );
  };
  const room = SHARE * availableMemory();
  if (need > PROGRAM + Arena.LIMIT) refuse(`a network can have ${binarySize(Arena.LIMIT)}`, '');
  if (flags.maxMemory !== undefined && need > flags.maxMemory) {
    refuse(`--max-memory allows ${binarySize(flags.maxMemory)}`, '');
  }
  if (flags.maxMemory === undefined && need > room) {
    refuse(`there is room for ${binarySize(room)}`, ', or set another limit with --max-memory');
  }
  return need < LARGE ? [] : [`training takes some ${binarySize(need)} of memory, ${most}`];
}

/** Bytes that the system, or the container, has for this process. Only Linux says what is free and can be freed. */
function availableMemory(): number {
  const available = process.platform === 'linux' ? freemem() : totalmem();
  const constrained = process.constrainedMemory();
  return constrained ? Math.min(available, constrained) : available;
}

/** Bytes as "1.5 GiB" or "230 MiB". */
function binarySize(bytes: number): string {
  const mebibytes = bytes / 2 ** 20;
  return mebibytes < 1000 ? `${grouped(Math.ceil(mebibytes))} MiB` : `${(mebibytes / 1024).toFixed(1)} GiB`;
}
