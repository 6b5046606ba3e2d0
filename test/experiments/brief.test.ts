// Brief trainings, which have no run and no checkpoints.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openEngine } from '../../src/engine/engine.js';
import { newWeights, trainBriefly } from '../../src/experiments/brief.js';
import { Dataset } from '../../src/text/dataset.js';
import { resolveCorpus } from '../../src/text/files/sources.js';
import { prepareDataset } from '../../src/text/prepare.js';
import { temporaryFolder } from '../helpers/cli.js';

describe('a brief training', () => {
  it('skips windows whose numbers are not finite and learns from all others', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'text.txt');
    await writeFile(file, `${'tide and time '.repeat(40)}#${' time and tide'.repeat(40)}`);
    const decoding = { encoding: 'utf8', normalizeNewlines: false } as const;
    const { vocabulary } = await prepareDataset((await resolveCorpus([file])).sources, decoding, folder);
    const dataset = new Dataset(folder, vocabulary.size);
    onTestFinished(() => dataset.close());
    const split = { trainLength: dataset.length, batchSize: 2, sequenceLength: 20 };
    const size = { vocabulary: vocabulary.size, embedding: 4, hidden: 8, layers: 1, dropout: 0 };
    const weights = newWeights(openEngine(), { ...size, cell: 'lstm' }, 1);
    const rare = vocabulary.encode('#')[0]!;
    const { start } = weights.table.named('embedding.weight');
    weights.values.fill(Number.NaN, start + rare * size.embedding, start + (rare + 1) * size.embedding);
    const training = { dataset, split, steps: 120, lr: 0.01, clip: 1, weightDecay: 0, seed: 1 };
    const losses = [...trainBriefly(weights, training)];
    const wrong = losses.filter((loss) => !Number.isFinite(loss)).length;
    expect(wrong).toBeGreaterThan(0);
    expect(wrong).toBeLessThan(losses.length / 10);
    expect(losses.at(-1)).toBeLessThan(Math.log(vocabulary.size) / 2);
    expect(weights.gradients.every((gradient) => gradient === 0)).toBe(true);
  });
});
