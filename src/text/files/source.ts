import { type BigIntStats, readdirSync, statSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ExitCode, fileError, UserError } from '../../errors.js';

/** The hint for a text that cannot be read. */
export const TEXT_HINT =
  'Name a text file, a folder, a glob, - for standard input, or a corpus from "charlstm corpora".';

/** Bytes per read. */
const CHUNK = 1 << 18;

/** One file of a corpus. It can be read more than once, with the same content each time. */
export interface Source {
  /** The path as shown in errors. */
  readonly label: string;
  /** The file's state when it was found; undefined for a source that can be read only once. */
  readonly stats: BigIntStats | undefined;
  /** Whether it is text in memory, whatever it looks like. */
  readonly isText?: true;
  /** Whether its bytes are UTF-8, whatever the encoding of the files is; `bytes` stay as they are. */
  readonly isUtf8?: true;
  /** Equal for sources that read the same file, under whatever names; undefined if this is unknown. */
  readonly identity: string | undefined;
  /** Whether the next read must go to its end: the first one of what can be read only once copies it. */
  mustBeReadWhole(): boolean;
  /**
   * Reads the bytes in chunks. A chunk is valid until the next one is requested.
   * @param folder where a source that can be read only once may keep a copy for the next read
   * @param onRead is called with the number of bytes just read from the file, whatever becomes of them
   */
  read(folder: string, onRead?: (bytes: number) => void): AsyncIterable<Uint8Array>;
}

/**
 * A source that reads a file in its current state.
 * @throws UserError if it is missing; reading throws one if it has changed since
 */
export function fileSource(path: string): Source {
  const stats = statsOf(path);
  const source: Source = {
    label: path,
    stats,
    identity: identityOf(stats),
    mustBeReadWhole: () => false,
    async *read(_folder, onRead) {
      const file = await open(path).catch(refuse(path));
      try {
        let bytes = 0n;
        for await (const chunk of chunksOf(file, path, stats.size)) {
          bytes += BigInt(chunk.length);
          // Otherwise a growing file might never end. (Files in /proc have no size.)
          if (stats.size > 0n && bytes > stats.size) throw changed(path);
          onRead?.(chunk.length);
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
 * Makes sure that a file has not changed since it was found.
 * @throws UserError if it has
 */
export function refuseChanged({ label, stats }: Source): void {
  if (!stats) return;
  const now = statsOf(label);
  if ((['ino', 'size', 'mtimeNs'] as const).some((key) => now[key] !== stats[key])) throw changed(label);
}

/** Some file systems number no files. */
function identityOf({ dev, ino }: BigIntStats): string | undefined {
  return ino === 0n ? undefined : `${dev}:${ino}`;
}

function changed(path: string): UserError {
  return new UserError(
    `${path} changed while it was read`,
    'Run the command again when nothing is writing to it, or train on a copy.',
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

/** For a promise that rejects with a file-system error. */
const refuse = (path: string) => (error: unknown) => {
  throw fileError(error, path, TEXT_HINT);
};

/**
 * Reads an open file in chunks, each while the last is used. Two buffers take turns. They are no larger than the
 * file, as thousands of small files would otherwise keep the garbage collector busy.
 * @param size of the file in bytes; 0 if that is unknown
 */
async function* chunksOf(file: FileHandle, path: string, size: bigint): AsyncGenerator<Uint8Array> {
  // With room for one byte more, a file that has grown is noticed.
  const length = size > 0n && size < CHUNK ? Number(size) + 1 : CHUNK;
  const buffers = [Buffer.allocUnsafeSlow(length), Buffer.allocUnsafeSlow(length)];
  let next = file.read(buffers[0]!, 0, length, null);
  try {
    for (;;) {
      const { buffer, bytesRead } = await next;
      if (bytesRead === 0) return;
      buffers.reverse();
      next = file.read(buffers[0]!, 0, length, null);
      next.catch(() => {}); // awaited in its turn, if another chunk is requested
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw fileError(error, path, TEXT_HINT);
  }
}

/** A file in memory. */
export function bytesSource(label: string, bytes: Uint8Array): Source {
  return {
    label,
    stats: undefined,
    identity: undefined,
    mustBeReadWhole: () => false,
    async *read(_folder, onRead) {
      onRead?.(bytes.length);
      yield bytes;
    },
  };
}

/** A text in memory, as UTF-8. */
export function textSource(label: string, text: string): Source {
  return { ...bytesSource(label, Buffer.from(text)), isText: true, isUtf8: true };
}

/**
 * A source that can be read only once. The first read copies it to the file `spool` for later reads.
 * @param stats of the pipe or file, which tell whether another source is the same
 */
export function onceSource(
  label: string,
  stats: BigIntStats,
  openOnce: () => AsyncIterable<Uint8Array>,
  spool: string,
): Source {
  let isSpooled = false;
  return {
    label,
    stats: undefined,
    identity: identityOf(stats),
    mustBeReadWhole: () => !isSpooled,
    async *read(folder, onRead) {
      const path = join(folder, spool);
      if (isSpooled) yield* fileSource(path).read(folder, onRead);
      else yield* spooling(openOnce(), label, path, onRead);
      isSpooled = true;
    },
  };
}

async function* spooling(
  chunks: AsyncIterable<Uint8Array>,
  label: string,
  path: string,
  onRead?: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const refuseCopy = (error: unknown) => {
    throw fileError(error, path, 'Make room, or choose another place with --out.', 'write');
  };
  const iterator = chunks[Symbol.asyncIterator]();
  const file = await open(path, 'w').catch(refuseCopy);
  try {
    for (;;) {
      const { done, value } = await iterator.next().catch(refuse(label));
      if (done) return;
      onRead?.(value.length);
      const written = file.writeFile(value).catch(refuseCopy);
      written.catch(() => {}); // awaited below, if another chunk is requested
      yield value;
      await written;
    }
  } finally {
    await iterator.return?.();
    await file.close();
  }
}

/**
 * Reads the first bytes of a source.
 * @param folder where a source that can be read only once keeps a copy
 */
export async function headOf(source: Source, folder: string, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of source.read(folder)) {
    if (length < most) chunks.push(Buffer.from(chunk.subarray(0, most - length)));
    length += chunk.length;
    if (length >= most && !source.mustBeReadWhole()) break;
  }
  return Buffer.concat(chunks);
}

/** Removes the copies that reading has left in the folder. */
export async function removeSpool(folder: string): Promise<void> {
  for (const name of readdirSync(folder)) {
    if (/^(stdin|pipe-\d+)\.tmp$/.test(name)) await rm(join(folder, name), { force: true });
  }
}
