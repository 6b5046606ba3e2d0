// A table of files that people have: each as it is read, with the remarks, or refused with what to do.

import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { decode, encode } from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import type { TrainOptions } from '../../src/checkpoint/options.js';
import { Random, Stream } from '../../src/random.js';
import { expectFailure, run, temporaryFolder } from '../helpers/cli.js';
import { docx, epub, odt, wordParagraph } from '../helpers/documents.js';
import { errorOf } from '../helpers/files.js';
import { filesRead } from '../helpers/prepared.js';
import { zip } from '../helpers/zip.js';
import { LANGUAGES } from './encoding/languages.js';

const root = await temporaryFolder();

type Content = string | Uint8Array;

interface Expected {
  /** The text, if it is not refused. */
  readonly text?: string;
  /** What the remarks say, in their order, apart from those about short texts. */
  readonly notes?: readonly (string | RegExp)[];
  /** The message and the hint of the error. */
  readonly error?: readonly [string | RegExp, string | RegExp];
  readonly options?: TrainOptions;
}

type Row = readonly [what: string, name: string, content: Content, expected: Expected];

/** Remarks on the size of a text, which is small in every row. */
const ON_SIZE = /do not fill a batch|repeat|is short|held back|validat/;

async function read(files: Readonly<Record<string, Content>>, options: TrainOptions = {}) {
  const folder = mkdtempSync(join(root, 'row-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, 'in', name)), { recursive: true });
    writeFileSync(join(folder, 'in', name), content);
  }
  const names = Object.keys(files);
  const path = names.length === 1 ? join(folder, 'in', names[0]!) : join(folder, 'in');
  // Lines as short as here would often be texts of their own.
  const whole: TrainOptions = { texts: 'whole', ...options };
  const found = filesRead([path], folder, whole);
  const without = (text: string) => text.replaceAll(`${join(folder, 'in')}/`, '');
  return { found, without };
}

async function expectRow(
  files: Readonly<Record<string, Content>>,
  { text, notes = [], error, options }: Expected,
): Promise<void> {
  const { found, without } = await read(files, options);
  if (error) {
    const { message, hint } = await errorOf(found);
    expect(without(message)).toMatch(error[0]);
    expect(without(hint)).toMatch(error[1]);
    return;
  }
  const { text: learned, notices } = await found;
  expect(learned).toBe(text);
  const remarks = notices.map(without).filter((notice) => !ON_SIZE.test(notice));
  expect(remarks).toEqual(notes.map((note) => expect.stringMatching(note)));
}

const TEXT = 'The lamp was lit.\n\nThe café was empty, and the sea went on.\nNobody came.\n';

const random = new Random(1, Stream.sampling);
const WORDS =
  'the a keeper lamp sea boat letter night stairs landing reef morning wind never slowly again found wrote carried western'.split(
    ' ',
  );
const sentence = () => {
  const words = Array.from({ length: 6 + random.below(9) }, () => WORDS[random.below(WORDS.length)]!);
  return `The ${words.join(' ')}.`;
};
const PROSE = Array.from({ length: 20 }, () => Array.from({ length: 5 }, sentence).join(' '));

function wrap(paragraph: string, width: number): string {
  let [text, line] = ['', ''];
  for (const word of paragraph.split(' ')) {
    if (line.length + 1 + word.length > width) {
      text += `${line}\n`;
      line = word;
    } else line += line === '' ? word : ` ${word}`;
  }
  return text + line;
}

const GUTENBERG = (text: string) =>
  `The Project Gutenberg eBook of A Log\n\nThis eBook is for the use of anyone anywhere.\n\n*** START OF THE PROJECT GUTENBERG EBOOK A LOG ***\n\n\n${text}\n\n*** END OF THE PROJECT GUTENBERG EBOOK A LOG ***\n\nUpdated editions will replace the previous one.\n`;

describe('languages in their encodings', () => {
  const rows = LANGUAGES.flatMap(({ name, encodings, sentences }) =>
    encodings.flatMap((encoding) => {
      const own = sentences.filter((one) => decode(encode(one, encoding), encoding) === one);
      // Each character several times: that some are rare would be another remark.
      return own.length === 0 ? [] : [[name, encoding, `${own.join('\n')}\n`.repeat(5)] as const];
    }),
  );
  it.each(rows)('%s in %s is read with --encoding auto, and said', async (_, encoding, text) => {
    const notes = [/^a\.txt is not UTF-8: read as \S+ \(".+"\)$/];
    await expectRow({ 'a.txt': encode(text, encoding) }, { text, notes, options: { encoding: 'auto' } });
  });
});

const ENCODED: readonly Row[] = [
  ['UTF-8', 'a.txt', TEXT, { text: TEXT }],
  ['UTF-8 with a byte order mark', 'a.txt', `\ufeff${TEXT}`, { text: TEXT }],
  [
    'UTF-16 with a byte order mark',
    'a.txt',
    Buffer.from(`\ufeff${TEXT}`, 'utf16le'),
    { text: TEXT, notes: [/a\.txt.*UTF-16/i] },
  ],
  [
    'UTF-16 with the high byte first',
    'a.txt',
    Buffer.from(`\ufeff${TEXT}`, 'utf16le').swap16(),
    { text: TEXT, notes: [/a\.txt.*UTF-16/i] },
  ],
  [
    'UTF-16 without a mark',
    'a.txt',
    Buffer.from(TEXT, 'utf16le'),
    { error: [/not UTF-8/, /--encoding utf-16le/] },
  ],
  [
    'windows-1252',
    'a.txt',
    encode(TEXT, 'windows-1252'),
    {
      error: [
        /a\.txt is not UTF-8: at offset 26 .*most likely windows-1252 \("The café was empty/,
        /--encoding windows-1252/,
      ],
    },
  ],
  [
    'windows-1252 by name',
    'a.txt',
    encode('“Curly” quotes — and a lamp, and so on until morning…\n', 'windows-1252'),
    {
      text: '“Curly” quotes — and a lamp, and so on until morning…\n',
      options: { encoding: 'windows-1252' },
    },
  ],
  [
    'UTF-8 said to be Latin-1',
    'a.txt',
    TEXT,
    { text: Buffer.from(TEXT).toString('latin1'), options: { encoding: 'latin1' }, notes: [/UTF-8/] },
  ],
  [
    'malformed UTF-8',
    'a.txt',
    Buffer.from('A caf\xe9, \xff and a pot of tea for two.\n', 'latin1'),
    {
      text: 'A caf\ufffd, \ufffd and a pot of tea for two.\n',
      options: { encoding: 'utf8-lossy' },
      notes: [/2 malformed/],
    },
  ],
  [
    'bytes',
    'a.txt',
    Buffer.from('\0\r\n\xffA'.repeat(9), 'latin1'),
    { text: '\0\r\n\xffA'.repeat(9), options: { encoding: 'bytes' } },
  ],
];

const WRAPPED = `${PROSE.map((paragraph) => wrap(paragraph, 64)).join('\n\n')}\n`;
const JOINED = `${PROSE.join('\n\n')}\n`;
const VERSE = Array.from(
  { length: 40 },
  (_, i) => `The lamp is ${i} and the sea is grey,\nand nobody comes to the rock today`,
).join('\n');

const LINE_ENDS: readonly Row[] = [
  ['CR LF', 'a.txt', TEXT.replaceAll('\n', '\r\n'), { text: TEXT }],
  ['CR', 'a.txt', TEXT.replaceAll('\n', '\r'), { text: TEXT }],
  [
    'a mixture',
    'a.txt',
    TEXT.replace('\n', '\r\n'),
    { text: TEXT, notes: [/mixes line ends \(1 CR LF and 3 LF\)/] },
  ],
  [
    'CR LF that is kept',
    'a.txt',
    TEXT.replaceAll('\n', '\r\n'),
    { text: TEXT.replaceAll('\n', '\r\n'), options: { normalizeNewlines: false } },
  ],
  [
    'CR LF in bytes',
    'a.txt',
    'The lamp was lit.\r\nThe sea went on.\r\n',
    { text: 'The lamp was lit.\r\nThe sea went on.\r\n', options: { encoding: 'bytes' } },
  ],
  [
    'no line end at the end',
    'a.txt',
    'The lamp was lit. The sea went on.',
    { text: 'The lamp was lit. The sea went on.' },
  ],
  [
    'CR LF in UTF-16',
    'a.txt',
    Buffer.from(`\ufeff${TEXT.replaceAll('\n', '\r\n')}`, 'utf16le'),
    { text: TEXT, notes: [/UTF-16/i] },
  ],
];

const PARAGRAPHS = ['The lamp was lit.', 'The café was empty.', 'Nobody came.'];
const READ = `${PARAGRAPHS.join('\n\n')}\n`;
const PAGE = `<!DOCTYPE html><html><head><title>Log</title><style>p { }</style></head><body>${PARAGRAPHS.map((one) => `<p>${one}</p>`).join('')}</body></html>`;

const CONTAINERS: readonly Row[] = [
  [
    'a Word document',
    'a.docx',
    docx(PARAGRAPHS),
    { text: READ, notes: [/^a\.docx: a Word document, read as text/] },
  ],
  [
    'verse in Word',
    'a.docx',
    docx('<w:p><w:r><w:t>The lamp was lit,</w:t><w:br/><w:t>and the sea went on.</w:t></w:r></w:p>'),
    { text: 'The lamp was lit,\nand the sea went on.\n', notes: [/Word/] },
  ],
  ['Word without its name', 'a', docx(PARAGRAPHS), { text: READ, notes: [/^a: a Word document/] }],
  [
    'a heading in Word',
    'a.docx',
    docx(wordParagraph('One', 'Heading1') + wordParagraph('The lamp was lit, and the sea went on.')),
    { text: 'One\n\nThe lamp was lit, and the sea went on.\n', notes: [/Word/] },
  ],
  [
    'an OpenDocument text',
    'a.odt',
    odt(PARAGRAPHS),
    { text: READ, notes: [/^a\.odt: an OpenDocument text, read as text/] },
  ],
  [
    'an EPUB book',
    'a.epub',
    epub({ chapters: ['<h1>One</h1><p>The lamp was lit.</p>', '<p>Nobody came.</p>'] }),
    { text: 'One\n\nThe lamp was lit.\n\nNobody came.\n', notes: [/^a\.epub: an EPUB book, read as text/] },
  ],
  ['a page of HTML', 'a.html', PAGE, { text: READ, notes: [/^a\.html: a page of HTML, read without tags/] }],
  ['a page of HTML with its tags', 'a.html', PAGE, { text: PAGE, options: { strip: false } }],
  ['HTML without its name', 'a.txt', PAGE, { text: READ, notes: [/HTML/] }],
  [
    'HTML in windows-1251',
    'a.html',
    encode(
      '<html><head><meta charset="windows-1251"></head><body><p>Маяк светил, и никто не пришёл.</p></body></html>',
      'windows-1251',
    ),
    { text: 'Маяк светил, и никто не пришёл.\n', notes: [/HTML/, /windows-1251/] },
  ],
  ['gzip', 'a.txt.gz', gzipSync(TEXT), { text: TEXT, notes: [/^a\.txt\.gz.*gzip/] }],
  ['gzip of HTML', 'a.html.gz', gzipSync(PAGE), { text: READ, notes: [/HTML/] }],
  [
    'gzip of windows-1252',
    'a.txt.gz',
    gzipSync(encode(TEXT, 'windows-1252')),
    { error: [/a\.txt\.gz is not UTF-8/, /--encoding windows-1252/] },
  ],
  [
    'a table',
    'a.csv',
    'kind,text\na,one river and a lamp\nb,two rivers\n',
    {
      text: '\u0003one river and a lamp\u0003two rivers\u0003',
      options: { texts: 'auto' },
      notes: [/2 records in the column text/],
    },
  ],
  [
    'a table, compressed',
    'a.csv.gz',
    gzipSync('kind,text\na,one river and a lamp\nb,two rivers\n'),
    {
      text: '\u0003one river and a lamp\u0003two rivers\u0003',
      options: { texts: 'auto' },
      notes: [/gzip/, /2 records in the column text/],
    },
  ],
  [
    'verse in JSON',
    'a.json',
    '[{"lines":["one river,","two rivers"]},{"lines":["a lamp,","a sea"]}]',
    {
      text: '\u0003one river,\ntwo rivers\u0003a lamp,\na sea\u0003',
      options: { texts: 'auto' },
      notes: [/2 records in the column lines/],
    },
  ],
  [
    'Markdown',
    'a.md',
    '# One\n\n<b>The</b> lamp was lit.\n',
    { text: '# One\n\n<b>The</b> lamp was lit.\n' },
  ],
  [
    'XML',
    'a.xml',
    '<?xml version="1.0"?>\n<log><day>The lamp was lit.</day></log>\n',
    { text: '<?xml version="1.0"?>\n<log><day>The lamp was lit.</day></log>\n' },
  ],
];

const LAYOUT: readonly Row[] = [
  ['wrapped prose', 'a.txt', WRAPPED, { text: WRAPPED, notes: [/--unwrap/] }],
  [
    'wrapped prose that is joined',
    'a.txt',
    WRAPPED,
    { text: JOINED, options: { unwrap: true }, notes: [/joined|unwrap/] },
  ],
  [
    'wrapped prose with CR LF',
    'a.txt',
    WRAPPED.replaceAll('\n', '\r\n'),
    { text: JOINED, options: { unwrap: true }, notes: [/joined|unwrap/] },
  ],
  ['prose that is not wrapped', 'a.txt', JOINED, { text: JOINED }],
  ['verse', 'a.txt', VERSE, { text: VERSE }],
  ['verse, with --unwrap', 'a.txt', VERSE, { text: VERSE, options: { unwrap: true }, notes: [/unwrap/] }],
  ['a book of Project Gutenberg', 'a.txt', GUTENBERG(JOINED), { text: JOINED, notes: [/Project Gutenberg/] }],
  [
    'a book of Project Gutenberg as it is',
    'a.txt',
    GUTENBERG(JOINED),
    { text: GUTENBERG(JOINED), options: { strip: false } },
  ],
];

const bytes = (start: string | readonly number[]) =>
  Buffer.concat([Buffer.from(start as string, 'latin1'), Buffer.alloc(200)]);
const refused = (what: RegExp, hint: RegExp): Expected => ({ error: [what, hint] });

const REFUSED: readonly Row[] = [
  ['a PDF', 'a.pdf', bytes('%PDF-1.7\n'), refused(/a\.pdf is a PDF/, /pdftotext/)],
  [
    'an old Word document',
    'a.doc',
    bytes([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]),
    refused(/\.doc/, /docx/),
  ],
  ['rich text', 'a.rtf', '{\\rtf1\\ansi The lamp was lit.}', refused(/Rich Text/, /docx/)],
  ['a zip archive', 'a.zip', zip([{ name: 'a.txt', data: TEXT }]), refused(/a zip archive/, /unzip/)],
  [
    'an Excel workbook',
    'a.xlsx',
    zip([{ name: 'xl/workbook.xml', data: 'x' }]),
    refused(/an Excel workbook/, /\.csv/),
  ],
  ['a picture', 'a.png', bytes('\x89PNG\r\n\x1a\n'), refused(/a PNG picture/, /OCR/)],
  ['a photograph', 'a.jpg', bytes([0xff, 0xd8, 0xff, 0xe0]), refused(/a JPEG picture/, /OCR/)],
  [
    'a Git LFS pointer',
    'a.txt',
    'version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 12345\n',
    refused(/LFS/, /git lfs pull/),
  ],
  [
    'a tar archive',
    'a.tar',
    Buffer.concat([Buffer.alloc(257), Buffer.from('ustar'), Buffer.alloc(300)]),
    refused(/a tar archive/, /tar xf/),
  ],
  [
    'a tar archive, compressed',
    'a.tar.gz',
    gzipSync(Buffer.concat([Buffer.alloc(257), Buffer.from('ustar'), Buffer.alloc(300)])),
    refused(/a tar archive, compressed/, /tar xzf/),
  ],
  [
    'a Word document, compressed',
    'a.docx.gz',
    gzipSync(docx(PARAGRAPHS)),
    refused(/a Word document, compressed/, /gunzip/),
  ],
  [
    'a Kindle book',
    'a.mobi',
    Buffer.concat([Buffer.alloc(60), Buffer.from('BOOKMOBI'), Buffer.alloc(99)]),
    refused(/Kindle/, /ebook-convert/),
  ],
  ['a program', 'a', bytes('\x7fELF'), refused(/program|executable/, /./)],
  ['a database', 'a.db', bytes('SQLite format 3\0'), refused(/SQLite/, /./)],
  [
    'an encrypted EPUB',
    'a.epub',
    epub({ chapters: ['<p>x</p>'], encryption: 'http://www.w3.org/2001/04/xmlenc#aes128-cbc' }),
    refused(/protected|encrypted/, /./),
  ],
  [
    'half a Word document',
    'a.docx',
    docx(PARAGRAPHS).subarray(0, 700),
    refused(/a\.docx is a Word document, and cannot be read: it is damaged/, /Word/),
  ],
  [
    'a bomb',
    'a.docx',
    docx(`<w:p><w:r><w:t>${' '.repeat(8_000_000)}</w:t></w:r></w:p>`),
    refused(/unpacks to more than 1,000,000/, /plain text file/),
  ],
  ['an empty file', 'a.txt', '', refused(/there is no text in it/, /few thousand/)],
  ['one letter', 'a.txt', 'aaaa', refused(/one repeated character/, /./)],
  [
    'a binary file',
    'a.bin',
    Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 37) % 256)),
    refused(/binary/, /--encoding bytes/),
  ],
];

