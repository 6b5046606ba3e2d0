import { quoted } from '../../format.js';
import { begins, isZip, mediaTypeOf } from './magics.js';
import { REFUSED } from './refused.js';

/** How many of the first bytes of a file tell its kind. */
export const KIND_BYTES = 4096;

/** A kind of document whose text can be extracted. */
export type DocumentKind = 'gzip' | 'word' | 'open-document' | 'epub' | 'html';

/** What a file is: one that can be read, or one that is refused, with what to do instead. */
export type FileKind =
  | { readonly kind: 'text' | DocumentKind }
  | { readonly refused: string; readonly hint: string };

/** What documents are called after "it is". */
export const DOCUMENT_NAMES: Readonly<Record<DocumentKind, string>> = {
  gzip: 'compressed with gzip',
  word: 'a Word document',
  'open-document': 'an OpenDocument text',
  epub: 'an EPUB book',
  html: 'a page of HTML',
};

const MEDIA_TYPES: Readonly<Record<string, DocumentKind>> = {
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
  if (begins([0x1f, 0x8b])(head)) return { kind: 'gzip' };
  const archive = isZip(head) ? zipKind(head, name) : undefined;
  if (archive) return { kind: archive };
  const row = REFUSED.find(({ fits }) => fits(head, name));
  if (row) return { refused: row.what, hint: row.hint(quoted(name)) };
  return { kind: isHtml(head, name) ? 'html' : 'text' };
}

/** Whether a file that is no known kind is binary, because it has zero bytes and is not UTF-16. */
export function isBinary(head: Uint8Array): boolean {
  return head.includes(0) && !isWide(head);
}

function zipKind(head: Buffer, name: string): DocumentKind | undefined {
  const type = mediaTypeOf(head);
  if (type !== undefined) return MEDIA_TYPES[type];
  if (['xl/', 'ppt/', 'Index/', '.pkl', '.npy'].some((part) => head.includes(part))) return undefined;
  if (head.includes('word/') || /\.(docx|docm|dotx|dotm)$/i.test(name)) return 'word';
  if (head.includes('META-INF/container.xml') || /\.epub$/i.test(name)) return 'epub';
  return /\.(odt|ott)$/i.test(name) ? 'open-document' : undefined;
}

function isHtml(head: Buffer, name: string): boolean {
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
  const zeros = [0, 0];
  head.forEach((byte, i) => {
    if (byte === 0) zeros[i % 2]!++;
  });
  return Math.min(...zeros) === 0 && Math.max(...zeros) >= head.length / 10;
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
