// Makes Word documents, OpenDocument texts and EPUB books with the parts that programs write.

import { zip } from './zip.js';

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

/** Escapes a text for XML. */
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** Returns a paragraph of a Word document. @param style the id of its style, such as Heading1 */
export function wordParagraph(text: string, style?: string): string {
  const properties = style === undefined ? '' : `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`;
  const run = text === '' ? '' : `<w:r><w:t xml:space="preserve">${escaped(text)}</w:t></w:r>`;
  return `<w:p>${properties}${run}</w:p>`;
}

/** Returns a Word document. @param body the XML of its body, or its paragraphs */
export function docx(body: string | readonly string[]): Buffer {
  const content = typeof body === 'string' ? body : body.map((text) => wordParagraph(text)).join('');
  const main = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
  return zip([
    {
      name: '[Content_Types].xml',
      data: `${XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
    },
    {
      name: '_rels/.rels',
      data: `${XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
    },
    {
      name: 'word/document.xml',
      data: `${XML}<w:document xmlns:w="${main}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:body>${content}<w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr></w:body></w:document>`,
    },
    {
      name: 'word/footnotes.xml',
      data: `${XML}<w:footnotes xmlns:w="${main}">${wordParagraph('A footnote.')}</w:footnotes>`,
    },
  ]);
}

/** Returns an OpenDocument text. @param body the XML in its office:text, or its paragraphs */
export function odt(body: string | readonly string[]): Buffer {
  const content =
    typeof body === 'string' ? body : body.map((text) => `<text:p>${escaped(text)}</text:p>`).join('');
  const names = ['office', 'text', 'table', 'draw', 'style', 'svg']
    .map((name) => `xmlns:${name}="urn:oasis:names:tc:opendocument:xmlns:${name}:1.0"`)
    .join(' ');
  return zip([
    { name: 'mimetype', data: 'application/vnd.oasis.opendocument.text', stored: true },
    {
      name: 'content.xml',
      data: `${XML}<office:document-content ${names} office:version="1.3"><office:automatic-styles/><office:body><office:text>${content}</office:text></office:body></office:document-content>`,
    },
    {
      name: 'META-INF/manifest.xml',
      data: `${XML}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>`,
    },
  ]);
}

interface Book {
  /** The bodies of its chapters, as XHTML. */
  readonly chapters: readonly string[];
  /** The algorithm by which its files are encrypted. */
  readonly encryption?: string;
}

/** Returns an EPUB 3 book with a cover and a table of contents. Its chapters are stored in reverse order. */
export function epub({ chapters, encryption }: Book): Buffer {
  const page = (body: string) =>
    `${XML}<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml"><head><title/><link rel="stylesheet" href="style.css"/></head><body>${body}</body></html>`;
  const names = chapters.map((_, i) => `chapter ${i + 1}.xhtml`);
  const items = names.map(
    (name, i) => `<item id="c${i}" href="text/${encodeURI(name)}" media-type="application/xhtml+xml"/>`,
  );
  const spine = names.map((_, i) => `<itemref idref="c${i}"/>`);
  const secret =
    encryption === undefined
      ? []
      : [
          {
            name: 'META-INF/encryption.xml',
            data: `${XML}<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><enc:EncryptedData xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptionMethod Algorithm="${encryption}"/></enc:EncryptedData></encryption>`,
          },
        ];
  return zip([
    { name: 'mimetype', data: 'application/epub+zip', stored: true },
    {
      name: 'META-INF/container.xml',
      data: `${XML}<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>`,
    },
    ...secret,
    {
      name: 'OEBPS/book.opf',
      data: `${XML}<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata/><manifest><item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/><item id="cover" href="cover.xhtml" media-type="application/xhtml+xml"/><item id="css" href="style.css" media-type="text/css"/>${items.join('')}</manifest><spine><itemref idref="cover"/><itemref idref="nav"/>${spine.join('')}</spine></package>`,
    },
    { name: 'OEBPS/nav.xhtml', data: page('<nav><ol><li>Chapter 1</li></ol></nav>') },
    { name: 'OEBPS/cover.xhtml', data: page('<p>Cover</p>') },
    { name: 'OEBPS/style.css', data: 'p { margin: 0 }' },
    ...chapters.map((chapter, i) => ({ name: `OEBPS/text/${names[i]}`, data: page(chapter) })).toReversed(),
  ]);
}
