import { ExitCode, UserError } from '../../errors.js';
import { quoted } from '../../format.js';
import { headOf, type Source } from '../files/source.js';
import { type ExtractOptions, extracted } from './extract.js';
import { KIND_BYTES, KIND_NAMES, kindOf, type TextKind } from './kind.js';
import { unpack } from './refused.js';

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
  if ('refused' in found) throw notText(source.label, found.refused, found.hint);
  const { kind, isPacked } = found;
  const unpacked = isPacked ? extracted(source, 'gzip', { most }) : source;
  const isReady = kind === 'text' || kind === 'html';
  return { kind, isPacked, source: isReady ? unpacked : extracted(unpacked, kind, { most }) };
}

/**
 * Makes sure that a file is a text as it is. HTML is.
 * @param bytes at least the first KIND_BYTES bytes
 * @throws UserError for another kind, and for documents, saying what it is and what makes text of it
 */
export function refuseUnlessText(bytes: Uint8Array, path: string): void {
  const found = kindOf(bytes, path);
  if ('refused' in found) throw notText(path, found.refused, found.hint);
  if (found.isPacked) throw notText(path, 'compressed with gzip', unpack('gunzip')(quoted(path)));
  if (found.kind === 'text' || found.kind === 'html') return;
  throw notText(path, KIND_NAMES[found.kind].one, 'Save it as plain text (.txt) first, and name that file.');
}

function notText(path: string, what: string, hint: string): UserError {
  return new UserError(`${path} is ${what}, not a text`, hint, ExitCode.badData);
}
