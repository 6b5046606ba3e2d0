// Text from outside that a regular expression could backtrack over: each of these would take minutes.

import { expect, it } from 'vitest';
import { parseValue } from '../../src/cli/options.js';
import { Stops } from '../../src/sample/stops.js';
import { expectFailure, run } from '../helpers/cli.js';
import { thrownBy } from '../helpers/files.js';

/** Longer than an argument may be, so that quadratic time would show. */
const LENGTH = 1_000_000;

it.each<[kind: Parameters<typeof parseValue>[2]]>([[{ minimum: 0, maximum: 1 }], ['bytes']])(
  'a number of a million digits that is not one after all is refused at once: %j',
  (kind) => {
    const text = `${'1'.repeat(LENGTH)}x`;
    expect(thrownBy(() => parseValue(text, '--option', kind)).message).toContain('--option is "111');
    expect(parseValue(kind === 'bytes' ? '1.5k' : '.5', '--option', kind)).toBe(
      kind === 'bytes' ? 1536 : 0.5,
    );
  },
);

it.each(['\n', ' ', 'x'])('a prompt of one long line and %j is taken at once', (end) => {
  const before = 'x'.repeat(LENGTH) + end;
  const limits = { texts: [], sentence: true, paragraph: false, words: 1, lines: 1 };
  new Stops({ ...limits, before, characters: ['x', '.', ' '], isBytes: false });
});

it('an unknown option of many line breaks is refused at once, and a suggestion is kept', async () => {
  const long = `--x${'\n('.repeat(60_000)}`;
  expectFailure(await run('.', ['sample', long]), 2, "unknown option '--x ( (", /See charlstm sample --help/);
  expectFailure(await run('.', ['sampel']), 2, "unknown command 'sampel'. Did you mean sample");
});
