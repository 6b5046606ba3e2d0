import { rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NO_PROGRESS, type RunRecord } from '../../src/checkpoint/record.js';
import { parseValue } from '../../src/cli/options.js';
import { openEngine } from '../../src/engine/engine.js';
import { Vocabulary } from '../../src/text/vocabulary.js';
import { LiveSample } from '../../src/train/live.js';
import { trainingMemory } from '../../src/train/memory.js';
import { openSession } from '../../src/train/session.js';
import { expectFailure, run, temporaryFolder } from '../helpers/cli.js';
import { thrownBy } from '../helpers/files.js';

const root = await temporaryFolder();

describe('the predicted memory of training', () => {
  it.each([
    { vocabulary: 65, embedding: 64, hidden: 128, layers: 2, dropout: 0, batchSize: 32, sequenceLength: 64 },
    { vocabulary: 2, embedding: 3, hidden: 5, layers: 1, dropout: 0, batchSize: 1, sequenceLength: 8 },
    {
      vocabulary: 300,
      embedding: 16,
      hidden: 200,
      layers: 3,
      dropout: 0.5,
      batchSize: 50,
      sequenceLength: 20,
    },
    { vocabulary: 20_000, embedding: 8, hidden: 8, layers: 1, dropout: 0, batchSize: 4, sequenceLength: 16 },
  ])('matches what a session allocates: %o', async ({ batchSize, sequenceLength, ...shape }) => {
    const folder = await mkdtemp(join(root, 'x-'));
    const length = 20_000;
    const width = shape.vocabulary > 256 ? 2 : 1;
    writeFileSync(join(folder, `corpus.u${8 * width}`), Buffer.alloc(length * width));
    const codePoints = Array.from({ length: shape.vocabulary }, (_, i) => i + 1);
    const record: RunRecord = {
      model: { cell: 'lstm', ...shape },
      codePoints,
      decoding: { encoding: 'utf8', normalizeNewlines: false },
      training: {
        length: { unit: 'steps', amount: 1 },
        lr: 1e-3,
        clip: 1,
        weightDecay: 0,
        batchSize,
        sequenceLength,
        validation: 0.1,
        evalEvery: 1,
        test: 0,
        patience: 0,
        keep: 0,
        seed: 1,
      },
      corpus: { name: 'x', length, trainLength: 18_000, hash: '' },
      progress: NO_PROGRESS,
      history: [],
    };
    const engine = openEngine('wasm');
    const vocabulary = new Vocabulary(codePoints, 'utf8');
    const parts = trainingMemory({ ...record, config: record.model, vocabulary }, engine);
    const predicted = parts.reduce((sum, part) => sum + part.bytes, 0);
    const session = openSession(folder, record, { engine: 'wasm' });
    new LiveSample(session);
    // Apart from the stack and alignment.
    const taken = session.engine.arena.size - engine.arena.size;
    expect(Math.abs(predicted - taken)).toBeLessThan(0.02 * taken + 10_000);
    expect(parts[0]!.bytes).toBe(Math.max(...parts.map((part) => part.bytes)));
  });
});

describe('--max-memory', () => {
  const size = (text: string) => parseValue(text, '--max-memory', 'bytes');

  it.each([
    ['1024', 1024],
    ['512M', 512 * 2 ** 20],
    ['1.5g', 1.5 * 2 ** 30],
    ['4GiB', 2 ** 32],
    ['.5TB', 2 ** 39],
  ])('%s is %d bytes', (text, bytes) => {
    expect(size(text)).toBe(bytes);
  });

  it.each(['', '0', '-1G', 'lots', '4 gigs', '1e9', 'G'])('refuses %j', (text) => {
    expect(thrownBy(() => size(text)).message).toBe(`--max-memory is ${JSON.stringify(text)}`);
  });

  it('is enforced before the text is written; 100,000 distinct characters can be trained', {
    timeout: 60_000,
  }, async () => {
    const points = Array.from({ length: 100_000 }, (_, i) => (i < 50_000 ? 0x20 : 0x3000) + i);
    const text = points.map((point) => String.fromCodePoint(point)).join('');
    writeFileSync(join(root, 'many.txt'), text);
    const size = ['--hidden', '4', '--embedding', '4', '--layers', '1', '--batch-size', '32'];
    const args = ['train', 'many.txt', ...size, '--steps', '1'];
    const refused = await run(root, [...args, '--max-memory', '500M']);
    expectFailure(
      refused,
      2,
      /would need 1\.\d GiB of memory, 7\d\d MiB for batches of 32 x 64/,
      '--batch-size',
    );
    expectFailure(await run(root, [...args, '--layers', '32', '--hidden', '4096']), 2, 'at most 4.0 GiB');
    const trained = await run(root, [...args, '--seq-length', '32', '--out', 'many']);
    expect(trained.stderr).toMatch(
      /^note training needs about \d+ MiB of memory, \d+ MiB for batches of 32 x 32/m,
    );
    expect(trained.code).toBe(0);
    rmSync(join(root, 'many'), { recursive: true });
  });
});
