import { begins, both, has, hasZero, isZip, mediaTypeOf, names } from './magics.js';

/** A kind of file from which no text is read. */
export interface RefusedKind {
  /** What comes after "it is". */
  readonly what: string;
  readonly fits: (head: Buffer, name: string) => boolean;
  /** What makes text of it. @param path quoted for a shell */
  readonly hint: (path: string) => string;
  /** What a file of a model has, instead of text. */
  readonly holds?: 'weights' | 'network';
}

const named = (endings: RegExp) => (_: Buffer, name: string) => endings.test(name);
/** How to unpack a file. Windows has none of the usual commands. */
export const unpack = (command: string) => (path: string) =>
  process.platform === 'win32'
    ? 'Unpack it first, for example with 7-Zip.'
    : `Unpack it first: ${command} ${path}.`;
const saveAs = (program: string, kind: string) => () => `Open it in ${program} and save it as ${kind}.`;
const convert = (kind: string, program: string) => (path: string) =>
  `Save it as ${kind} in ${program}, or run: soffice --convert-to ${kind.replace('.', '')} ${path}.`;
const withCalibre = (path: string) => `Make an EPUB of it with Calibre: ebook-convert ${path} book.epub.`;
const recognise = (path: string) =>
  `A picture has no text. If it shows some, read it with an OCR program: tesseract ${path} text.`;
const transcribe = () =>
  'Audio and video have no text. If there is speech in it, make text of it with a speech recogniser.';
const noText = () => 'There is no text in such a file. Give a text file.';

const riff = (kind: string) => both(begins('RIFF'), has(8, kind));
/** The brand of an ISO base media file. */
const brand = (...brands: readonly string[]) => both(has(4, 'ftyp'), has(8, ...brands));
const OLE = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
const isOle = begins(OLE);
const isSpreadsheet = (head: Buffer) => mediaTypeOf(head)?.includes('opendocument.spreadsheet') === true;
const isPresentation = (head: Buffer) => mediaTypeOf(head)?.includes('opendocument.presentation') === true;
const isDrawing = (head: Buffer) => mediaTypeOf(head)?.includes('opendocument.') === true;

/** Documents. */
const DOCUMENTS: readonly RefusedKind[] = [
  {
    what: 'a PDF',
    fits: begins('%PDF-'),
    hint: (path) => `Make text of it first: pdftotext ${path} (in the package poppler-utils).`,
  },
  {
    what: 'an Office document that is protected by a password',
    fits: (head, name) =>
      isOle(head) &&
      (/\.(doc|dot|xls|ppt)[xm]$/i.test(name) || head.includes(Buffer.from('EncryptedPackage', 'utf16le'))),
    hint: () => 'Open it, remove the password (in Word: File, Info, Protect Document), and save it.',
  },
  {
    what: 'a Word document of the old kind (.doc)',
    fits: (head, name) => isOle(head) && /\.(doc|dot)$/i.test(name),
    hint: convert('.docx', 'Word'),
  },
  {
    what: 'an Excel workbook of the old kind (.xls)',
    fits: (head, name) => isOle(head) && /\.xl\w$/i.test(name),
    hint: convert('.csv', 'Excel'),
  },
  {
    what: 'an Outlook message',
    fits: (head, name) => isOle(head) && /\.msg$/i.test(name),
    hint: saveAs('Outlook', 'text'),
  },
  {
    what: 'a file of an old Office program (such as .doc, .xls or .ppt)',
    fits: isOle,
    hint: convert('.docx', 'Word'),
  },
  { what: 'a document in Rich Text Format', fits: begins('{\\rtf'), hint: convert('.docx', 'Word') },
  { what: 'a WordPerfect document', fits: begins('\xffWPC'), hint: convert('.docx', 'LibreOffice') },
  { what: 'an e-book for Kindle', fits: has(60, 'BOOKMOBI', 'TEXtREAd'), hint: withCalibre },
  {
    what: 'an e-book for Kindle',
    fits: both(begins('TPZ', 'CONT', '\xeaDRMION'), hasZero),
    hint: withCalibre,
  },
  { what: 'an e-book for Microsoft Reader', fits: begins('ITOLITLS'), hint: withCalibre },
  { what: 'a help file of Windows (.chm)', fits: both(begins('ITSF'), hasZero), hint: withCalibre },
  {
    what: 'a DjVu document',
    fits: begins('AT&TFORM'),
    hint: (path) => `Make text of it first: djvutxt ${path} text.txt.`,
  },
  {
    what: 'a PostScript file',
    fits: begins('%!PS', [0xc5, 0xd0, 0xd3, 0xc6]),
    hint: (path) => `Make text of it first: ps2ascii ${path} text.txt.`,
  },
  {
    what: 'a link to a document on Google Drive',
    fits: (head, name) => /\.g(doc|sheet|slides)$/i.test(name) && head.includes('google.com'),
    hint: () => 'Open it in the browser and download it: File, Download, Microsoft Word.',
  },
];

