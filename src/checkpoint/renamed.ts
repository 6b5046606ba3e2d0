import { closeSync, readSync } from 'node:fs';
import { refuser, systemErrorCode, UserError } from '../errors.js';
import { openRegular } from '../regular.js';
import { LENGTH_BYTES, LONGEST_HEADER, parseHeader } from './header.js';
import { parseRecord } from './record.js';

/**
 * Reads the step and the validation loss of a checkpoint whose name does not tell them.
 * @returns undefined if the file is not a checkpoint, or damaged
 */
export function describeRenamed(path: string): { step: number; validation: number | undefined } | undefined {
  try {
    const { descriptor, size } = openRegular(path);
    try {
      const start = Buffer.alloc(LENGTH_BYTES);
      readSync(descriptor, start, 0, LENGTH_BYTES, 0);
      const length = start.readBigUInt64LE();
      if (length > LONGEST_HEADER || Number(length) > size - LENGTH_BYTES) return undefined;
      const head = Buffer.alloc(LENGTH_BYTES + Number(length));
      readSync(descriptor, head, 0, head.length, 0);
      const { metadata } = parseHeader(head, size - head.length, path, refuser(path, ''));
      const { progress, history } = parseRecord(metadata, path);
      const newest = history.at(-1);
      const validation = newest?.step === progress.step ? newest.validation : null;
      return { step: progress.step, validation: validation ?? undefined };
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (error instanceof UserError || systemErrorCode(error) !== undefined) return undefined;
    throw error;
  }
}