const many = (one: string) => `${one}\n`.repeat(40);
const TROUBLE: readonly Row[] = [
  [
    'letters in two forms',
    'a.txt',
    many('The café was a cafe\u0301.'),
    { text: many('The café was a cafe\u0301.'), notes: [/--normalize nfc/] },
  ],
  [
    'letters in one form',
    'a.txt',
    many('The café was a cafe\u0301.'),
    { text: many('The café was a café.'), options: { normalize: 'nfc' }, notes: [/40 letters composed/] },
  ],
  [
    'colours in a log',
    'a.txt',
    many('\u001b[31mred\u001b[0m'),
    { text: many('\u001b[31mred\u001b[0m'), notes: [/terminal escapes/] },
  ],
  [
    'invisible characters',
    'a.txt',
    many('a zero\u200bwidth and a soft\u00adhyphen'),
    { text: many('a zero\u200bwidth and a soft\u00adhyphen'), notes: [/zero|U\+200B/] },
  ],
  [
    'UTF-8 read as windows-1252',
    'a.txt',
    many('The cafÃ© was empty.'),
    { text: many('The cafÃ© was empty.'), notes: [/once read as windows-1252/] },
  ],
  [
    'lost characters',
    'a.txt',
    many('The caf\ufffd was empty.'),
    { text: many('The caf\ufffd was empty.'), notes: [/U\+FFFD/] },
  ],
];

