import { expect, it } from 'vitest';
import { refuseOtherTexts } from '../../../src/prepare/frozen-texts.js';
import type { Collection } from '../../../src/text/collection/collection.js';
import { newRun } from '../../helpers/training.js';

it('a resumed run repeats how its text is divided, or refuses to divide it otherwise', async () => {
  const { record } = await newRun();
  const resume = (texts: Collection | undefined, asked: Parameters<typeof refuseOtherTexts>[0]) => () =>
    refuseOtherTexts(asked, { ...record, ...(texts && { texts }) }, 'run-1');
  const lines = { division: 'line', labels: [] } as const;
  const parts = { division: 'separator', textsEnd: '* * *', labels: [] } as const;
  const poems = { division: 'record', column: 'poem', labels: [{ column: 'kind', values: [] }] } as const;
  for (const [texts, asked] of [
    [undefined, { texts: 'whole' }],
    [lines, { texts: 'line', label: [], byColumn: false }],
    [lines, { texts: 'auto' }],
    [parts, { textsEnd: '* * *' }],
    [poems, { column: 'poem', label: ['kind'] }],
    [{ ...lines, byColumn: true }, { byColumn: true }],
  ] as const) {
    expect(resume(texts, asked)).not.toThrow();
  }
  for (const [texts, asked, recorded, given] of [
    [undefined, { texts: 'line' }, '--texts whole', '--texts line'],
    [lines, { texts: 'whole' }, '--texts line', '--texts whole'],
    [lines, { byColumn: true }, '--texts line', '--by-column'],
    [parts, { textsEnd: '***' }, "--texts-end '* * *'", "--texts-end '***'"],
    [poems, { label: ['kind', 'year'] }, '--column poem --label kind', '--label kind --label year'],
  ] as const) {
    expect(resume(texts, asked)).toThrow(`run-1 was started with ${recorded}, which ${given} would change`);
  }
});
