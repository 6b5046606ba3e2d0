import { refuser } from '../../errors.js';
import type { Source } from '../files/source.js';
import { Bound, type Document } from './document.js';
import { KIND_NAMES, type TextKind } from './kind.js';

/** What text can be extracted from. */
export type DocumentKind = 'gzip' | Exclude<TextKind, 'text'>;

/** How much may be unpacked. */
export interface ExtractOptions {
  /** Bytes that a document may have in memory and unpack to. What gzip unpacks is not kept in memory. */
  readonly most: number;
}

const HINTS: Readonly<Record<DocumentKind, string>> = {
  gzip: 'Get the file again, or unpack it as far as possible: gzip -dc FILE > text.txt.',
  word: 'Open it in Word or LibreOffice and save it again as .docx, or as plain text.',
  'open-document': 'Open it in LibreOffice and save it again as .odt, or as plain text.',
  epub: 'Get the book again, or open it in Calibre and convert it to TXT.',
  html: 'Read it with its tags: --no-strip.',
};

const TOO_MUCH = 'If you trust the file, unpack it, and train on a plain text file with the text in it.';

/**
 * Returns a source that yields the text of a document as UTF-8, or what a file compressed with gzip unpacks to.
 * @param source of HTML as UTF-8; of other kinds as it is
 */
export function extracted(source: Source, kind: DocumentKind, { most }: ExtractOptions): Source {
  const { label, stats } = source;
  return {
    ...source,
    async *read(folder, onRead) {
      const what = kind === 'gzip' ? 'compressed with gzip' : KIND_NAMES[kind].one;
      const subject = `${label} is ${what}, and cannot be read`;
      const refuse = refuser(subject, HINTS[kind]);
      const size = stats && Number(stats.size);
      const bound = new Bound(
        size,
        kind === 'gzip' ? Number.POSITIVE_INFINITY : most,
        refuser(subject, TOO_MUCH),
      );
      const document: Document = { chunks: source.read(folder, onRead), label, bound, refuse };
      // Loaded when they are needed: most texts are plain.
      if (kind === 'gzip') yield* (await import('./gzip.js')).unpackedGzip(document);
      else if (kind === 'html') yield* (await import('./documents.js')).pageText(document);
      else yield* (await import('./documents.js')).archiveText(document, kind);
    },
  };
}
