import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { Unwrap } from '../../../src/text/layout/unwrap.js';
import { passedThrough, wrapped } from '../../helpers/filters.js';
import { WHOLES } from '../collection/recognition/wholes.js';
import { PARAGRAPHS, TALE, varied } from './tale.js';

const unwrapped = (text: string, cuts?: readonly number[]) => passedThrough(new Unwrap(), text, cuts);

/** Text that is certainly hard-wrapped at 60 characters, with something else in the middle of it. */
const around = (text: string) =>
  `${wrapped(PARAGRAPHS.slice(0, 2), 60)}\n${text}\n${wrapped(PARAGRAPHS.slice(2), 60)}`;
const unwrappedAround = (text: string) =>
  `${PARAGRAPHS.slice(0, 2).join('\n\n')}\n\n${text}\n${PARAGRAPHS.slice(2).join('\n\n')}\n`;

describe('what was broken at a width becomes what it was', () => {
  it('whatever the width, with blank lines or indents between paragraphs', () => {
    fc.assert(
      fc.property(fc.integer({ min: 45, max: 110 }), (width) => {
        expect(unwrapped(wrapped(PARAGRAPHS, width))).toBe(TALE);
        const indented = wrapped(PARAGRAPHS, width, '  ').replaceAll('\n\n', '\n');
        expect(unwrapped(indented)).toBe(`${PARAGRAPHS.map((one) => `  ${one}`).join('\n')}\n`);
      }),
      { numRuns: 6 },
    );
  });

  it('with CR LF, which only stays where lines stay', () => {
    const lines = wrapped(PARAGRAPHS, 60).replaceAll('\n', '\r\n');
    expect(unwrapped(lines)).toBe(TALE.replaceAll('\n', '\r\n'));
  });

  it('in lines that were edited since, if they go on in lower case', () => {
    const edit = (text: string) => text.replace('every one of his', 'his').replace('was said to have', 'had');
    const shorter = edit(wrapped(PARAGRAPHS, 60));
    expect(unwrapped(shorter)).toBe(edit(TALE));
  });
});

describe('in wrapped prose, lines stay apart in', () => {
  test.each([
    ['a heading', 'THE SECOND CHAPTER\n'],
    ['a heading above its text', 'THE SECOND CHAPTER\nIn which nothing happens.\n'],
    ['a heading with a line below it', 'The second chapter\n==================\n'],
    ['a scene break', '* * *\n'],
    [
      'a stanza',
      'The heron keeps the book of rain,\nAnd turns a page of weed and stone;\nShe reads it once.\n',
    ],
    [
      'a stanza of long lines',
      'And when the morning came upon the hills and on the water,\nThen rose the miller from his bed and kissed his only daughter,\nAnd said that he had dreamed of bread and of a stranger’s laughter,\nAnd went to see the wheel go round for ever and thereafter.\n',
    ],
    [
      'an indented stanza',
      '    the heron keeps the book of rain that falls upon the river,\n    and turns a page of weed and stone and never\n    reads it.\n',
    ],
    [
      'a quotation',
      '    It is the wind that ties the knots in ropes, they say, and\n    in the shirts upon the line, when they are left alone.\n',
    ],
    [
      'a list',
      '- three ropes for the well, and one for the schoolmaster too\n- bread and a great deal of butter for the people at the fair\n- milk\n',
    ],
    [
      'a numbered list',
      '1. Take the rope in the left hand, and the end in the right.\n2. Pull at both of them, but not at the same moment as before.\n3. Wait.\n',
    ],
    [
      'a table',
      'rope      12 pieces    sold      4 pieces    in the morning\nbread      3 loaves    sold      3 loaves    in the evening\n',
    ],
    [
      'a table with bars',
      '| rope | 12 pieces | which were all sold in the morning |\n| milk | 3 cups | which were drunk in the house above it |\n',
    ],
    [
      'quoted mail',
      '> they are coming on the boat that leaves on the Tuesday if\n> the wind lets it, and the goose is coming with them, too.\n',
    ],
    ['an address', 'The Ropemaker,\nBridge Street 3,\nby the well\n'],
  ])('%s', (_, text) => {
    expect(unwrapped(around(text))).toBe(unwrappedAround(text));
  });
});

