import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileError } from '../errors.js';

/**
 * Makes a folder for temporary files; the caller removes it.
 * @throws UserError if it cannot be created
 */
export function makeTemporaryFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'charlstm-'));
  } catch (error) {
    throw fileError(
      error,
      `a folder in ${tmpdir()}`,
      'Set TMPDIR to another folder for temporary files.',
      'create',
    );
  }
}
