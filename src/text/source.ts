import { type BigIntStats, readdirSync, statSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ExitCode, fileError, UserError } from '../errors.js';

/** What to do about a text that cannot be read. */
export const TEXT_HINT =
  'Name a text file, a folder, a glob, - for standard input, or a corpus from "charlstm corpora".';

/** Bytes read at a time. */
const CHUNK = 1 << 18;

/** One file of a corpus; it can be read more than once, and is the same each time. */
export interface Source {
  /** The path, as errors name it. */
  readonly label: string;
  /** What the file was when it was found; undefined for what comes only once. */
  readonly stats: BigIntStats | undefined;
  /**
   * The bytes, chunk by chunk; a chunk holds until the next one is asked for.
   * @param folder where what comes only once may leave a copy for the next time
   */
  read(folder: string): AsyncIterable<Uint8Array>;
}

/**
 * A file as it is now.
 * @throws UserError where it is missing, and from reading where it has changed since
 */
export function fileSource(path: string): Source {
  const stats = statsOf(path);
  const source: Source = {
    label: path,
    stats,
    async *read() {
      const file = await opened(path);
      try {
        let bytes = 0n;
        for await (const chunk of chunksOf(file, path)) {
          bytes += BigInt(chunk.length);
          // Else the end of a file that grows might never come. (In /proc files have no size.)
          if (stats.size > 0n && bytes > stats.size) throw changed(path);
          yield chunk;
        }
        refuseChanged(source);
        if (bytes < stats.size) throw changed(path);
      } finally {
        await file.close();
      }
    },
  };
  return source;
}

/**
 * Makes sure that a file is what it was when it was found.
 * @throws UserError where it is not
 */
export function refuseChanged({ label, stats }: Source): void {
  if (!stats) return;
  const now = statsOf(label);
  if ((['ino', 'size', 'mtimeNs'] as const).some((key) => now[key] !== stats[key])) throw changed(label);
}

function changed(path: string): UserError {
  return new UserError(
    `${path} changed while it was read`,
    'Run the command again when nothing writes to it, or train on a copy.',
    ExitCode.badData,
  );
}

function statsOf(path: string): BigIntStats {
  try {
    return statSync(path, { bigint: true });
  } catch (error) {
    throw fileError(error, path, TEXT_HINT);
  }
}

async function opened(path: string): Promise<FileHandle> {
  try {
    return await open(path);
  } catch (error) {
    throw fileError(error, path, TEXT_HINT);
  }
}

/** The bytes of an open file, the next chunk read while one is used; a chunk is overwritten by the one after the next. */
async function* chunksOf(file: FileHandle, path: string): AsyncGenerator<Uint8Array> {
  const buffers = [Buffer.allocUnsafeSlow(CHUNK), Buffer.allocUnsafeSlow(CHUNK)];
  let next = file.read(buffers[0]!, 0, CHUNK, null);
  try {
    for (;;) {
      const { buffer, bytesRead } = await next;
      if (bytesRead === 0) return;
      buffers.reverse();
      next = file.read(buffers[0]!, 0, CHUNK, null);
      next.catch(() => {}); // awaited in its turn, if anybody wants more
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw fileError(error, path, TEXT_HINT);
  }
}

/**
 * A source that comes only once: what it says is kept in the file `spool` as it is read, and read from there the next
 * time.
 */
export function onceSource(label: string, openOnce: () => AsyncIterable<Uint8Array>, spool: string): Source {
  let isSpooled = false;
  return {
    label,
    stats: undefined,
    async *read(folder) {
      const path = join(folder, spool);
      if (isSpooled) {
        yield* fileSource(path).read(folder);
        return;
      }
      yield* spooling(openOnce(), label, path);
      isSpooled = true;
    },
  };
}

async function* spooling(
  chunks: AsyncIterable<Uint8Array>,
  label: string,
  path: string,
): AsyncGenerator<Uint8Array> {
  const failed = (error: unknown) =>
    fileError(error, path, 'Make room, or choose another place with --out.', 'write');
  const iterator = chunks[Symbol.asyncIterator]();
  const file = await open(path, 'w').catch((error) => Promise.reject(failed(error)));
  try {
    for (;;) {
      const { done, value } = await iterator
        .next()
        .catch((error) => Promise.reject(fileError(error, label, TEXT_HINT)));
      if (done) return;
      const written = file.writeFile(value).catch((error) => Promise.reject(failed(error)));
      written.catch(() => {}); // awaited below, if anybody wants more
      yield value;
      await written;
    }
  } finally {
    await iterator.return?.();
    await file.close();
  }
}

/** Removes what reading left behind in the folder. */
export async function removeSpool(folder: string): Promise<void> {
  for (const name of readdirSync(folder)) {
    if (/^(stdin|pipe-\d+)\.tmp$/.test(name)) await rm(join(folder, name), { force: true });
  }
}