describe('a hyphen at the end of a line', () => {
  /** What becomes of a word that is broken at the end of a line, in a text that ends in other words. */
  const joined = (start: string, end: string, others: string) => {
    const line = 'so they came to the bridge and looked at the wide water under it'.slice(
      0,
      58 - start.length,
    );
    const text = `${line} ${start}\n${end} they went home again.\n\n${wrapped([...PARAGRAPHS, others], 60)}`;
    return unwrapped(text)
      .slice(line.length + 1)
      .split(' they went')[0];
  };

  it('goes where the whole word is elsewhere in the text', () => {
    expect(joined('to-', 'morrow', 'Come tomorrow, she said.')).toBe('tomorrow');
    expect(joined('to-', 'morrow', 'TOMORROW is the fair.')).toBe('tomorrow');
  });

  it('stays where the text has the word with it, or more often with it than without', () => {
    expect(joined('to-', 'morrow', 'Come to-morrow, she said.')).toBe('to-morrow');
    const often = 'To-morrow and to-morrow, but never tomorrow.';
    expect(joined('to-', 'morrow', often)).toBe('to-morrow');
    expect(joined('mother-in-', 'law', 'My mother-in-law.')).toBe('mother-in-law');
  });

  it('stays where the text has the word nowhere else', () => {
    expect(joined('rope-', 'walker', '')).toBe('rope-walker');
  });

  it('is followed by a space where the end of a word is left out', () => {
    expect(joined('two-', 'or threefold', 'Twoor is no word.')).toBe('two- or threefold');
  });

  it('always goes if it is a soft hyphen', () => {
    expect(joined('tar\u00ad', 'nished', '')).toBe('tarnished');
  });
});

it('puts spaces next to dashes where the text has them elsewhere', () => {
  const tight = PARAGRAPHS.map((one) => one.replaceAll(', ', '—'));
  const lines = wrapped(
    PARAGRAPHS.map((one) => one.replaceAll(', ', '— ')),
    60,
  ).replaceAll('— ', '—');
  expect(lines).toContain('—\n');
  expect(unwrapped(lines)).toBe(`${tight.join('\n\n')}\n`);
  const spaced = PARAGRAPHS.map((one) => one.replaceAll(', ', ' — '));
  expect(unwrapped(wrapped(spaced, 60))).toBe(`${spaced.join('\n\n')}\n`);
});

describe('a text that is not hard-wrapped passes unchanged:', () => {
  test.each(['verse in stanzas', 'a play', 'Chinese prose', 'a log with times'])('%s', (name) => {
    expect(unwrapped(WHOLES[name]!)).toBe(WHOLES[name]);
  });

  it('any text at all of a few lines', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'aB .\n\r-—*é😀') }), (text) => {
        expect(unwrapped(text)).toBe(text);
      }),
      { numRuns: 100 },
    );
  });
});

/** Documents of wrapped paragraphs, verse, headings and anything else. */
const documents = fc
  .array(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.constantFrom(...varied(PARAGRAPHS[0]!, 20).map((one) => wrapped([one], 60))),
      },
      fc.constantFrom(
        'CHAPTER\n',
        '* * *\n',
        '  The heron\n  and the stone\n',
        '- a list of the\n- things\n',
        '\n',
      ),
      fc.string({ unit: fc.constantFrom('a', 'B', ' ', '\n', '-', '—', '.', '\u00ad', '😀', '\t', '\r') }),
    ),
    { minLength: 1, maxLength: 10 },
  )
  .map((parts) => parts.join('\n'));

it('changes nothing but line breaks, the spaces around them, and hyphens', () => {
  const bare = (text: string) => text.replaceAll(/[\s\u00ad-]+/g, '');
  fc.assert(
    fc.property(documents, (text) => {
      const result = unwrapped(text);
      expect(bare(result)).toBe(bare(text));
      expect(result.length).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: 30 },
  );
});

it('makes the same of a text however it is cut into chunks', () => {
  fc.assert(
    fc.property(documents, fc.array(fc.nat(3000), { maxLength: 8 }), (text, cuts) => {
      expect(unwrapped(text, cuts)).toBe(unwrapped(text));
    }),
    { numRuns: 40 },
  );
});

it('leaves what it has unwrapped as it is', () => {
  fc.assert(
    fc.property(documents, (text) => {
      const once = unwrapped(text);
      expect(unwrapped(once)).toBe(once);
    }),
    { numRuns: 30 },
  );
});

it('counts what it has joined', () => {
  const filter = new Unwrap();
  passedThrough(filter, `${wrapped(PARAGRAPHS, 60)}\nTomor-\n`);
  const lines = wrapped(PARAGRAPHS, 60).split('\n').length - 2 * PARAGRAPHS.length;
  expect(filter.findings).toEqual({ width: 60, breaks: lines, hyphens: 0 });
});
