import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { grouped } from './numbers.js';

/**
 * Files in a folder that others may write to, such as that of a run. Anything may lie there under the name
 * of a file: a named pipe would make its reader wait forever, a device may have no end, and a file may be
 * larger than the memory. So all of them are opened here, and none is read without a bound.
 */

/**
 * What lies at a path is not what is read from there. Its code is that of BSD's EFTYPE, so it passes as an
 * error of the file system.
 */
class UnsuitableFile extends Error {
  readonly code = 'EFTYPE';
}

const { O_RDONLY, O_NOCTTY = 0, O_NONBLOCK = 0 } = constants;

/** An open file, which the caller closes. */
export interface OpenFile {
  readonly descriptor: number;
  /** In bytes, at the time of opening. */
  readonly size: number;
}

/**
 * Opens a regular file, or a link to one, without ever waiting.
 * @param flags of open(2)
 * @throws system errors; one with the code EFTYPE if it is anything but a regular file
 */
export function openRegular(path: string, flags = O_RDONLY): OpenFile {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found) refuseIrregular(found); // opening alone may have an effect on a device
  const descriptor = openSync(path, flags | O_NOCTTY | O_NONBLOCK);
  try {
    const stats = fstatSync(descriptor);
    refuseIrregular(stats); // it may have been replaced
    return { descriptor, size: stats.size };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function refuseIrregular(stats: Stats): void {
  if (stats.isFile()) return;
  let kind = 'device';
  if (stats.isDirectory()) kind = 'folder';
  else if (stats.isFIFO()) kind = 'named pipe';
  else if (stats.isSocket()) kind = 'socket';
  throw new UnsuitableFile(`is a ${kind}, not a file`);
}

/**
 * Reads a whole regular file.
 * @param most bytes that such a file can have
 * @throws system errors; one with the code EFTYPE if it is anything else, or longer
 */
export function readRegular(path: string, most: number): Buffer {
  const { descriptor, size } = openRegular(path);
  try {
    if (size > most) {
      throw new UnsuitableFile(`has ${grouped(size)} bytes, and no such file has more than ${grouped(most)}`);
    }
    const bytes = Buffer.alloc(size);
    return bytes.subarray(0, fill(descriptor, bytes, 0));
  } finally {
    closeSync(descriptor);
  }
}

/** A line of a file. */
export interface Line {
  /** Without its line feed; valid until the next line is requested. Empty if the line is too long to be one of a log. */
  readonly bytes: Buffer;
  /** Where the next line starts, in bytes from the start of the file. */
  readonly end: number;
}

const LINE_FEED = 10;
/** In bytes. Longer lines are not events of a log: even a sample has only a few hundred characters. */
const LONGEST_LINE = 1 << 20;

/**
 * Reads an open file line by line, in constant memory. An unfinished line at the end is left out.
 */
export function* linesOf(descriptor: number): Generator<Line, void, void> {
  const buffer = Buffer.allocUnsafeSlow(2 * LONGEST_LINE);
  let position = 0; // of the buffer in the file
  let kept = 0; // bytes of an unfinished line at the start of the buffer
  let isTooLong = false;
  for (;;) {
    const filled = kept + fill(descriptor, buffer.subarray(kept), position + kept);
    if (filled === kept) return;
    let start = 0;
    for (;;) {
      const at = buffer.subarray(0, filled).indexOf(LINE_FEED, start);
      if (at < 0) break;
      const isUnfit = isTooLong || at - start > LONGEST_LINE;
      yield { bytes: buffer.subarray(start, isUnfit ? start : at), end: position + at + 1 };
      isTooLong = false;
      start = at + 1;
    }
    if (filled - start > LONGEST_LINE) {
      isTooLong = true;
      start = filled;
    }
    buffer.copyWithin(0, start, filled);
    kept = filled - start;
    position += start;
  }
}

/** Reads from a position until the buffer is full or the file ends. @returns the number of bytes read */
function fill(descriptor: number, buffer: Buffer, position: number): number {
  let filled = 0;
  while (filled < buffer.length) {
    const got = readSync(descriptor, buffer, filled, buffer.length - filled, position + filled);
    if (got === 0) break;
    filled += got;
  }
  return filled;
}