/** Zip archives, by the names of their files; the last row is of all others. */
const ZIPS: readonly RefusedKind[] = [
  {
    what: 'an Excel workbook',
    fits: (head, name) => isZip(head) && (head.includes('xl/work') || named(/\.xls[xmb]$/i)(head, name)),
    hint: convert('.csv', 'Excel'),
  },
  {
    what: 'a PowerPoint presentation',
    fits: (head, name) => isZip(head) && (head.includes('ppt/') || named(/\.pp[ts][xm]$/i)(head, name)),
    hint: saveAs('PowerPoint', 'outline (.rtf), and that in Word as .docx'),
  },
  { what: 'an OpenDocument spreadsheet', fits: isSpreadsheet, hint: convert('.csv', 'LibreOffice') },
  {
    what: 'an OpenDocument presentation',
    fits: isPresentation,
    hint: (path) => `Make text of it first: soffice --convert-to txt ${path}.`,
  },
  { what: 'an OpenDocument drawing or formula', fits: isDrawing, hint: noText },
  {
    what: 'a document of Pages, Numbers or Keynote',
    fits: (head, name) =>
      isZip(head) && (head.includes('Index/Document.iwa') || named(/\.(pages|numbers|key)$/i)(head, name)),
    hint: () => 'Open it and export it: File, Export To, Word or plain text.',
  },
  { what: 'a file of PyTorch', fits: names('.pkl'), hint: noText, holds: 'weights' },
  { what: 'an archive of NumPy', fits: names('.npy'), hint: noText, holds: 'weights' },
  { what: 'a zip archive', fits: isZip, hint: unpack('unzip') },
];

const ARCHIVES: readonly RefusedKind[] = [
  {
    what: 'compressed with bzip2',
    fits: both(begins('BZh'), has(4, '1AY&SY', '\x17\x72\x45\x38\x50\x90')),
    hint: unpack('bunzip2'),
  },
  { what: 'compressed with xz', fits: begins('\xfd7zXZ'), hint: unpack('unxz') },
  { what: 'compressed with zstd', fits: begins('\x28\xb5\x2f\xfd'), hint: unpack('unzstd') },
  { what: 'compressed with lz4', fits: begins([4, 0x22, 0x4d, 0x18]), hint: unpack('unlz4') },
  { what: 'compressed with lzip', fits: both(begins('LZIP'), hasZero), hint: unpack('lzip -d') },
  { what: 'compressed with compress', fits: begins([0x1f, 0x9d]), hint: unpack('uncompress') },
  { what: 'compressed with lzma', fits: both(begins([0x5d, 0, 0]), hasZero), hint: unpack('unlzma') },
  { what: 'a tar archive', fits: has(257, 'ustar'), hint: unpack('tar xf') },
  { what: 'a 7z archive', fits: begins('7z\xbc\xaf\x27\x1c'), hint: unpack('7z x') },
  { what: 'a RAR archive', fits: begins('Rar!\x1a\x07'), hint: unpack('unrar x') },
  { what: 'a cabinet archive', fits: both(begins('MSCF'), hasZero), hint: unpack('cabextract') },
  { what: 'an ar archive or package', fits: begins('!<arch>\n'), hint: unpack('ar x') },
];

