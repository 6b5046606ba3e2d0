import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { WithoutGutenberg } from '../../../src/text/layout/gutenberg.js';
import { passedThrough } from '../../helpers/filters.js';
import { TALE } from './tale.js';

const stripped = (text: string, cuts?: readonly number[]) =>
  passedThrough(new WithoutGutenberg(), text, cuts);

const HEADER = `The Project Gutenberg eBook of The Knots

This ebook is for the use of anyone anywhere.

Title: The Knots

Release date: May 1, 2007 [eBook #3261]

`;
const START = '*** START OF THE PROJECT GUTENBERG EBOOK THE KNOTS ***\n';
const END = '*** END OF THE PROJECT GUTENBERG EBOOK THE KNOTS ***\n';
const LICENCE = `Updated editions will replace the previous one.

START: FULL LICENSE

${'You may copy it, give it away or re-use it under the terms of the License.\n'.repeat(250)}
Please subscribe to our email newsletter to hear about new eBooks.
`;
const BOOK = `${HEADER}${START}\n\n\n${TALE}\n\n${END}\n\n${LICENCE}`;
const SMALL_PRINT = `***START**THE SMALL PRINT!**FOR PUBLIC DOMAIN ETEXTS**START***
${'Why is this "Small Print!" statement here?  You know: lawyers.\n'.repeat(150)}`;
const SMALL_PRINT_END = '*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*\n';
const OLDER_BOOK = `Project Gutenberg Etext of The Knots\n\n${SMALL_PRINT}${SMALL_PRINT_END}\n\n${TALE}\n\n\nEnd of the Project Gutenberg Etext of The Knots\n`;

describe('only the book is left of', () => {
  test.each<[string, string]>([
    ['a file of today', BOOK],
    ['a file of some years ago', BOOK.replaceAll('OF THE', 'OF THIS')],
    ['a file with marks without spaces', BOOK.replaceAll('*** ', '***').replaceAll(' ***', '***')],
    [
      'a file with another end before its end',
      BOOK.replace(END, `End of Project Gutenberg's The Knots\n\n${END}`),
    ],
    ['a file of the nineties, with the small print before the book', OLDER_BOOK],
    ['a file with indented marks', OLDER_BOOK.replaceAll(/^(?=\*|End)/gm, '   ')],
    [
      'a file with the small print after the book',
      `${HEADER}${START}${TALE}${END}\n${SMALL_PRINT}${SMALL_PRINT_END}\n`,
    ],
    ['a file that ends with the mark', `${HEADER}${START}${TALE}${END}`],
    [
      'a file with credits',
      BOOK.replace(
        START,
        `${START}\n\nProduced by Nobody and the Online\nDistributed Proofreading Team\n\n\n`,
      ),
    ],
    [
      'a file with other credits',
      BOOK.replace(
        START,
        `${START}\nE-text prepared by Nobody\n\nTranscribed from the 1908 edition by Nobody, email\nnobody@example.org\n\n`,
      ),
    ],
    [
      'a file with credits of the nineties',
      OLDER_BOOK.replace(
        SMALL_PRINT_END,
        `${SMALL_PRINT_END}\nThis etext was prepared by Nobody, nobody@example.org\n\n`,
      ),
    ],
    [
      'a file whose long title takes two lines',
      BOOK.replace('EBOOK THE KNOTS ***', 'EBOOK THE KNOTS\nAND OTHER TALES ***'),
    ],
  ])('%s', (_, text) => {
    expect(stripped(text)).toBe(TALE);
    expect(stripped(text.replaceAll('\n', '\r\n'))).toBe(TALE.replaceAll('\n', '\r\n'));
  });
});

it('leaves the books of a file with several', () => {
  const [second, third] = [TALE.replaceAll('rope', 'bell'), TALE.replaceAll('rope', 'boat')];
  const books = BOOK + BOOK.replace(TALE, second) + OLDER_BOOK.replace(TALE, third);
  expect(stripped(books)).toBe(TALE + second + third);
});

it('keeps what follows the licence', () => {
  expect(stripped(`${BOOK}\n\nMy own notes.\n`)).toBe(`${TALE}My own notes.\n`);
  const notes = `${TALE.repeat(20)}\n`;
  expect(stripped(`${HEADER}${START}${TALE}${END}${notes}`)).toBe(`${TALE}${END}${notes}`);
});

describe('nothing is left out of', () => {
  test.each<[string, string]>([
    [
      'a text that mentions Project Gutenberg',
      `I found it on Project Gutenberg.\n${TALE}End of the story.\n`,
    ],
    ['a text with a mark within a line', `They all have "${START.trim()}" in them.\n${TALE}`],
    ['a text with the mark far from its beginning', `${TALE.repeat(20)}${START}${TALE}`],
    ['a text with the mark of the end alone', `${TALE}${END}${TALE}`],
    ['a text without line ends', 'word '.repeat(50_000)],
    ['an empty text', ''],
  ])('%s', (_, text) => {
    const filter = new WithoutGutenberg();
    expect(passedThrough(filter, text)).toBe(text);
    expect(filter.findings).toEqual({ leftOut: 0 });
  });

  test('a book after its start if nothing marks its end', () => {
    expect(stripped(`${HEADER}${START}${TALE.repeat(30)}`)).toBe(TALE.repeat(30));
  });

  test('any text at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'aB .\n\r-—*é😀') }), (text) => {
        expect(stripped(text)).toBe(text);
      }),
      { numRuns: 100 },
    );
  });
});

it('makes the same of a file however it is cut into chunks', () => {
  const cuts = fc.array(fc.nat(40_000), { maxLength: 6 });
  const books = fc.constantFrom(BOOK, OLDER_BOOK, BOOK + OLDER_BOOK, TALE.repeat(20));
  fc.assert(
    fc.property(books, cuts, (text, at) => {
      expect(stripped(text, at)).toBe(stripped(text));
    }),
    { numRuns: 25 },
  );
});

it('counts the characters left out', () => {
  const filter = new WithoutGutenberg();
  passedThrough(filter, BOOK.replace('The Knots', '\u{1F40B}'));
  expect(filter.findings).toEqual({ leftOut: [...BOOK].length - 'The Knots'.length + 1 - TALE.length });
});
