import { constants, gunzipSync } from 'node:zlib';
import { quoted } from '../../format.js';
import { zerosByPlace } from '../encoding/places.js';
import { isGzip, isZip, mediaTypeOf } from './magics.js';
import { REFUSED, unpack } from './refused.js';

/** How many of the first bytes of a file tell its kind. */
export const KIND_BYTES = 4096;

/** What a file is that can be read as text. */
export type TextKind = 'text' | 'html' | 'word' | 'open-document' | 'epub';

/** What a file is: one that can be read, perhaps compressed with gzip, or one that is refused. */
export type FileKind =
  | { readonly kind: TextKind; readonly isPacked: boolean }
  | {
      /** What comes after "it is". */
      readonly refused: string;
      /** What to do instead. */
      readonly hint: string;
    };

/** What kinds are called, for one file and for several. */
export const KIND_NAMES: Readonly<Record<TextKind, { readonly one: string; readonly several: string }>> = {
  text: { one: 'plain text', several: 'plain texts' },
  word: { one: 'a Word document', several: 'Word documents' },
  'open-document': { one: 'an OpenDocument text', several: 'OpenDocument texts' },
  epub: { one: 'an EPUB book', several: 'EPUB books' },
  html: { one: 'a page of HTML', several: 'pages of HTML' },
};

/** Bytes of UTF-16 without a byte order mark that can be told from binary data. */
const FEWEST_WIDE = 16;

const MEDIA_TYPES: Readonly<Record<string, TextKind>> = {
  'application/epub+zip': 'epub',
  'application/vnd.oasis.opendocument.text': 'open-document',
  'application/vnd.oasis.opendocument.text-template': 'open-document',
  'application/vnd.oasis.opendocument.text-master': 'open-document',
};

/** What may stand before the first element of a page. */
const BEFORE_HTML = /^(?:\s+|<\?xml[^>]*>)/;
const HTML_START = /^<(?:!doctype\s+html|html)[\s>]/i;
const HTML_NAME = /\.x?html?(\.gz)?$/i;
const TAG = /<\/?[a-z][a-z0-9]*(?:\s[^<>]*)?\/?>/i;

/**
 * Recognises what a file is.
 * @param bytes its first KIND_BYTES bytes, or all of them
 * @param name of the file; it decides only where bytes can mean several things
 */
export function kindOf(bytes: Uint8Array, name: string): FileKind {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, KIND_BYTES));
  return isGzip(head) ? packedKind(head, name) : plainKind(head, name);
}

function plainKind(head: Buffer, name: string): FileKind {
  const archive = zipKind(head, name);
  if (archive) return { kind: archive, isPacked: false };
  const row = REFUSED.find(({ fits }) => fits(head, name));
  if (row) return { refused: row.what, hint: row.hint(quoted(name)) };
  return { kind: isHtml(head, name) ? 'html' : 'text', isPacked: false };
}

/** Recognises what is compressed with gzip: text, or what has to be unpacked first. */
function packedKind(head: Buffer, name: string): FileKind {
  let start: Buffer;
  try {
    start = gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return { refused: 'a damaged gzip file', hint: 'Get the file again.' };
  }
  const found = plainKind(start, name.replace(/\.gz$/i, ''));
  const isText = 'kind' in found && (found.kind === 'text' || found.kind === 'html');
  if (isText && !isBinary(start)) return { kind: found.kind, isPacked: true };
  const what = 'kind' in found ? (isText ? 'a binary file' : KIND_NAMES[found.kind].one) : found.refused;
  const command = what === 'a tar archive' ? 'tar xzf' : 'gunzip';
  return { refused: `${what}, compressed with gzip`, hint: unpack(command)(quoted(name)) };
}

/** Whether a file that is no known kind is binary, because it has zero bytes and is not UTF-16. */
export function isBinary(head: Uint8Array): boolean {
  return head.includes(0) && !isWide(head);
}

/** Recognises a document in a zip archive; undefined if the archive is none, or holds something else. */
export function zipKind(head: Buffer, name: string): TextKind | undefined {
  if (!isZip(head)) return undefined;
  const type = mediaTypeOf(head);
  if (type !== undefined) return MEDIA_TYPES[type];
  if (['xl/', 'ppt/', 'Index/', '.pkl', '.npy'].some((part) => head.includes(part))) return undefined;
  if (head.includes('word/') || /\.(docx|docm|dotx|dotm)$/i.test(name)) return 'word';
  if (head.includes('META-INF/container.xml') || /\.epub$/i.test(name)) return 'epub';
  return /\.(odt|ott)$/i.test(name) ? 'open-document' : undefined;
}

/** Whether the first bytes are those of a page of HTML. */
export function isHtml(head: Buffer, name: string): boolean {
  // The first characters of UTF-16 are those of ASCII with zero bytes.
  const text = head
    .toString('latin1')
    .replaceAll('\0', '')
    .replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '');
  return HTML_START.test(withoutPreamble(text)) || (HTML_NAME.test(name) && TAG.test(text));
}

/** Whether bytes look like UTF-16: a byte order mark, or zeros that are all first or all second bytes. */
function isWide(head: Uint8Array): boolean {
  const [first, second] = head;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  const zeros = zerosByPlace(head);
  return head.length >= FEWEST_WIDE && Math.min(...zeros) === 0 && Math.max(...zeros) >= head.length / 10;
}

/** Removes blanks, comments and the declaration of XML at the start. */
function withoutPreamble(text: string): string {
  let rest = text;
  for (;;) {
    const end = rest.startsWith('<!--') ? rest.indexOf('-->') + 3 : (BEFORE_HTML.exec(rest)?.[0].length ?? 0);
    if (end < 1 || (end === 2 && rest.startsWith('<!--'))) return rest;
    rest = rest.slice(end);
  }
}
