import { type Encoding, isNamed } from '../encoding/names.js';
import { encodingNotices } from '../encoding/notices.js';
import { type Recognised, recogniseEncoding } from '../encoding/recognise.js';
import { transcoded } from '../encoding/transcode.js';
import { extracted } from '../formats/extract.js';
import type { TextKind } from '../formats/kind.js';
import { kindNotices } from '../formats/notices.js';
import { type OpenedFile, openFile } from '../formats/open.js';
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
  /** In the same order. Those not marked as UTF-8 are in the encoding below or, if foreign, the model's. */
  readonly sources: readonly Source[];
  readonly files: readonly FileFound[];
  /** The encoding to record. */
  readonly encoding: Encoding;
  /** Remarks on what was found. */
  readonly notices: readonly string[];
}

/** How files are to be read. */
export interface ReadableOptions {
  /** Undefined if nothing is said: a single file is UTF-8, and of several files each has its own encoding. */
  readonly encoding: Encoding | undefined;
  /** The encoding of the text that a model has learned, for foreign text that is not UTF-8. */
  readonly learned?: Encoding | undefined;
  /** Whether a single file, too, is read as what it most likely is. */
  readonly isForeign?: boolean;
  /** Whether HTML is read without its tags. */
  readonly strip: boolean;
  /** Where a source that can be read only once keeps a copy. */
  readonly folder: string;
  /** The most bytes that may be unpacked from one file. */
  readonly most: number;
  /** Called with the number of bytes just read from a file. */
  readonly onRead?: ((bytes: number) => void) | undefined;
}

/** Encodings that the decoder reads itself, and that give no error. */
const LENIENT: readonly (Encoding | undefined)[] = ['bytes', 'utf8-lossy'];

/**
 * Looks at files and wraps them, so that they can be decoded.
 * @throws UserError for a file that cannot be read as text, saying what it is
 */
export async function readable(sources: readonly Source[], options: ReadableOptions): Promise<ReadableFiles> {
  const { learned, isForeign, strip, folder, most } = options;
  const wanted = options.encoding ?? (LENIENT.includes(learned) ? learned : undefined);
  const looked: LookedAt[] = [];
  for (const source of sources) {
    const asIs = { kind: 'text', isPacked: false, source } as const;
    const opened = wanted === 'bytes' || source.isText ? asIs : await openFile(source, { folder, most });
    // HTML that keeps its tags is a text like others.
    const kind = opened.kind === 'html' && !strip ? 'text' : opened.kind;
    const isSeveral = sources.length > 1;
    looked.push({ source, opened, kind, found: await encodingOf(opened, wanted, isSeveral, options) });
  }
  const encoding = wanted ?? (looked.length === 1 ? looked[0]!.found.encoding : 'auto');
  const files = looked.map(({ source: { label: name, stats }, opened: { isPacked }, kind, found }) => ({
    name,
    bytes: stats && Number(stats.size),
    kind,
    isPacked,
    ...found,
  }));
  return {
    sources: looked.map((file) => readySource(file, isForeign ? learned : encoding, most)),
    files: files.map(({ line: _, doubt: __, ...file }) => file),
    encoding,
    notices: [...kindNotices(files), ...encodingNotices(files)],
  };
}

/** A file, what it is, and the encoding of its text. */
interface LookedAt {
  readonly source: Source;
  readonly opened: OpenedFile;
  readonly kind: TextKind;
  readonly found: Recognised;
}

async function encodingOf(
  { source, kind }: OpenedFile,
  wanted: Encoding | undefined,
  isSeveral: boolean,
  { learned: fallback, isForeign = false, folder, onRead }: ReadableOptions,
): Promise<Recognised> {
  const isPlain = kind === 'text' || kind === 'html';
  if (source.isText || !isPlain) return { encoding: 'utf8' };
  if (LENIENT.includes(wanted)) return { encoding: wanted! };
  const actsOnGuess = isForeign || isSeveral || wanted === 'auto';
  const isPage = kind === 'html';
  return recogniseEncoding(source, { wanted, fallback, actsOnGuess, isPage, folder, onRead });
}

/** Returns a source of what the decoder takes: UTF-8, or bytes of an encoding that it reads itself. */
function readySource(
  { opened, kind, found: { encoding } }: LookedAt,
  decoded: Encoding | undefined,
  most: number,
): Source {
  const { source } = opened;
  const isDecoded = encoding === decoded && !isNamed(encoding);
  if (isDecoded && kind === 'text') return source;
  const isOther = isNamed(encoding) || encoding === 'latin1';
  const text: Source = {
    ...source,
    isUtf8: true,
    ...(isOther && {
      read: (folder, onRead) => transcoded(source.read(folder, onRead), encoding, source.label),
    }),
  };
  return kind === 'html' ? extracted(text, kind, { most }) : text;
}
