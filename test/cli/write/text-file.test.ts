import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { findTextFile, openTextFile } from '../../../src/cli/write/text-file.js';
import { codecOf } from '../../../src/text/encoding/codec.js';
import type { Encoding, NamedEncoding } from '../../../src/text/encoding/names.js';
import { temporaryFolder } from '../../helpers/cli.js';

const folder = await temporaryFolder();
const open = (path: string, learned: Encoding = 'utf8') => openTextFile(findTextFile(path), learned);

it('a file keeps its line ends, whatever they are, and new ones are like them if all are equal', async () => {
  const path = join(folder, 'text.txt');
  const pieces = fc.array(fc.constantFrom('a', '\r', '\n', '\r\n', '\ufeff'), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(pieces, async (parts) => {
      const content = parts.join('');
      writeFileSync(path, content);
      const file = await open(path);
      file.save(file.text);
      expect(readFileSync(path, 'utf8')).toBe(content);
      file.save(`${file.text}\n`);
      const kinds = new Set(content.match(/\r\n|[\r\n]/g));
      const added = readFileSync(path, 'utf8').slice(content.length);
      if (kinds.size === 1) expect(added).toBe([...kinds][0]);
      else expect(added).toMatch(/^\r?\n$/);
    }),
    { numRuns: 60 },
  );
});

const SAMPLES: readonly (readonly [NamedEncoding, readonly string[]])[] = [
  ['windows-1252', ['“Das', ' Café', ' war', ' leer”', ' – ', 'ö']],
  ['windows-1251', ['Было', ' уже', ' совсем', ' темно', ' — ', '№']],
  ['utf-16le', ['\ufeff', 'Das ', 'Café', ' 😀']],
  ['utf-16be', ['\ufeff', 'Das ', 'Café', ' 😀']],
  ['shift_jis', ['家には', '誰も', 'いなかった', '。', 'ｶﾅ']],
  ['gb18030', ['屋子里', '一个人', '也没有', '。', '😀']],
  ['euc-kr', ['집에는', ' 아무도', ' 없었다', '.']],
];

it('a file keeps its encoding, mark and line ends to the byte outside what was typed', async () => {
  const path = join(folder, 'encoded.txt');
  for (const [encoding, words] of SAMPLES) {
    const codec = await codecOf(encoding);
    const [first, ...others] = words as [string, ...string[]];
    const pieces = fc.array(fc.constantFrom(...others, '\r\n', '\n', '\r', 'a'), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(pieces, pieces, async (parts, typed) => {
        const content = codec.encode(first + parts.join(''));
        if (typeof content === 'string') throw new Error(`${encoding} has no ${content}`);
        writeFileSync(path, content);
        const file = await open(path, encoding);
        file.save(file.text);
        expect(readFileSync(path).equals(content)).toBe(true);
        expect(file.save(file.text + typed.join('')).converted).toBeUndefined();
        expect(readFileSync(path).subarray(0, content.length).equals(content)).toBe(true);
        const letters = (text: string) => text.replace(/[\r\n\ufeff]/g, '');
        expect(letters(codec.decode(readFileSync(path)).text)).toBe(letters(file.text));
      }),
      { numRuns: 10 },
    );
  }
});

it('a file is opened as what it most likely is, which is said, and a model knows what it has learned', async () => {
  const path = join(folder, 'found.txt');
  writeFileSync(path, Buffer.from('Das Caf\xe9 war leer.\r\n', 'latin1'));
  const file = await open(path);
  expect(file.text).toBe('Das Café war leer.\n');
  expect(file.notice).toBe(`${path} is not UTF-8: read as windows-1252 ("Das Café war leer.")`);
  expect((await open(path, 'iso-8859-2')).notice).toBeUndefined();
  expect((await open(path, 'latin1')).text).toBe('Das Café war leer.\n');
});

it('a typed character that the encoding lacks is named before saving, and makes the file UTF-8', async () => {
  const path = join(folder, 'lacks.txt');
  writeFileSync(path, Buffer.from('Das Caf\xe9.\r\n', 'latin1'));
  const file = await open(path, 'windows-1252');
  const text = `${file.text}→ ö\n`;
  expect(file.lackingIn(file.text)).toBeUndefined();
  expect(file.lackingIn(text)).toEqual({ from: 'windows-1252', lacking: '→' });
  expect(file.save(text).converted).toEqual({ from: 'windows-1252', lacking: '→' });
  expect(readFileSync(path, 'utf8')).toBe('Das Café.\r\n→ ö\r\n');
  expect(file.lackingIn(text)).toBeUndefined();
  expect(file.save(file.text).converted).toBeUndefined();
});

it('a file whose bytes would not come back is refused, and so is one that is no text', async () => {
  const path = join(folder, 'refused.txt');
  // Two codes of Shift JIS for one character.
  writeFileSync(path, Uint8Array.of(0x82, 0xa0, 0x87, 0x90, 0x82, 0xa0));
  await expect(open(path, 'shift_jis')).rejects.toThrow('would be saved as other bytes');
  writeFileSync(
    path,
    Uint8Array.from({ length: 300 }, (_, i) => 1 + ((i * 7919) % 255)),
  );
  await expect(open(path)).rejects.toThrow('is not UTF-8');
});
