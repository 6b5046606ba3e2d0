// The text of documents: what stays, what is left out, and what is refused.

import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Source } from '../../../src/text/files/source.js';
import { type DocumentKind, extracted } from '../../../src/text/formats/extract.js';

import { docx, epub, odt, wordParagraph } from '../../helpers/documents.js';
import { errorOf } from '../../helpers/files.js';
import { zip } from '../../helpers/zip.js';

/** A source of bytes that come in chunks of the given size. */
function sourceOf(label: string, bytes: Uint8Array, size = 1 << 18): Source {
  return {
    label,
    stats: undefined,
    identity: undefined,
    mustBeReadWhole: () => false,
    async *read() {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    },
  };
}

async function textOf(
  bytes: Uint8Array | string,
  kind: DocumentKind,
  { size, most = 1e9 }: { size?: number; most?: number } = {},
): Promise<string> {
  const source = sourceOf(`file.${kind}`, typeof bytes === 'string' ? Buffer.from(bytes) : bytes, size);
  const chunks: Uint8Array[] = [];
  for await (const chunk of extracted(source, kind, { most }).read('')) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const page = (body: string) =>
  `<!DOCTYPE html><html><head><title>T</title></head><body>${body}</body></html>`;
const html = (body: string) => textOf(page(body), 'html');
const word = (body: string | readonly string[]) => textOf(docx(body), 'word');

describe('HTML', () => {
  it('paragraphs and headings are separated by blank lines, and blanks collapse', async () => {
    expect(await html('<h1>One</h1>\n<p>Some  <b>bold</b>\n text.</p><p>More &amp; more&hellip;</p>')).toBe(
      'One\n\nSome bold text.\n\nMore & more…\n',
    );
  });
  it('verse keeps its lines, stanzas and indents', async () => {
    expect(await html('<p>One,<br>&nbsp;&nbsp;two,<br/>\nthree.</p><p>Four</p>')).toBe(
      'One,\n\u00a0\u00a0two,\nthree.\n\nFour\n',
    );
    const line = (text: string) => `<div class="line">${text}</div>`;
    const stanza = `<div class="stanza">${line('One')}${line('two')}</div>`;
    expect(await html(`<div class="poem">${stanza}${stanza}</div><p>End</p>`)).toBe(
      'One\ntwo\n\nOne\ntwo\n\nEnd\n',
    );
  });
  it('lists have a line for each item, and tables one for each row', async () => {
    expect(await html('<p>A</p><ul><li>One<li><p>Two</p><ul><li>Three</ul></ul><p>B</p>')).toBe(
      'A\n\nOne\nTwo\nThree\n\nB\n',
    );
    const row = '<tr><td>1</td><td></td><td><p>3</p></td></tr>';
    expect(await html(`A<table><tr><th>a<th>b<th>c</tr>${row}${row}</table>B`)).toBe(
      'A\n\na\tb\tc\n1\t\t3\n1\t\t3\n\nB\n',
    );
  });
  it('scripts, styles, menus, comments and hidden parts are left out', async () => {
    expect(
      await html(
        '<nav><a>Home</a></nav><script>if (a < b) x()</script><style>p{}</style><!-- no --><p>Yes</p><p hidden>no</p><div style="color: red; display:none">no<p>no</div><ruby>漢<rt>kan</rt></ruby>',
      ),
    ).toBe('Yes\n\n漢\n');
  });
  it('preformatted text keeps its blanks and lines', async () => {
    expect(await html('<p>A</p><pre>\n  if x:\n\n\n      y\n</pre><p>B</p>')).toBe(
      'A\n\n  if x:\n\n\n      y\n\nB\n',
    );
  });
  it('is read the same in chunks of any size, also when it is malformed', async () => {
    const text = page('<p>Ünïcödé &euro; &notit; <b><i>x</b></i></div> a < b &#x1F600; <br></p></span>');
    const whole = await textOf(text, 'html');
    for (const size of [1, 2, 3, 7]) expect(await textOf(text, 'html', { size })).toBe(whole);
    expect(whole).toContain('Ünïcödé €');
    expect(whole).toContain('a < b 😀');
  });
});

describe('Word', () => {
  it('paragraphs, headings, breaks and tabs stay', async () => {
    const body =
      wordParagraph('Title', 'Heading1') +
      wordParagraph('One  two.') +
      '<w:p><w:pPr><w:tabs><w:tab w:val="left" w:pos="720"/></w:tabs></w:pPr><w:r><w:t>A</w:t><w:br/><w:t xml:space="preserve">B </w:t></w:r><w:r><w:tab/><w:t>C</w:t></w:r></w:p>';
    expect(await word(body)).toBe('Title\n\nOne  two.\n\nA\nB \tC\n');
  });
  it('deleted text, codes of fields, hidden text, copies of drawings and contents are left out', async () => {
    const body = [
      wordParagraph('Contents\t1', 'TOC1'),
      '<w:p><w:r><w:t>Yes</w:t></w:r><w:del w:id="1"><w:r><w:delText>no</w:delText></w:r></w:del>',
      '<w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>no</w:t></w:r>',
      '<w:ins w:id="2"><w:r><w:t>, and new</w:t></w:r></w:ins><w:r><w:br w:type="page"/></w:r>',
      '<w:r><mc:AlternateContent><mc:Choice><w:t>.</w:t></mc:Choice><mc:Fallback><w:t>no</w:t></mc:Fallback></mc:AlternateContent></w:r></w:p>',
    ];
    expect(await word(body.join(''))).toBe('Yes, and new.\n');
  });
  it('a table has a line for each row', async () => {
    const cell = (...texts: string[]) => `<w:tc>${texts.map((text) => wordParagraph(text)).join('')}</w:tc>`;
    const rows = `<w:tr>${cell('a')}${cell('')}${cell('c', 'd')}</w:tr><w:tr>${cell('1')}${cell('2')}${cell('3')}</w:tr>`;
    expect(await word(`${wordParagraph('A')}<w:tbl>${rows}</w:tbl>${wordParagraph('B')}`)).toBe(
      'A\n\na\t\tc\nd\n1\t2\t3\n\nB\n',
    );
  });
  it('a poem with a paragraph for each line is not torn apart', async () => {
    const poem = [
      'The tide came in at seven',
      'and took the boats along',
      '',
      'we counted them from heaven',
      'and hummed a sailors’ song,',
      'the harbour bell was ringing',
      'above the empty pier',
      '',
      'and nobody was singing',
    ];
    expect(await word(poem)).toBe(`${poem.join('\n')}\n`);
    const prose = poem.map((line) => line && `“${line}.”`);
    expect(await word(prose)).toBe(`${prose.filter(Boolean).join('\n\n')}\n`);
  });
  it('items of a list follow each other', async () => {
    const item = (text: string) =>
      `<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/></w:numPr></w:pPr><w:r><w:t>${text}</w:t></w:r></w:p>`;
    const styled = wordParagraph('three', 'ListBullet');
    expect(await word(wordParagraph('A:') + item('one') + item('two') + styled + wordParagraph('B'))).toBe(
      'A:\n\none\ntwo\nthree\n\nB\n',
    );
  });
});

describe('OpenDocument', () => {
  it('paragraphs, headings, breaks, blanks, lists and tables stay', async () => {
    const body =
      '<text:h>Title</text:h><text:p>One<text:s text:c="2"/>two<text:line-break/>three<text:tab/>four</text:p>' +
      '<text:list><text:list-item><text:p>a</text:p></text:list-item><text:list-item><text:p>b</text:p></text:list-item></text:list>' +
      '<table:table><table:table-row><table:table-cell><text:p>1</text:p></table:table-cell><table:table-cell><text:p>2</text:p></table:table-cell></table:table-row></table:table><text:p>End</text:p>';
    expect(await textOf(odt(body), 'open-document')).toBe(
      'Title\n\nOne  two\nthree\tfour\n\na\nb\n\n1\t2\n\nEnd\n',
    );
  });
  it('deleted text, notes and comments are left out', async () => {
    const body =
      '<text:tracked-changes><text:changed-region><text:deletion><text:p>no</text:p></text:deletion></text:changed-region></text:tracked-changes>' +
      '<text:p>Yes<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>no</text:p></text:note-body></text:note>.<office:annotation><text:p>no</text:p></office:annotation></text:p>';
    expect(await textOf(odt(body), 'open-document')).toBe('Yes.\n');
  });
});

describe('EPUB', () => {
  it('chapters are read in the order of the spine, without cover and contents', async () => {
    const chapters = ['<h1>I</h1><p>Call&#160;me.</p>', '<h1>II</h1><p>The <i>sea</i>.<br/>Waves.</p>'];
    expect(await textOf(epub({ chapters }), 'epub')).toBe('I\n\nCall\u00a0me.\n\nII\n\nThe sea.\nWaves.\n');
  });
  it('chapters may be in another encoding that they declare', async () => {
    const page = '<?xml version="1.0" encoding="windows-1251"?><html><body><p>Мой дядя</p></body></html>';
    const bytes = (text: string) => Buffer.from(text, 'utf16le').swap16();
    const cyrillic = Array.from(page, (letter) => {
      const code = letter.codePointAt(0)!;
      return code < 0x80 ? code : code - 0x410 + 0xc0;
    });
    const open = (chapter: Uint8Array) => {
      const item = (id: string) =>
        `<item id="${id}" href="${id}" media-type="text/html"/><itemref idref="${id}"/>`;
      return zip([
        { name: 'META-INF/container.xml', data: '<rootfile full-path="a.opf"/>' },
        { name: 'a.opf', data: item('a') },
        { name: 'a', data: chapter },
      ]);
    };
    expect(await textOf(open(Uint8Array.from(cyrillic)), 'epub')).toBe('Мой дядя\n');
    expect(await textOf(open(bytes(`\ufeff${page}`)), 'epub')).toBe('Мой дядя\n');
  });
  it('hidden fonts are no obstacle, and hidden text is refused by what it is', async () => {
    const chapters = ['<p>Text.</p>'];
    const fonts = epub({ chapters, encryption: 'http://www.idpf.org/2008/embedding' });
    expect(await textOf(fonts, 'epub')).toBe('Text.\n');
    const drm = epub({ chapters, encryption: 'http://www.w3.org/2001/04/xmlenc#aes128-cbc' });
    expect((await errorOf(textOf(drm, 'epub'))).message).toMatch(/encrypted by its seller \(DRM\)/);
  });
});

describe('gzip', () => {
  it('is unpacked, also if it consists of several parts', async () => {
    const bytes = Buffer.concat([gzipSync('One '), gzipSync('two')]);
    for (const size of [1, 5, 100]) expect(await textOf(bytes, 'gzip', { size })).toBe('One two');
  });
  it('is refused if it is cut short, damaged, or unpacks to a hundred times its size', async () => {
    const bytes = gzipSync(Array.from({ length: 1000 }, (_, i) => `${i * 7919} `).join(''));
    const cut = await errorOf(textOf(bytes.subarray(0, -9), 'gzip'));
    expect(cut.message).toMatch(/^file\.gzip is compressed with gzip, and cannot be read: it is cut short$/);
    const damaged = Buffer.from(bytes);
    damaged.fill(0xff, 20, 40);
    expect((await errorOf(textOf(damaged, 'gzip'))).message).toMatch(/it is damaged/);
    const bomb = await errorOf(textOf(gzipSync(Buffer.alloc(3e6)), 'gzip'));
    expect(bomb.message).toMatch(/has 2,\d{3} bytes, and unpacks to more than 1,000,000/);
  });
});

describe('an archive is refused', () => {
  const name = 'word/document.xml';
  const data = '<w:document/>';
  it.each<[string, Buffer, RegExp]>([
    ['if it is cut short', docx(['Text']).subarray(0, -30), /damaged or cut short/],
    ['if a checksum is wrong', zip([{ name, data, lies: { crc: 1 } }]), /checksum/],
    ['if a size is wrong', zip([{ name, data, lies: { size: 5 } }]), /damaged/],
    ['if its text is missing', zip([{ name: 'other.xml', data }]), /no part word\/document\.xml/],
    ['if it is encrypted', zip([{ name, data, lies: { flags: 1 } }]), /password/],
    ['if its compression is unknown', zip([{ name, data, lies: { method: 99 } }]), /unknown way/],
    [
      'if its files overlap',
      zip([
        { name: 'a', data },
        { name, data, lies: { dataOf: 0 } },
      ]),
      /overlap/,
    ],
    [
      'if it has a name that leads out of it',
      zip([
        { name: '../../x', data },
        { name, data },
      ]),
      /damaged/,
    ],
    ['if it is nested too deeply', docx('<w:p>'.repeat(1500)), /nested/],
    ['if it unpacks to too much', docx(`<!--${' '.repeat(2e6)}-->`), /unpacks to more than 1,000,000/],
    ['if it is not UTF-8', zip([{ name, data: Buffer.from([0x3c, 0x61, 0x3e, 0xff]) }]), /not UTF-8/],
  ])('%s', async (_, bytes, message) => {
    const error = await errorOf(textOf(bytes, 'word'));
    expect(error.message).toMatch(message);
    expect(error.exitCode).toBe(65);
  });
  it('if memory does not allow it', async () => {
    const bytes = docx(['x'.repeat(200_000)]);
    expect((await errorOf(textOf(bytes, 'word', { most: 500 }))).message).toMatch(/memory.* 500 bytes/);
    expect((await errorOf(textOf(bytes, 'word', { most: 50_000 }))).message).toMatch(/50,000 that memory/);
  });
});

it('entities of a document are not expanded, and many characters as entities stay', async () => {
  const bomb = `<!DOCTYPE x [<!ENTITY a "ha">${'<!ENTITY b "&a;&a;">'.repeat(50)}]>`;
  const name = 'word/document.xml';
  const body = `${bomb}<w:p><w:r><w:t>&b;${'&amp;'.repeat(1e5)}</w:t></w:r></w:p>`;
  const text = await textOf(zip([{ name, data: body, stored: true }]), 'word');
  expect(text.length).toBeGreaterThan(1e5);
  expect(text).not.toContain('ha');
});
