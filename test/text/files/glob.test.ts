import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix, relative, win32 } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { divideGlob, filesMatching, isGlob } from '../../../src/text/files/glob.js';

const root = mkdtempSync(join(tmpdir(), 'glob-'));
afterAll(() => rmSync(root, { recursive: true }));

function write(...names: string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), name);
  }
}

const matching = async (pattern: string) =>
  (await filesMatching(divideGlob(join(root, pattern)))).map((file) => relative(root, file));

describe('a glob', () => {
  it('takes a folder that exists by its name, and escaped characters as they are', async () => {
    write('texts (old)/a.txt', 'texts old/b.txt', '[c]/c.txt', 'd*/d.txt', 'dd/e.txt');
    expect(await matching('texts (old)/*.txt')).toEqual(['texts (old)/a.txt']);
    expect(await matching('[c]/*')).toEqual(['[c]/c.txt']);
    expect(await matching('d\\*/*')).toEqual(['d*/d.txt']);
    expect(await matching('d?/*')).toEqual(['d*/d.txt', 'dd/e.txt']);
  });

  it('searches for names that begin with an exclamation mark', async () => {
    write('marks/!a.txt', 'marks/b.txt');
    expect(await matching('marks/!*.txt')).toEqual(['marks/!a.txt']);
    expect(await matching('marks/!(b).txt')).toEqual(['marks/!a.txt']);
  });

  it.each<[name: string, folder: string, pattern: string]>([
    ['*.txt', '.', '*.txt'],
    ['texts\\*.txt', 'texts', '*.txt'],
    ['texts/*.txt', 'texts', '*.txt'],
    ['texts\\**\\*.txt', 'texts', '**/*.txt'],
    ['..\\my texts\\*.txt', '..\\my texts', '*.txt'],
    ['C:\\texts\\*.txt', 'C:\\texts', '*.txt'],
    ['C:\\*.txt', 'C:\\.', '*.txt'],
    ['C:*.txt', 'C:.', '*.txt'],
    ['C:texts\\*.txt', 'C:texts', '*.txt'],
    ['d:/Texts/{a,b}/*.txt', 'd:/Texts', '{a,b}/*.txt'],
    ['\\\\server\\share\\*.txt', '\\\\server\\share\\.', '*.txt'],
    ['\\\\server\\share\\texts\\*.txt', '\\\\server\\share\\texts', '*.txt'],
    ['//server/share/texts/*.txt', '//server/share/texts', '*.txt'],
    ['\\\\?\\C:\\texts\\*.txt', '\\\\?\\C:\\texts', '*.txt'],
  ])('on Windows, %s is searched for in a folder of Windows', (name, folder, pattern) => {
    expect(isGlob(name, win32)).toBe(true);
    expect(divideGlob(name, win32, () => false)).toEqual({ folder, pattern });
  });

  it('has no separators but slashes on other systems', () => {
    expect(isGlob('texts\\*.txt', posix)).toBe(false);
    expect(divideGlob('te\\xts*/*.txt', posix)).toEqual({ folder: '.', pattern: 'te\\xts*/*.txt' });
    expect(divideGlob('/*.txt', posix)).toEqual({ folder: '/.', pattern: '*.txt' });
  });
});
