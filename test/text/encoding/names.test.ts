import { expect, test } from 'vitest';
import { codecOf } from '../../../src/text/encoding/codec.js';
import { ENCODINGS, encodingNamed, encodingsLike, isNamed } from '../../../src/text/encoding/names.js';

test('usual names of an encoding mean the same, whatever their case, hyphens and underscores', () => {
  const names = {
    utf8: ['UTF-8', 'utf_8', 'cp65001'],
    latin1: ['latin1', 'Latin-1', 'ISO-8859-1', 'iso8859_1'],
    'windows-1252': ['cp1252', 'CP-1252', 'Windows 1252', 'win1252', '1252'],
    'iso-8859-2': ['latin2', 'ISO_8859-2'],
    ibm866: ['cp866', 'IBM-866', 'dos866'],
    shift_jis: ['sjis', 'Shift-JIS', 'cp932'],
    gbk: ['GB2312', 'cp936'],
    'euc-kr': ['CP949', 'euc_kr'],
    'koi8-r': ['KOI8R'],
    'utf-16le': ['UTF-16', 'utf16le'],
    macintosh: ['MacRoman'],
    'utf8-lossy': ['UTF8_LOSSY'],
  };
  for (const [encoding, others] of Object.entries(names)) {
    for (const name of others) expect([name, encodingNamed(name)]).toEqual([name, encoding]);
  }
});

test('a name that no encoding has is answered with the nearest ones', () => {
  expect(encodingNamed('windos-1252')).toBeUndefined();
  expect(encodingsLike('windos-1252')).toEqual(['windows-1252']);
  expect(encodingsLike('shiftjs')).toEqual(['shift_jis']);
  expect(encodingsLike('iso-2022-jp')).not.toContain('utf8');
  expect(encodingsLike('something else entirely')).toEqual([]);
});

test('every named encoding can be decoded, and has ASCII', async () => {
  for (const encoding of ENCODINGS.filter(isNamed)) {
    const codec = await codecOf(encoding);
    const bytes = codec.encode('A line.\r\n');
    if (typeof bytes === 'string') throw new Error(`${encoding} has no ${bytes}`);
    expect([encoding, codec.decode(bytes)]).toEqual([
      encoding,
      { text: 'A line.\r\n', malformedAt: undefined },
    ]);
  }
});
