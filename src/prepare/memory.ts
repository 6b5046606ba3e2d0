import { freemem, totalmem } from 'node:os';
import { Arena } from '../engine/arena.js';
import { type EngineChoice, openEngine } from '../engine/engine.js';
import { UserError } from '../errors.js';
import { grouped } from '../numbers.js';
import { type MemoryRequest, trainingMemory } from '../train/memory.js';
import type { TrainingRequest } from './request.js';

/** Bytes that Node, the program and its screen need; measured at 90 to 150 MB. */
const PROGRAM = 128 * 2 ** 20;
/** Share of the available memory that a run may take unless --max-memory sets a limit. */
const SHARE = 0.8;
/** Runs that need less are not remarked on. */
const LARGE = 512 * 2 ** 20;

/** Returns the bytes that a run needs, with the program, and the parts of that, the largest first. */
export function memoryNeed(sizes: MemoryRequest, engine: EngineChoice | undefined) {
  const parts = trainingMemory(sizes, openEngine(engine));
  return { parts, need: parts.reduce((sum, part) => sum + part.bytes, PROGRAM) };
}

/**
 * Checks the memory that a run will need before it is allocated.
 * @returns a notice if it is much
 * @throws UserError if it is more than `maxMemory` or than is available
 */
export function checkMemory(
  sizes: MemoryRequest,
  { engine, maxMemory }: Pick<TrainingRequest, 'engine' | 'maxMemory'>,
): string[] {
  const { parts, need } = memoryNeed(sizes, engine);
  const [largest] = parts;
  const most = `${binarySize(largest!.bytes)} for ${largest!.what}`;
  const refuse = (allowed: string, remedy: string) => {
    throw new UserError(
      `the network would need ${binarySize(need)} of memory, ${most}, and ${allowed}`,
      `Use ${largest!.remedy}${remedy}.`,
    );
  };
  const room = memoryLimit(undefined);
  if (need > PROGRAM + Arena.LIMIT) refuse(`a network may have at most ${binarySize(Arena.LIMIT)}`, '');
  if (maxMemory !== undefined && need > maxMemory) {
    refuse(`--max-memory allows ${binarySize(maxMemory)}`, '');
  }
  if (maxMemory === undefined && need > room) {
    refuse(`there is room for ${binarySize(room)}`, ', or set another limit with --max-memory');
  }
  return need < LARGE ? [] : [`training needs about ${binarySize(need)} of memory, ${most}`];
}

/** Returns the bytes that may be used. @param maxMemory what the user allows, if that is said */
export function memoryLimit(maxMemory: number | undefined): number {
  return maxMemory ?? SHARE * availableMemory();
}

/** Bytes that the system, or the container, has for this process. macOS does not report what can be freed. */
function availableMemory(): number {
  const available = process.platform === 'darwin' ? totalmem() : freemem();
  const constrained = process.constrainedMemory();
  return constrained ? Math.min(available, constrained) : available;
}

/** Bytes as "1.5 GiB" or "230 MiB". */
export function binarySize(bytes: number): string {
  const mebibytes = bytes / 2 ** 20;
  return mebibytes < 1000 ? `${grouped(Math.ceil(mebibytes))} MiB` : `${(mebibytes / 1024).toFixed(1)} GiB`;
}
