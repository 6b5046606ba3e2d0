// What files are, by their first bytes.

import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isBinary, kindOf } from '../../../src/text/formats/kind.js';
import { refuseUnlessText } from '../../../src/text/formats/open.js';
import { docx, epub, odt } from '../../helpers/documents.js';
import { thrownBy } from '../../helpers/files.js';
import { zip } from '../../helpers/zip.js';

const bytesOf = (content: string | Uint8Array) =>
  typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
const wide = (text: string) => Buffer.from(text, 'utf16le');
const typed = (type: string) => zip([{ name: 'mimetype', data: type, stored: true }]);
const ODF = 'application/vnd.oasis.opendocument';

it.each<[kind: string, name: string, content: string | Uint8Array]>([
  ['text', 'a.txt', 'Plain text.'],
  ['text', 'a.txt', '\xef\xbb\xbfPlain text.'],
  ['text', 'a.xml', '<?xml version="1.0"?><book><p>Text</p></book>'],
  ['text', 'a.svg', '<svg xmlns="http://www.w3.org/2000/svg"><text>a</text></svg>'],
  ['text', 'a.md', '<p align="center">A page</p>\n\n# Title'],
  ['text', 'a.html', 'It says .html, and 1 < 2.'],
  ['text', 'BM.txt', 'BMW builds cars, MZ built motorcycles, GIF89a is a format.'],
  ['text', 'a.txt', wide('\ufeffWords')],
  ['html', 'a', '<!DOCTYPE html>\n<p>Text'],
  ['html', 'a', '\xef\xbb\xbf\n<!-- saved -->\n<HTML lang="en">'],
  ['html', 'a', '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x">'],
  ['html', 'a', wide('\ufeff<html><body>')],
  ['html', 'a.htm', 'Some <b>text</b>'],
  ['word', 'a.docx', docx(['Text'])],
  ['word', 'standard input', zip([{ name: 'word/document.xml', data: 'x' }])],
  ['open-document', 'a', odt(['Text'])],
  ['epub', 'a', epub({ chapters: ['<p>Text</p>'] })],
  ['packed text', 'a.txt.gz', gzipSync('Text')],
  ['packed html', 'a.html.gz', gzipSync('<p>Text</p>')],
])('%s is recognised: %s %j', (kind, name, content) => {
  const found = kindOf(bytesOf(content), name);
  expect('kind' in found && `${found.isPacked ? 'packed ' : ''}${found.kind}`).toBe(kind);
});

const PADDING = '\0'.repeat(40);