const MEDIA: readonly RefusedKind[] = [
  { what: 'a PNG picture', fits: begins('\x89PNG'), hint: recognise },
  { what: 'a JPEG picture', fits: begins([0xff, 0xd8, 0xff]), hint: recognise },
  { what: 'a GIF picture', fits: both(begins('GIF87a', 'GIF89a'), hasZero), hint: recognise },
  { what: 'a WebP picture', fits: riff('WEBP'), hint: recognise },
  { what: 'a TIFF picture', fits: begins('II*\0', 'MM\0*'), hint: recognise },
  { what: 'a HEIC picture', fits: brand('heic', 'heix', 'mif1', 'msf1', 'heim'), hint: recognise },
  { what: 'an AVIF picture', fits: brand('avif'), hint: recognise },
  { what: 'a BMP picture', fits: both(begins('BM'), has(6, '\0\0\0\0')), hint: recognise },
  { what: 'an icon', fits: begins([0, 0, 1, 0]), hint: noText },
  { what: 'a picture of Photoshop', fits: both(begins('8BPS'), hasZero), hint: recognise },
  { what: 'a picture of GIMP', fits: both(begins('gimp xcf '), hasZero), hint: recognise },
  {
    what: 'a JPEG 2000 or JPEG XL picture',
    fits: begins('\0\0\0\x0cjP  ', '\0\0\0\x0cJXL '),
    hint: recognise,
  },
  {
    what: 'an audio file',
    fits: (head) =>
      [
        riff('WAVE'),
        begins('fLaC\0', 'OggS\0'),
        both(begins('ID3', 'FORM', 'MThd'), hasZero),
        brand('M4A', 'M4B'),
      ].some((fits) => fits(head)),
    hint: transcribe,
  },
  {
    what: 'an audio file',
    fits: both(begins([0xff, 0xfb], [0xff, 0xf3], [0xff, 0xf2], [0xff, 0xf1], [0xff, 0xf9]), hasZero),
    hint: transcribe,
  },
  {
    what: 'a video',
    fits: (head) =>
      [
        riff('AVI '),
        has(4, 'ftyp'),
        begins([0x1a, 0x45, 0xdf, 0xa3], [0, 0, 1, 0xba], [0x30, 0x26, 0xb2, 0x75]),
        both(begins('FLV'), hasZero),
      ].some((fits) => fits(head)),
    hint: transcribe,
  },
  {
    what: 'a font',
    fits: both(begins('wOFF', 'wOF2', 'OTTO', 'ttcf', [0, 1, 0, 0, 0]), hasZero),
    hint: noText,
  },
];

const DATA: readonly RefusedKind[] = [
  {
    what: 'a program',
    fits: both(
      begins(
        '\x7fELF',
        'MZ',
        '\0asm',
        [0xfe, 0xed, 0xfa],
        [0xce, 0xfa, 0xed, 0xfe],
        [0xcf, 0xfa, 0xed, 0xfe],
        [0xca, 0xfe, 0xba, 0xbe],
      ),
      hasZero,
    ),
    hint: noText,
  },
  {
    what: 'an SQLite database',
    fits: begins('SQLite format 3\0'),
    hint: (path) => `Write what you need of it to a CSV file: sqlite3 -csv ${path} "select ..." > texts.csv.`,
  },
  {
    what: 'a Parquet file',
    fits: both(begins('PAR1'), hasZero),
    hint: () => 'Convert it to CSV or JSON Lines, for example with DuckDB.',
  },
  {
    what: 'an Arrow file',
    fits: begins('ARROW1\0'),
    hint: () => 'Convert it to CSV or JSON Lines, for example with DuckDB.',
  },
  {
    what: 'a pointer of Git LFS, which stands for a file that was not downloaded',
    fits: begins('version https://git-lfs.github.com/'),
    hint: () => 'Download the file itself: git lfs pull.',
  },
  {
    what: 'a pickle of Python, such as an older file of PyTorch',
    fits: (head) => head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5,
    hint: noText,
    holds: 'weights',
  },
  { what: 'a model in the format GGUF', fits: both(begins('GGUF'), hasZero), hint: noText, holds: 'network' },
  { what: 'a file of HDF5, such as Keras writes', fits: begins('\x89HDF'), hint: noText, holds: 'network' },
  { what: 'an array of NumPy', fits: begins('\x93NUMPY'), hint: noText, holds: 'weights' },
  {
    what: 'a checkpoint or other file of tensors',
    fits: (head) => head.length > 8 && head.readUInt32LE(4) === 0 && has(8, '{"')(head),
    hint: noText,
    holds: 'weights',
  },
];

/** All kinds that are refused. The first row that fits counts. */
export const REFUSED: readonly RefusedKind[] = [...DOCUMENTS, ...ZIPS, ...ARCHIVES, ...MEDIA, ...DATA];
