import { TextDecoder } from 'node:util';
import type { Refuse } from '../../errors.js';
import { grouped } from '../../numbers.js';
import { declaredEncoding } from '../encoding/declared.js';
import { type Encoding, isNamed } from '../encoding/names.js';
import { transcoded } from '../encoding/transcode.js';
import type { Document } from './document.js';
import { chaptersOf } from './epub.js';
import { Flow } from './flow.js';
import { HtmlReader } from './html.js';
import type { TextKind } from './kind.js';
import { type Dialect, Markup, type MarkupReader } from './markup.js';
import { OpenDocumentReader } from './open-document.js';
import { WordReader } from './word.js';
import { Archive } from './zip.js';

type ArchiveKind = Exclude<TextKind, 'text' | 'html'>;

/** Reads a page of HTML in UTF-8 as text. */
export async function* pageText({ chunks, label, refuse }: Document): AsyncGenerator<Uint8Array> {
  const flow = new Flow(2);
  const isXhtml = /\.xhtml(\.gz)?$/i.test(label);
  const text = decodedUtf8(chunks);
  yield* laidOut(text, new HtmlReader(flow), isXhtml ? 'xhtml' : 'html', flow, refuse);
  yield Buffer.from(flow.end());
}

/**
 * Reads the text of a document that is a zip archive.
 * @throws UserError if it is damaged, encrypted, larger than the bound allows, or not of this kind
 */
export async function* archiveText(document: Document, kind: ArchiveKind): AsyncGenerator<Uint8Array> {
  const { bound, refuse } = document;
  const archive = await Archive.open(await wholeOf(document), refuse, (bytes) => bound.addUnpacked(bytes));
  if (kind === 'epub') yield* bookText(archive, refuse);
  else yield* officeText(archive, kind, refuse);
}

async function* bookText(book: Archive, refuse: Refuse): AsyncGenerator<Uint8Array> {
  const textOf = (name: string) => entryText(book, name, refuse);
  const flow = new Flow(2);
  for (const name of await chaptersOf(book, textOf, refuse)) {
    flow.block(2);
    yield* laidOut(textOf(name), new HtmlReader(flow), 'xhtml', flow, refuse);
  }
  yield Buffer.from(flow.end());
}

async function* officeText(
  archive: Archive,
  kind: Exclude<ArchiveKind, 'epub'>,
  refuse: Refuse,
): AsyncGenerator<Uint8Array> {
  const flow = new Flow(1);
  if (kind === 'word') {
    const main = archive.names.find((name) => /^word\/document\d*\.xml$/.test(name));
    if (main === undefined) refuse('it has no part word/document.xml');
    yield* laidOut(entryText(archive, main, refuse), new WordReader(flow), 'xml', flow, refuse);
  } else {
    await refuseEncrypted(archive, refuse);
    const content = entryText(archive, 'content.xml', refuse);
    yield* laidOut(content, new OpenDocumentReader(flow), 'xml', flow, refuse);
  }
  yield Buffer.from(flow.end());
}

const MANIFEST = 'META-INF/manifest.xml';

async function refuseEncrypted(archive: Archive, refuse: Refuse): Promise<void> {
  if (!archive.has(MANIFEST)) return;
  const reader: MarkupReader = {
    open: (name) => {
      if (name === 'manifest:encryption-data') refuse('it is protected by a password');
    },
    text: () => {},
    close: () => {},
  };
  const markup = new Markup(reader, 'xml', refuse);
  for await (const text of entryText(archive, MANIFEST, refuse)) markup.push(text);
  markup.end();
}

/** Reads markup and yields the text that is laid out so far, as UTF-8. */
async function* laidOut(
  chunks: AsyncIterable<string>,
  reader: MarkupReader,
  dialect: Dialect,
  flow: Flow,
  refuse: Refuse,
): AsyncGenerator<Uint8Array> {
  const markup = new Markup(reader, dialect, refuse);
  for await (const text of chunks) {
    markup.push(text);
    const ready = flow.take();
    if (ready !== '') yield Buffer.from(ready);
  }
  markup.end();
}

/** Reads a part of an archive: by its byte order mark, else as it declares, else as UTF-8. */
async function* entryText(archive: Archive, name: string, refuse: Refuse): AsyncGenerator<string> {
  const chunks = archive.read(name);
  const first = await chunks.next();
  if (first.done) return;
  const encoding = encodingOf(first.value);
  const all = withFirst(first.value, chunks);
  yield* decodedUtf8(isNamed(encoding) ? transcoded(all, encoding, name) : all, () =>
    refuse(`its part ${name} is not UTF-8`),
  );
}

function encodingOf(head: Uint8Array): Encoding {
  const [first, second] = head;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return declaredEncoding(head) ?? 'utf8';
}

async function* withFirst(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}

/**
 * Decodes UTF-8, without a byte order mark.
 * @param onMalformed throws the error for other bytes; without it, they become U+FFFD
 */
async function* decodedUtf8(
  chunks: AsyncIterable<Uint8Array>,
  onMalformed?: () => never,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: onMalformed !== undefined });
  const decode = (chunk?: Uint8Array) => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch (error) {
      if (!onMalformed) throw error;
      return onMalformed();
    }
  };
  for await (const chunk of chunks) yield decode(chunk);
  yield decode();
}

/** Reads a document into memory. */
async function wholeOf({ chunks, bound, refuse }: Document): Promise<Buffer> {
  const copies: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    bound.addPacked(chunk.length);
    size += chunk.length;
    if (size > bound.most) {
      refuse(`it is read into memory, which allows ${grouped(bound.most)} bytes`);
    }
    copies.push(Buffer.from(chunk));
  }
  return Buffer.concat(copies);
}
