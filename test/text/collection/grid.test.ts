import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byColumn, fromColumns } from '../../../src/text/collection/grid.js';

const pointsOf = (text: string) => Array.from(text, (character) => character.codePointAt(0)!);
const turned = (text: string) => String.fromCodePoint(...byColumn(pointsOf(text), 'level'));

test('a grid is read column by column, and its last line end is no line', () => {
  expect(turned('--?\n-EX\nXXX\n')).toBe('--X\n-EX\n?XX');
  expect(turned('ab\r\ncd\r\n')).toBe('ac\nbd');
  expect(turned('🙂b\ncd')).toBe('🙂c\nbd');
  expect(turned('')).toBe('');
});

test('turning a grid and turning it back gives the same grid', () => {
  const cell = fc.constantFrom('-', 'X', '?', 'é', '🙂');
  const grid = fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
    .chain(([width, height]) =>
      fc.array(fc.array(cell, { minLength: width, maxLength: width }), {
        minLength: height,
        maxLength: height,
      }),
    )
    .map((rows) => rows.map((row) => row.join('')).join('\n'));
  fc.assert(
    fc.property(grid, (text) => {
      expect(fromColumns(turned(text))).toBe(text);
    }),
  );
});

test('a grid with lines of different lengths is refused by the name of the text and the line', () => {
  expect(() => turned('---\n-X\n---')).toThrow(
    'level is no grid: its line 2 has 2 characters, and its first line 3',
  );
});

test('columns of different lengths end in spaces when they are turned back', () => {
  expect(fromColumns('abc\nd\nef')).toBe('ade\nb f\nc  ');
});
