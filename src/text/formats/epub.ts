import { posix } from 'node:path';
import type { Refuse } from '../../errors.js';
import { type Dialect, Markup } from './markup.js';
import type { Archive } from './zip.js';

/** What is asked of an element, by its name without a prefix. */
type OnElement = (name: string, attributes: Readonly<Record<string, string>>) => void;

const CONTAINER = 'META-INF/container.xml';
const ENCRYPTION = 'META-INF/encryption.xml';
/** Ways to make fonts unusable elsewhere. All others hide text. */
const FONT_ALGORITHMS = ['http://www.idpf.org/2008/embedding', 'http://ns.adobe.com/pdf/enc#RC'];
const PAGES = ['application/xhtml+xml', 'text/html', 'application/x-dtbook+xml'];

interface Item {
  readonly href: string;
  readonly type: string;
  readonly properties: string;
}

/**
 * Returns the names of a book's files with text, in the order in which they are read (EPUB 3.3, 5.7). Its cover
 * and its table of contents are left out.
 * @param textOf unpacks and decodes a file
 * @throws UserError if the book is encrypted or damaged
 */
export async function chaptersOf(
  book: Archive,
  textOf: (name: string) => AsyncIterable<string>,
  refuse: Refuse,
): Promise<string[]> {
  const read = async (name: string, onElement: OnElement) => {
    const reader = {
      open: (full: string, attributes: Readonly<Record<string, string>>) =>
        onElement(full.slice(full.indexOf(':') + 1), attributes),
      text: () => {},
      close: () => {},
    };
    const dialect: Dialect = 'xml';
    const markup = new Markup(reader, dialect, refuse);
    for await (const text of textOf(name)) markup.push(text);
    markup.end();
  };
  if (book.has(ENCRYPTION)) {
    await read(ENCRYPTION, (name, { Algorithm: algorithm = '' }) => {
      if (name === 'EncryptionMethod' && !FONT_ALGORITHMS.includes(algorithm))
        refuse('it is encrypted by its seller (DRM)');
    });
  }
  let root: string | undefined;
  await read(CONTAINER, (name, attributes) => {
    if (name === 'rootfile') root ??= attributes['full-path'];
  });
  if (root === undefined) refuse('it does not say where its text is');
  return chaptersIn(root, read);
}

async function chaptersIn(
  root: string,
  read: (name: string, onElement: OnElement) => Promise<void>,
): Promise<string[]> {
  const items = new Map<string, Item>();
  const spine: string[] = [];
  const leftOut = new Set<string>();
  await read(root, (name, attributes) => {
    const { id = '', href = '', properties = '', idref = '', type = '' } = attributes;
    if (name === 'item') items.set(id, { href, type: attributes['media-type'] ?? '', properties });
    else if (name === 'itemref') spine.push(idref);
    else if (name === 'reference' && /^(cover|toc)$/i.test(type)) leftOut.add(nameOf(root, href));
  });
  return [...new Set(spine)].flatMap((id) => {
    const item = items.get(id);
    if (!item || !PAGES.includes(item.type) || /(^|\s)nav(\s|$)/.test(item.properties)) return [];
    const name = nameOf(root, item.href);
    return leftOut.has(name) || /^cover/i.test(id) ? [] : [name];
  });
}

/** Resolves a reference from one file of an archive to another. It is a name there, never a path. */
function nameOf(root: string, href: string): string {
  const [reference = ''] = href.split('#');
  let name = reference;
  try {
    name = decodeURIComponent(reference);
  } catch {
    // A percent sign that encodes nothing stands for itself.
  }
  return posix.join(posix.dirname(root), name);
}