describe.each<[string, readonly Row[]]>([
  ['encodings', ENCODED],
  ['line ends', LINE_ENDS],
  ['containers', CONTAINERS],
  ['layout', LAYOUT],
  ['files that are refused', REFUSED],
  ['hidden trouble', TROUBLE],
])('%s', (_, rows) => {
  it.each(rows)('%s (%s)', async (_, name, content, expected) => {
    await expectRow({ [name]: content }, expected);
  });
});

it('a folder is read file by file, each as what it is, and names what is left out', async () => {
  await expectRow(
    {
      'a.txt': encode('Das Café war leer, und die Tür stand offen.\n', 'windows-1252'),
      'b.txt': 'Маяк светил.\n',
      'c.docx': docx(PARAGRAPHS),
      'd.png': bytes('\x89PNG\r\n\x1a\n'),
      'e.pdf': bytes('%PDF-1.7\n'),
    },
    {
      text: `Das Café war leer, und die Tür stand offen.\nМаяк светил.\n${READ}`,
      notes: [/d\.png \(a PNG picture\).*e\.pdf \(a PDF\)/, /c\.docx/, /a\.txt.*windows-1252/],
    },
  );
});

describe('the command', () => {
  it('says what it reads and what it refuses', async () => {
    const folder = mkdtempSync(join(root, 'command-'));
    writeFileSync(join(folder, 'log.docx'), docx(PARAGRAPHS));
    writeFileSync(join(folder, 'log.pdf'), bytes('%PDF-1.7\n'));
    const plan = await run(folder, ['train', 'log.docx', '--plan', '--hidden', '4', '--layers', '1']);
    expect(plan.code).toBe(0);
    expect(plan.stdout).toMatch(/log\.docx: a Word document, read as text/);
    expectFailure(await run(folder, ['train', 'log.pdf']), 65, /log\.pdf is a PDF.*pdftotext/);
    expect(readdirSync(folder).sort()).toEqual(['log.docx', 'log.pdf']);
  });
});