it.each<[what: string | RegExp, hint: RegExp, name: string, content: string | Uint8Array]>([
  ['a PDF', /pdftotext a\.pdf/, 'a.pdf', '%PDF-1.7\n'],
  [/old kind \(\.doc\)$/, /\.docx.*soffice/, 'a.doc', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
  [/old kind \(\.xls\)$/, /\.csv/, 'a.xls', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
  [/password$/, /remove the password/, 'a.docx', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
  ['a document in Rich Text Format', /soffice/, 'a.rtf', '{\\rtf1\\ansi'],
  ['an e-book for Kindle', /ebook-convert/, 'a.mobi', `${'x'.repeat(60)}BOOKMOBI`],
  ['a DjVu document', /djvutxt/, 'a.djvu', 'AT&TFORM\0\0\0\x01DJVU'],
  ['a PostScript file', /ps2ascii/, 'a.ps', '%!PS-Adobe-3.0\n'],
  ['a link to a document on Google Drive', /download/, 'a.gdoc', '{"url": "https://docs.google.com/x"}'],
  ['an Excel workbook', /\.csv/, 'a.xlsx', zip([{ name: 'xl/workbook.xml', data: 'x' }])],
  ['a PowerPoint presentation', /PowerPoint/, 'a.pptx', zip([{ name: 'ppt/presentation.xml', data: 'x' }])],
  ['an OpenDocument spreadsheet', /\.csv/, 'a.ods', typed(`${ODF}.spreadsheet`)],
  ['an OpenDocument presentation', /soffice/, 'a.odp', typed(`${ODF}.presentation`)],
  [/^a document of Pages/, /Export/, 'a.pages', zip([{ name: 'Index/Document.iwa', data: 'x' }])],
  ['a zip archive', /unzip a\.zip/, 'a.zip', zip([{ name: 'a.txt', data: 'Text' }])],
  ['a zip archive', /unzip/, 'a.zip', zip([])],
  ['compressed with bzip2', /bunzip2/, 'a.bz2', 'BZh91AY&SY\0'],
  ['compressed with xz', /unxz/, 'a.xz', '\xfd7zXZ\0'],
  ['compressed with zstd', /unzstd/, 'a.zst', '\x28\xb5\x2f\xfd'],
  ['a tar archive', /tar xf 'my files\.tar'/, 'my files.tar', `${'\0'.repeat(257)}ustar\0`],
  ['a 7z archive', /7z x/, 'a.7z', '7z\xbc\xaf\x27\x1c'],
  ['a RAR archive', /unrar/, 'a.rar', 'Rar!\x1a\x07\x01\0'],
  ['a tar archive, compressed with gzip', /tar xzf a\.tgz/, 'a.tgz', gzipSync(`${'\0'.repeat(257)}ustar\0`)],
  ['a Word document, compressed with gzip', /gunzip/, 'a.docx.gz', gzipSync(docx(['Text']))],
  ['a binary file, compressed with gzip', /gunzip/, 'a.gz', gzipSync('a\0\0\0b')],
  [/a damaged gzip file/, /again/, 'a.gz', '\x1f\x8b\x08\0\xff\xff\xff\xff\xff\xff\xff\xff'],
  ['a PNG picture', /OCR/, 'a.png', '\x89PNG\r\n\x1a\n'],
  ['a JPEG picture', /OCR/, 'a.jpg', '\xff\xd8\xff\xe0'],
  ['a WebP picture', /OCR/, 'a.webp', 'RIFF\x10\0\0\0WEBPVP8 '],
  ['a HEIC picture', /OCR/, 'a.heic', '\0\0\0\x18ftypheic'],
  ['an audio file', /speech/, 'a.mp3', `ID3\x04${PADDING}`],
  ['an audio file', /speech/, 'a.wav', 'RIFF\x10\0\0\0WAVEfmt '],
  ['a video', /speech/, 'a.mp4', '\0\0\0\x18ftypisom'],
  ['a font', /text file/, 'a.ttf', `\0\x01\0\0\0${PADDING}`],
  ['a program', /text file/, 'a', `\x7fELF\x02${PADDING}`],
  ['an SQLite database', /sqlite3/, 'a.db', 'SQLite format 3\0'],
  ['a Parquet file', /CSV/, 'a.parquet', `PAR1${PADDING}`],
  [/^a pointer of Git LFS/, /git lfs pull/, 'a.txt', 'version https://git-lfs.github.com/spec/v1\n'],
])('%s is refused with what makes text of it: %s %s', (what, hint, name, content) => {
  const found = kindOf(bytesOf(content), name);
  if (!('refused' in found)) return expect.fail(`it is taken for ${found.kind}`);
  expect(found.refused).toMatch(typeof what === 'string' ? new RegExp(`^${what}$`) : what);
  expect(found.hint).toMatch(hint);
});

it('text is taken for text, whatever it is about', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      const head = Buffer.from(text.replaceAll('\0', ''));
      const isMarkup = /^\s*(<|\{\\rtf|%PDF-|%!PS)/.test(text);
      if (!isMarkup) expect(kindOf(head, 'a.txt')).toEqual({ kind: 'text', isPacked: false });
      expect(isBinary(head)).toBe(false);
    }),
  );
});

it('UTF-16 is not binary, and other files with zero bytes are', () => {
  const line = 'It was a bright cold day in April.\r\n';
  for (const text of [line, `\ufeff${line}`, 'Мой дядя самых честных правил, когда не в шутку занемог\r\n']) {
    expect(isBinary(wide(text))).toBe(false);
    expect(isBinary(wide(text).swap16())).toBe(false);
  }
  expect(isBinary(Buffer.from([1, 0]))).toBe(true);
  expect(isBinary(Buffer.from(`\0\0\x01${line}`, 'latin1'))).toBe(true);
});

it('what is read as it is may be HTML, and no document', () => {
  refuseUnlessText(Buffer.from('<!DOCTYPE html>'), 'a.html');
  refuseUnlessText(Buffer.alloc(0), 'a.txt');
  const refused = (bytes: Uint8Array, name: string) => {
    const { message, hint } = thrownBy(() => refuseUnlessText(bytes, name));
    return `${message}. ${hint}`;
  };
  expect(refused(docx(['Text']), 'a.docx')).toMatch(/^a\.docx is a Word document, not a text.*plain text/);
  expect(refused(gzipSync('Text'), 'a.gz')).toMatch(
    /^a\.gz is compressed with gzip, not a text.*gunzip a\.gz/,
  );
  expect(refused(Buffer.from('%PDF-1.4'), 'a.pdf')).toMatch(/^a\.pdf is a PDF, not a text.*pdftotext/);
});

it('any bytes at all have a kind', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 600 }),
      fc.constantFrom('PK\x03\x04', '\x1f\x8b\x08', '<'),
      (bytes, start) => {
        for (const head of [bytes, Buffer.concat([bytesOf(start), bytes])]) {
          const found = kindOf(head, 'a.txt');
          expect('kind' in found || found.refused.length > 0).toBe(true);
        }
      },
    ),
  );
});
