import type { Encoding } from '../encoding/names.js';
import { extracted } from '../formats/extract.js';
import type { TextKind } from '../formats/kind.js';
import { kindNotices } from '../formats/notices.js';
import { openFile } from '../formats/open.js';
import type { Source } from './source.js';

/** What one file of a corpus is, and as what it is read. */
export interface FileFound {
  /** Its path or name as shown to the user. */
  readonly name: string;
  /** Its size on disk; undefined for a source that can be read only once. */
  readonly bytes: number | undefined;
  readonly kind: TextKind;
  /** Whether it is compressed with gzip. */
  readonly isPacked: boolean;
  readonly encoding: Encoding;
}

/** Files that are ready to be decoded. */
export interface ReadableFiles {
  /** In the same order; bytes of UTF-8 unless the encoding is `latin1`, `bytes` or `utf8-lossy`. */
  readonly sources: readonly Source[];
  readonly files: readonly FileFound[];
  /** The encoding to decode them with, and to record. */
  readonly encoding: Encoding;
  /** Remarks on what was found. */
  readonly notices: readonly string[];
}

/** How files are to be read. */
export interface ReadableOptions {
  /** Undefined if nothing is said: a single file is UTF-8, and of several files each has its own encoding. */
  readonly encoding: Encoding | undefined;
  /** Whether HTML is read without its tags. */
  readonly strip: boolean;
  /** Where a source that can be read only once keeps a copy. */
  readonly folder: string;
  /** The most bytes that may be unpacked from one file. */
  readonly most: number;
}

/**
 * Looks at files and wraps them, so that they can be decoded.
 * @throws UserError for a file that cannot be read as text, saying what it is
 */
export async function readable(
  sources: readonly Source[],
  { encoding = 'utf8', strip, folder, most }: ReadableOptions,
): Promise<ReadableFiles> {
  const ready: Source[] = [];
  const files: FileFound[] = [];
  for (const source of sources) {
    const { label: name, stats, isText } = source;
    const asIs = { kind: 'text', isPacked: false, source } as const;
    const opened = encoding === 'bytes' || isText ? asIs : await openFile(source, { folder, most });
    // HTML that keeps its tags is a text like others.
    const kind = opened.kind === 'html' && !strip ? 'text' : opened.kind;
    ready.push(kind === 'html' ? extracted(opened.source, kind, { most }) : opened.source);
    files.push({ name, bytes: stats && Number(stats.size), kind, isPacked: opened.isPacked, encoding });
  }
  return { sources: ready, files, encoding, notices: kindNotices(files) };
}
