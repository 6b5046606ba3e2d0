// train --from: a new run on another text starts from trained weights and knows the characters of both texts.

import { readFileSync } from 'node:fs';
import { cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { modelOf, readCheckpoint } from '../../../src/checkpoint/checkpoint.js';
import { listCheckpoints } from '../../../src/checkpoint/run.js';
import { extended } from '../../../src/model/extend.js';
import { Network } from '../../../src/model/network.js';
import { parameterTable } from '../../../src/model/parameters.js';
import { events, expectFailure, run, temporaryFolder } from '../../helpers/cli.js';

const folder = await temporaryFolder();
const train = (...args: string[]) => run(folder, ['train', ...args]);
const last = (name: string) => listCheckpoints(join(folder, name)).at(-1)!;
const SMALL = ['--batch-size', '4', '--seq-length', '16'];
const TUNED = ['letters.txt', '--from', 'base', ...SMALL, '--steps', '12', '--eval-every', '5'];

/** Has new characters before, between and after those of the old text, and lacks some of the old ones. */
const LETTERS = 'Ärger über Öl — “naïve” \u0001 żółw ☂ and the lamp above the sea. '.repeat(60);

beforeAll(async () => {
  await writeFile(join(folder, 'letters.txt'), LETTERS);
  await train(
    ...['lighthouse', '--out', 'base', '--hidden', '20', '--layers', '2', '--embedding', '7', ...SMALL],
    ...['--dropout', '0.2', '--steps', '30', '--eval-every', '10'],
  );
});

/** Returns the logits after each character of a text, from zero state, keyed by code point. */
async function logitsOf(path: string, text: string): Promise<Map<number, number>[]> {
  const model = modelOf(await readCheckpoint(path));
  const network = new Network(model.weights, { rows: 1, steps: text.length, training: false });
  network.resetState();
  network.forward(model.vocabulary.encode(text));
  const { codePoints } = model.vocabulary;
  const all = network.logits;
  return Array.from(
    text,
    (_, i) => new Map(codePoints.map((codePoint, id) => [codePoint, all[i * codePoints.length + id]!])),
  );
}

describe('train --from', { timeout: 60_000 }, () => {
  it('starts with the same predictions for the old characters, wherever their ids have moved', async () => {
    // The checkpoint of step 0 holds the weights before any step.
    const { stderr, code } = await train(...TUNED, '--out', 'begun', '--stop-at', '1', '--keep', '9');
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /weights from base\/step-0000\d+-val-[\d.]+\.safetensors \(lighthouse, step \d+\)/,
    );
    const beginning = listCheckpoints(join(folder, 'begun'))[0]!;
    expect(beginning.step).toBe(0);
    const source = (await readCheckpoint(beginning.path)).record.from!.path;
    const before = await logitsOf(join(folder, source), 'The lamp is lit.');
    const after = await logitsOf(beginning.path, 'The lamp is lit.');
    before.forEach((logits, i) => {
      for (const [codePoint, logit] of logits) expect(after[i]!.get(codePoint)).toBe(logit);
    });
    expect(after[0]!.size).toBeGreaterThan(before[0]!.size);
  });

  it('reports which characters were added, and which of the old ones the text lacks', async () => {
    const { stderr } = await train(...TUNED, '--out', 'told', '--stop-at', '1');
    expect(stderr).toMatch(
      /characters added, .*: U\+0001, 'Ä' U\+00C4 \(nearest known: "A"\), .* and 2 more\n/,
    );
    expect(stderr).toMatch(/characters kept, though the text lacks them: U\+000A, /);
    const { code, stdout } = await run(folder, ['sample', 'told', '--prompt', 'The ! ☂', '--length', '5']);
    expect(code).toBe(0);
    expect(stdout).toContain('The ! ☂');
  });

  it('records where the weights came from, in info and in every checkpoint', async () => {
    const { stdout } = await run(folder, ['info', 'told']);
    expect(stdout).toMatch(/weights from +base\/step-.*\(lighthouse, step \d+\)/);
    const { from } = (await readCheckpoint(last('told').path)).record;
    expect(from).toMatchObject({ corpus: 'lighthouse', hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it('takes the shape from the checkpoint, and allows another dropout', async () => {
    await train(...TUNED, '--out', 'shaped', '--stop-at', '1', '--dropout', '0.4', '--hidden', '20');
    const { record } = await readCheckpoint(last('shaped').path);
    expect(record.model).toMatchObject({ hidden: 20, layers: 2, embedding: 7, dropout: 0.4 });
  });

  it('writes the same bytes when stopped and resumed, even if the old run is deleted', async () => {
    await cp(join(folder, 'base'), join(folder, 'old'), { recursive: true });
    const tuned = TUNED.map((word) => (word === 'base' ? 'old' : word));
    await train(...tuned, '--out', 'whole');
    expect(readFileSync(join(folder, 'whole/log.jsonl'), 'utf8')).not.toContain('rollback');
    for (const stop of ['2', '7']) {
      await train(...tuned, '--out', `cut-${stop}`, '--stop-at', stop, '--threads', '2');
    }
    await rm(join(folder, 'old'), { recursive: true });
    for (const name of ['cut-2', 'cut-7']) {
      expect((await train('letters.txt', '--resume', name, '--threads', '1')).code).toBe(0);
      expect(readFileSync(last(name).path)).toEqual(readFileSync(last('whole').path));
    }
  });

  it('continues a GRU bit for bit, and refuses another cell', async () => {
    const gru = ['--cell', 'gru', '--layer-norm', '--hidden', '12', '--layers', '1', ...SMALL];
    await train('lighthouse', '--out', 'gru', ...gru, '--steps', '8');
    const tuned = ['letters.txt', '--from', 'gru', ...SMALL, '--steps', '6', '--eval-every', '3'];
    await train(...tuned, '--out', 'gru-whole');
    await train(...tuned, '--out', 'gru-cut', '--stop-at', '2');
    const { record } = await readCheckpoint(last('gru-cut').path);
    expect(record.model).toMatchObject({ cell: 'gru', layerNorm: true, hidden: 12 });
    const beginning = listCheckpoints(join(folder, 'gru-cut'))[0]!;
    expect(beginning.step).toBe(0);
    const before = await logitsOf(last('gru').path, 'The lamp is lit.');
    const after = await logitsOf(beginning.path, 'The lamp is lit.');
    before.forEach((logits, i) => {
      for (const [codePoint, logit] of logits) expect(after[i]!.get(codePoint)).toBe(logit);
    });
    expectFailure(await train('--resume', 'gru-cut', '--cell', 'lstm'), 2, '--cell gru', '--cell lstm');
    expect((await train('--resume', 'gru-cut', '--cell', 'gru')).code).toBe(0);
    expect(readFileSync(last('gru-cut').path)).toEqual(readFileSync(last('gru-whole').path));
    expectFailure(await train(...tuned, '--cell', 'rnn', '--out', 'never'), 2, '--cell gru', '--cell rnn');
  });

  it('rolls back to the trained weights when numbers go wrong before its first checkpoint', async () => {
    const wrong = ['--lr', '10', '--weight-decay', '10', '--clip', '0', '--ui', 'json', '--out', 'wrong'];
    const { stdout } = await train(...TUNED, '--steps', '400', '--eval-every', '300', ...wrong);
    const all = events(stdout);
    const at = all.findIndex((event) => event.type === 'rollback');
    expect(all[at]).toMatchObject({ step: 0 });
    expect(all[at + 1]).toMatchObject({ type: 'step', step: 1, loss: all[0]!.loss });
  });

  it.each([
    ['--hidden', '21', '20'],
    ['--layers', '1', '2'],
    ['--embedding', '8', '7'],
    ['--encoding', 'bytes', 'utf8'],
  ])('refuses %s %s, and names what the checkpoint has', async (flag, given, recorded) => {
    const result = await train(...TUNED, flag, given, '--out', 'never');
    expectFailure(result, 2, `${flag} ${recorded}`, `${flag} ${given}`);
  });

  it('refuses --resume next to --from, a missing text, and a model that is not a run', async () => {
    expectFailure(await train(...TUNED, '--resume', 'base'), 2, '--resume', '--from');
    expectFailure(await train('--from', 'base'), 2, 'no text is named', '--resume');
    expectFailure(await train('letters.txt', '--from', 'nowhere'), 66, 'nowhere');
    expectFailure(await train('letters.txt', '--from', 'letters.txt'), 65, 'letters.txt');
  });
});

it('the rows of every character move to its new id, and everything else stays', () => {
  const config = { cell: 'lstm', vocabulary: 5, embedding: 3, hidden: 5, layers: 2, dropout: 0 } as const;
  const table = parameterTable(config);
  const values = Float32Array.from({ length: table.count }, (_, i) => i + 1);
  const ids = fc.array(fc.option(fc.constantFrom(0, 1, 2, 3, 4), { nil: undefined }), {
    minLength: 2,
    maxLength: 12,
  });
  fc.assert(
    fc.property(ids, (ids) => {
      const after = parameterTable({ ...config, vocabulary: ids.length });
      const out = extended(values, config, ids, 1);
      const part = (span: Float32Array, { start, length }: { start: number; length: number }) =>
        span.subarray(start, start + length);
      for (const parameter of after.parameters) {
        const [before, now] = [part(values, table.named(parameter.name)), part(out, parameter)];
        if (/^lstm/.test(parameter.name)) expect(now).toEqual(before);
        else {
          const width = parameter.shape[1] ?? 1;
          ids.forEach((id, row) => {
            const found = now.subarray(row * width, (row + 1) * width);
            if (id !== undefined) expect(found).toEqual(before.subarray(id * width, (id + 1) * width));
            else expect(Math.max(...found)).toBeLessThan(10);
          });
        }
      }
    }),
  );
});
