import { ExitCode, UserError } from '../../errors.js';
import { headOf, type Source } from '../files/source.js';
import { type ExtractOptions, extracted } from './extract.js';
import { KIND_BYTES, kindOf, type TextKind } from './kind.js';

/** A file whose kind is known. */
export interface OpenedFile {
  readonly kind: TextKind;
  readonly isPacked: boolean;
  /** Its text: UTF-8 if it is a document in an archive, and in the encoding of the file otherwise. */
  readonly source: Source;
}

/**
 * Recognises what a file is, and opens it: unpacks it, and extracts the text of documents in archives.
 * @param folder where a source that can be read only once keeps a copy
 * @throws UserError for a file that is not text, saying what it is and what makes text of it
 */
export async function openFile(
  source: Source,
  { folder, most }: ExtractOptions & { readonly folder: string },
): Promise<OpenedFile> {
  const found = kindOf(await headOf(source, folder, KIND_BYTES), source.label);
  if ('refused' in found) {
    throw new UserError(`${source.label} is ${found.refused}, not a text`, found.hint, ExitCode.badData);
  }
  const { kind, isPacked } = found;
  const unpacked = isPacked ? extracted(source, 'gzip', { most }) : source;
  const isReady = kind === 'text' || kind === 'html';
  return { kind, isPacked, source: isReady ? unpacked : extracted(unpacked, kind, { most }) };
}
