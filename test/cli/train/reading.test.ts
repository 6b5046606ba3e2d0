import { expect, it, vi } from 'vitest';
import { withProgress } from '../../../src/cli/output/stderr.js';
import { progressLine } from '../../../src/cli/train/reading.js';
import { counted } from '../../../src/prepare/corpus.js';
import type { Source } from '../../../src/text/files/source.js';

it.each<[bytes: number, total: number | undefined, seconds: number, hasBar: boolean, line: string]>([
  [3_000e6, undefined, 10, false, 'reading 3,000 MB, 300 MB/s'],
  [5_000e6, 20_000e6, 25, false, 'reading 25% of 20,000 MB, 200 MB/s, 1m 15s left'],
  [5_000e6, 20_000e6, 25, true, 'reading █████░░░░░░░░░░░░░░░ 25% of 20,000 MB, 200 MB/s, 1m 15s left'],
  // Files in /proc report a size of 0.
  [1e6, 0, 1, true, 'reading 1 MB, 1 MB/s'],
  [3e6, 2e6, 1, true, 'reading ████████████████████ 100% of 2 MB, 3 MB/s, 0s left'],
])('reports the progress of %d of %d bytes', (bytes, total, seconds, hasBar, line) => {
  expect(progressLine({ what: 'reading', bytes, total }, seconds, hasBar)).toBe(line);
});

it('two passes over the bytes of a file are counted, and the length of standard input is known after the first', async () => {
  const source: Source = {
    label: 'x',
    stats: undefined,
    mustBeReadWhole: () => false,
    identity: undefined,
    async *read(_, onRead) {
      // What is yielded, such as the text of a document, may be more or less.
      for (const bytes of [10, 5]) {
        onRead?.(bytes);
        yield new Uint8Array(1);
      }
    },
  };
  const reports: unknown[] = [];
  const [wrapped] = counted([source], (...report) => reports.push(report));
  for (let pass = 0; pass < 2; pass++) {
    for await (const _ of wrapped!.read(''));
  }
  expect(reports).toEqual([
    ['reading', 0, undefined],
    ['reading', 10, undefined],
    ['reading', 15, undefined],
    ['reading', 25, 30],
    ['reading', 30, 30],
  ]);
});

it('outside a terminal, long work reports its progress every few seconds', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    const result = await withProgress(async (progress) => {
      for (let second = 1; second <= 12; second++) {
        vi.advanceTimersByTime(1000);
        await progress.show(`step ${second}`);
      }
      return 'done';
    });
    expect(result).toBe('done');
    expect(write.mock.calls.map(([text]) => text)).toEqual([
      expect.stringContaining('step 5'),
      expect.stringContaining('step 10'),
    ]);
  } finally {
    write.mockRestore();
    vi.useRealTimers();
  }
});
