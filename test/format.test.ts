import { expect, it } from 'vitest';
import { aboutDuration, byteSize, quoted } from '../src/format.js';

it.each<[seconds: number, about: string]>([
  [0, 'less than a second'],
  [0.9, 'about a second'],
  [7.4, 'about 7 seconds'],
  [23, 'about 25 seconds'],
  [58, 'about a minute'],
  [85, 'about 1.5 minutes'],
  [160, 'about 2.5 minutes'],
  [6 * 60 + 10, 'about 6 minutes'],
  [43 * 60, 'about 45 minutes'],
  [3500, 'about an hour'],
  [5.2 * 3600, 'about 5 hours'],
  [30 * 3600, 'about 30 hours'],
  [50 * 3600, 'about 2 days'],
  [4000 * 86_400, 'about 4,000 days'],
])('%d seconds are %s', (seconds, about) => {
  expect(aboutDuration(seconds)).toBe(about);
});

it.each<[bytes: number, size: string]>([
  [1, '1 byte'],
  [999, '999 bytes'],
  [1000, '1.0 kB'],
  [48_300, '48 kB'],
  [999_999, '1,000 kB'],
  [1_190_317, '1.2 MB'],
  [10e9, '10 GB'],
])('%d bytes are %s', (bytes, size) => {
  expect(byteSize(bytes)).toBe(size);
});

it.each<[argument: string, posix: string, windows: string]>([
  ['novel.txt', 'novel.txt', 'novel.txt'],
  ['my novel.txt', "'my novel.txt'", '"my novel.txt"'],
  ["it's", "'it'\\''s'", '"it\'s"'],
  ['C:\\texts\\a.txt', "'C:\\texts\\a.txt'", 'C:\\texts\\a.txt'],
  ['C:\\my texts\\', "'C:\\my texts\\'", '"C:\\my texts\\\\"'],
  ['a\\"b"', '\'a\\"b"\'', '"a\\\\\\"b\\""'],
  ['*.txt', "'*.txt'", '"*.txt"'],
  ['', "''", '""'],
])('%s is quoted for the shells of each system', (argument, posix, windows) => {
  expect(quoted(argument, 'linux')).toBe(posix);
  expect(quoted(argument, 'darwin')).toBe(posix);
  expect(quoted(argument, 'win32')).toBe(windows);
});
