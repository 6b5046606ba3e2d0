import { describe, expect, it } from 'vitest';
import type { Encoding } from '../../src/text/encoding/names.js';
import { NOTHING_FOUND } from '../../src/text/findings.js';
import { pointsOf } from '../../src/text/points.js';
import { Tally } from '../../src/text/tally.js';
import { troubleNotices } from '../../src/text/trouble.js';
import { Vocabulary } from '../../src/text/vocabulary.js';

/** What is said of a text, which comes in chunks of this length. */
function troubleIn(text: string, encoding: Encoding = 'utf8', length = 7): string[] {
  const tally = new Tally();
  const points = pointsOf(text);
  for (let at = 0; at < points.length; at += length) {
    const chunk = points.subarray(at, at + length);
    tally.add(Math.max(...chunk) < (encoding === 'latin1' ? 0x100 : 0x80) ? Uint8Array.from(chunk) : chunk);
  }
  const codePoints = tally.found();
  const vocabulary = new Vocabulary(codePoints, encoding);
  return troubleNotices({ vocabulary, tally: tally.of(codePoints), findings: NOTHING_FOUND });
}

/** Text whose UTF-8 was read as windows-1252 (Node's decoder needs to stream for that). */
const misread = (text: string) => new TextDecoder('windows-1252').decode(Buffer.from(text), { stream: true });

describe('ordinary texts', () => {
  it.each([
    ['English', 'The lamp was lit at nine — “at last”, said the keeper… '],
    ['French', 'Là-bas, à l’abri : « Où vas-tu\u00a0? » Voilà\u00a0! Déjà\u00a0» '],
    ['Portuguese in capitals', 'NÃO HÁ SÃO JOÃO; AMANHÃ, © 2020 § 3º ÂNGELA Â ½ '],
    ['Icelandic', 'MEÐ ÞVÍ ER ÞAÐ »Ð« OG Ð·Ñ '],
    ['Vietnamese', 'Tất cả mọi người sinh ra đều được tự do và bình đẳng '],
    ['Hindi with joiners', 'सभी मनुष्यों को क्\u200dष श्\u200cर गौरव और अधिकारों '],
    ['Persian with joiners', 'می\u200cخواهم کتاب\u200cها را بخوانم '],
    ['Hebrew with marks', '\u200fכָּל בְּנֵי הָאָדָם נוֹלְדוּ\u200e '],
    ['Thai with spaces of no width', 'มนุษย์\u200bทั้งหลาย\u200bเกิดมา '],
    ['Japanese', '私は「夜」が、好きです。\u3000がぎぐ '],
    ['Korean', '모든 인간은 태어날 때부터 자유로우며 '],
    ['emoji', '👩\u200d💻 👨\u200d👩\u200d👧 ❤\ufe0f\u200d🔥 🏳\ufe0f\u200d🌈 '],
    ['code with tabs and form feeds', 'if (a) {\n\treturn b;\n}\f\v\n'],
  ])('have no trouble: %s', (_language, text) => {
    expect(troubleIn(text.repeat(30))).toEqual([]);
    expect(troubleIn(text.repeat(30), 'utf8', 100_000)).toEqual([]);
  });
});

describe('a note says that', () => {
  it('UTF-8 was once read as windows-1252', () => {
    const [note, ...others] = troubleIn(misread('Das Café war schön, “sehr” sogar. ').repeat(10));
    expect(note).toMatch(/^the text has "â€" and the like 40 times: .*iconv -f UTF-8 -t WINDOWS-1252 FILE$/);
    expect(others).toEqual([]);
    expect(troubleIn(misread('Ночь была тёмная. ').repeat(10))[0]).toContain('"Ð');
  });

  it('windows-1252 was read as Latin-1', () => {
    const text = '\x93Yes\x94, he said \x96 \x93no\x94. '.repeat(4);
    expect(troubleIn(text, 'latin1')).toEqual([]);
    expect(troubleIn(text)).toEqual([expect.stringContaining('from U+0080 to U+009F 20 times')]);
  });

  it('letters are composed here and decomposed there', () => {
    const text = 'Café, déjà. '.repeat(10) + 'Cafe\u0301. '.repeat(6);
    expect(troubleIn(text)).toEqual([
      'é is written as one character 20 times and as a letter and a mark 6 times: --normalize nfc makes them the same',
    ]);
    expect(troubleIn(text.normalize('NFD'))).toEqual([]);
    const korean = '한국어 '.repeat(9);
    expect(troubleIn(korean + korean.normalize('NFD'))[0]).toContain('--normalize nfc');
  });

  it('characters were lost, and that others are not for readers', () => {
    const text = `${'\x1b[31merror\x1b[0m '.repeat(4)}${'\x08\x07'.repeat(4)}${'So\u00adft\u200b'.repeat(5)}`;
    const [escapes, controls, invisible] = troubleIn(text);
    expect(escapes).toMatch(/^the text has 8 terminal escapes \(U\+001B\), .* perl -pe /);
    expect(controls).toMatch(/^the text has 8 control characters \(U\+0007 and U\+0008\)/);
    expect(invisible).toMatch(/^the text has 10 invisible characters \(U\+00AD and U\+200B\)/);
    const [lost, ...others] = troubleIn(`${text}${'caf\ufffd '.repeat(5)}`);
    expect(lost).toMatch(/^the text has U\+FFFD 5 times/);
    expect(others).toEqual([escapes, controls]);
  });

  it('many characters are too rare to be learned', () => {
    const symbols = Array.from({ length: 80 }, (_, i) => String.fromCodePoint(0x2200 + i)).join('');
    const [note] = troubleIn(`${'the sea and the lamp, '.repeat(500)}${symbols}`);
    expect(note).toMatch(/^80 of the 92 characters occur fewer than 5 times \('∀' U\+2200, .* and 77 more\)/);
    const chinese = Array.from({ length: 3000 }, (_, i) => String.fromCodePoint(0x4e00 + (i % 600)));
    const han = (count: number) =>
      Array.from({ length: count }, (_, i) => String.fromCodePoint(0x6000 + i)).join('');
    expect(troubleIn(chinese.join('').repeat(20) + han(200))).toEqual([]);
    expect(troubleIn(chinese.join('') + han(200))[0]).toContain('200 of the 800 characters');
  });

  it('nothing of bytes, whatever they are', () => {
    expect(troubleIn('\x1b\x93\x01'.repeat(99), 'bytes')).toEqual([]);
  });
});
