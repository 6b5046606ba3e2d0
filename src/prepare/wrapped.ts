import { amountOf, grouped } from '../numbers.js';
import type { Collection } from '../text/collection/collection.js';
import type { Beginning } from '../text/collection/recognition/corpus.js';
import type { DecodeOptions } from '../text/encoding/decode.js';
import type { FileFindings } from '../text/findings.js';
import { wrappingOf } from '../text/layout/wrapped.js';

/**
 * A notice if files are hard-wrapped prose and their line breaks are learned as they are.
 * @param collection how the corpus is divided; lines and records are learned one by one, however they came about
 */
export function wrappedNotices(
  beginnings: readonly Beginning[],
  { encoding, unwrap }: DecodeOptions,
  collection: Collection | undefined,
): string[] {
  const isByLine = collection?.division === 'line' || collection?.division === 'record';
  if (unwrap || encoding === 'bytes' || isByLine) return [];
  const wrapped = beginnings.flatMap(({ name, text, isCut }) => {
    const found = wrappingOf(text, isCut);
    return found ? [{ name, columns: found.width.columns }] : [];
  });
  const [first] = wrapped;
  if (!first) return [];
  const widths = wrapped.map(({ columns }) => columns);
  const [least, most] = [Math.min(...widths), Math.max(...widths)];
  const where = least === most ? `${most} characters` : `${least} to ${most} characters`;
  if (beginnings.length === 1)
    return [`the lines of the text are broken at ${where}; --unwrap joins those of a paragraph`];
  const which =
    wrapped.length === 1
      ? `${first.name} has`
      : `${grouped(wrapped.length)} of the ${grouped(beginnings.length)} files looked at have`;
  return [`${which} lines broken at ${where}; --unwrap joins those of a paragraph`];
}

/** Remarks on lines of a new run that were joined, and on what was left out of books of Project Gutenberg. */
export function layoutNotices(findings: FileFindings, { unwrap }: DecodeOptions): string[] {
  if (unwrap && findings.breaks === 0) {
    const none = '--unwrap: there is no hard-wrapped prose, and all line breaks stay';
    return [...leftOutNotices(findings, '; --no-strip keeps them'), none];
  }
  return [...leftOutNotices(findings, '; --no-strip keeps them'), ...joinedNotices(findings)];
}

/** The same of a text that a model is to read as it has learned its own. */
export function foreignLayoutNotices(findings: FileFindings): string[] {
  return [...leftOutNotices(findings, ''), ...joinedNotices(findings)];
}

function leftOutNotices({ leftOut }: FileFindings, otherwise: string): string[] {
  if (leftOut === 0) return [];
  const what = amountOf(leftOut, 'character');
  return [`${what} of Project Gutenberg's header and licence left out${otherwise}`];
}

function joinedNotices({ width, breaks, hyphens }: FileFindings): string[] {
  if (breaks === 0) return [];
  const removed = hyphens > 0 ? `, and ${amountOf(hyphens, 'hyphen')} removed` : '';
  return [`${amountOf(breaks, 'line break')} joined, of lines of up to ${width} characters${removed}`];
}
