// Files in any encoding and with any line ends keep every byte outside of what is typed, wherever it is typed.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { findTextFile, openTextFile } from '../../../src/cli/write/text-file.js';
import { codecOf } from '../../../src/text/encoding/codec.js';
import type { NamedEncoding } from '../../../src/text/encoding/names.js';
import { run, temporaryFolder } from '../../helpers/cli.js';
import { PseudoTerminal } from '../../helpers/terminal.js';

const folder = await temporaryFolder();

/** Words of each encoding; the last one is typed. */
const WORDS: readonly (readonly [NamedEncoding | 'utf8', readonly string[]])[] = [
  ['utf8', ['café', ' 東京', '😀', 'e\u0301', '\u200b', 'typed é']],
  ['windows-1252', ['“Das', ' Café', ' – ', '€', 'übrig']],
  ['windows-1251', ['Было', ' темно', ' — ', '№', 'снова']],
  ['koi8-r', ['Было', ' темно', '─', 'снова']],
  ['ibm437', ['café', '░▒▓', 'ñandú']],
  ['iso-8859-2', ['książka', ' źdźbło', 'łąka']],
  ['utf-16le', ['Café', ' 東京', '😀', 'ö']],
  ['utf-16be', ['Café', ' 東京', '😀', 'ö']],
  ['shift_jis', ['家には', '誰も', 'ｶﾅ', '表示', 'ソ']],
  ['euc-jp', ['家には', '誰も', '老人']],
  ['gbk', ['屋子里', '一个人', '老人']],
  ['gb18030', ['屋子里', '😀', '老人']],
  ['big5', ['屋子裡', '一個人', '功']],
  ['euc-kr', ['집에는', ' 아무도', '노인']],
];

const ENDS = ['\n', '\r\n', '\r', 'a'] as const;

it.each(WORDS)('edits at any place of a file in %s change nothing around them', async (encoding, words) => {
  const path = join(folder, `${encoding}.txt`);
  const codec = encoding === 'utf8' ? undefined : await codecOf(encoding);
  const bytesOf = (text: string) => {
    const bytes = codec?.encode(text) ?? Buffer.from(text);
    if (typeof bytes === 'string') throw new Error(`${encoding} has no ${bytes}`);
    return bytes;
  };
  const typed = words.at(-1)!;
  const pieces = fc.array(fc.constantFrom(...words.slice(0, -1), ...ENDS), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(pieces, pieces, pieces, fc.boolean(), async (before, removed, after, isMarked) => {
      // Without a mark, UTF-16 would have to be guessed.
      const start = encoding.startsWith('utf') && (isMarked || encoding !== 'utf8') ? '\ufeff' : '';
      const [left, gone, right] = [
        `${words[0]}${before.join('')}|`,
        `${removed.join('')}|`,
        `|${after.join('')}`,
      ];
      const content = bytesOf(start + left + gone + right);
      writeFileSync(path, content);
      const file = await openTextFile(findTextFile(path), encoding);
      const [from, to] = [file.text.indexOf('|') + 1, file.text.lastIndexOf('|')];
      file.save(`${file.text.slice(0, from)}${typed}\n${typed}${file.text.slice(to)}`);
      const saved = readFileSync(path);
      const [head, tail] = [bytesOf(start + left), bytesOf(right)];
      expect(saved.subarray(0, head.length).equals(head)).toBe(true);
      expect(saved.subarray(saved.length - tail.length).equals(tail)).toBe(true);
      const middle = saved.subarray(head.length, saved.length - tail.length);
      expect(ENDS.some((end) => middle.equals(bytesOf(`${typed}${end}${typed}`)))).toBe(true);
    }),
    { numRuns: 25 },
  );
});

beforeAll(async () => {
  writeFileSync(join(folder, 'learned.txt'), 'Das Café war leer, und die Tür stand offen.\n'.repeat(60));
  const tiny = '--hidden 8 --layers 1 --embedding 4 --batch-size 2 --seq-length 8 --steps 2 --out model';
  expect((await run(folder, ['train', 'learned.txt', ...tiny.split(' ')])).code).toBe(0);
});

it('in a terminal, too: a file in windows-1252 with a mixture of line ends', async () => {
  const path = join(folder, 'mixed.txt');
  const before = Buffer.from('\x93Das Caf\xe9\x94\r\nwar leer,\n', 'latin1');
  const after = Buffer.from(' und die T\xfcr\rstand offen.\r\n', 'latin1');
  writeFileSync(path, Buffer.concat([before, after]));
  const command = '$charlstm write model --file mixed.txt --seed 1; echo "code $?"';
  const terminal = new PseudoTerminal(folder, command);
  onTestFinished(() => terminal.kill());
  await terminal.until('✓ saved');
  terminal.type('\x1b[A\x1b[A\x1b[A');
  await terminal.until(/mixed\.txt/);
  terminal.type('ö');
  await terminal.until('● unsaved');
  terminal.type('\x11');
  await terminal.ended;
  const saved = readFileSync(path);
  const at = saved.indexOf(0xf6);
  expect(Buffer.concat([saved.subarray(0, at), saved.subarray(at + 1)])).toEqual(
    Buffer.concat([before, after]),
  );
});
