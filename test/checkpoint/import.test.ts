// Importing the weights of PyTorch's modules: compared with PyTorch's logits, and refused with the reason.

import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRecord } from '../../src/checkpoint/checkpoint.js';
import { readImported } from '../../src/checkpoint/import.js';
import { moduleTensors } from '../../src/checkpoint/module.js';
import { floatsOf } from '../../src/checkpoint/safetensors.js';
import { UserError } from '../../src/errors.js';
import { Network } from '../../src/model/network.js';
import { Weights } from '../../src/model/weights.js';
import { temporaryFolder } from '../helpers/cli.js';
import { builds } from '../helpers/engines.js';
import { errorOf, expectBadData, type ForeignTensor, foreignFile } from '../helpers/files.js';
import { fixture, fixtureWindow, formulaParameters, MODULES, type Module } from '../helpers/pytorch.js';

const root = await temporaryFolder();
const path = join(root, 'weights.safetensors');
const { rows, steps, vocabulary, embedding, hidden, layers } = fixture.config;
const configOf = (cell: Module) => ({ cell, vocabulary, embedding, hidden, layers, dropout: 0 });

/** The state_dict of a PyTorch module with both biases set. */
function stateDict(cell: Module): ForeignTensor[] {
  const shapes = Object.entries(fixture.modules[cell].shapes);
  const values = formulaParameters(shapes);
  return shapes.map(([name, shape]) => ({ name, shape, data: values.get(name)! }));
}

async function importedFrom(tensors: readonly ForeignTensor[]) {
  await writeFile(path, foreignFile(tensors));
  return readImported(path);
}

describe.each(MODULES)("PyTorch's %s", (cell) => {
  it('has the same tensors as a network here', () => {
    const ours = moduleTensors(configOf(cell)).map(({ name, shape }) => [name, shape]);
    expect(Object.fromEntries(ours)).toEqual(fixture.modules[cell].shapes);
  });

  it.each(builds)("reproduces PyTorch's logits with %s", async (_, open) => {
    const engine = open();
    if (!engine) return;
    const { config, values } = await importedFrom(stateDict(cell));
    expect(config).toEqual(configOf(cell));
    const weights = new Weights(engine, config, { training: false });
    weights.values.set(values);
    weights.pack();
    const network = new Network(weights, { rows, steps, training: false });
    network.forward(Uint32Array.from(fixtureWindow(0).inputs));
    const { logits } = network;
    fixture.modules[cell].logits.forEach((expected, t) => {
      expected.forEach((logit, id) => {
        expect(Math.abs(logits[t * rows * vocabulary + id]! - logit)).toBeLessThan(2e-6);
      });
    });
  });

  it('is imported in any order, nested in other modules, and under the name rnn', async () => {
    const { values } = await importedFrom(stateDict(cell));
    const others = [
      stateDict(cell).toReversed(),
      stateDict(cell).map((tensor) => ({ ...tensor, name: `module.net.${tensor.name}` })),
      stateDict(cell).map((tensor) => ({ ...tensor, name: tensor.name.replace(`${cell}.`, 'rnn.') })),
      stateDict(cell).map((tensor) => ({ ...tensor, type: 'F64' as const })),
    ];
    for (const tensors of others) {
      expect(await importedFrom(tensors)).toMatchObject({ config: configOf(cell), values });
    }
  });
});

describe('numbers of other types', () => {
  it('become the nearest of 32 bits', () => {
    const doubles = Float64Array.of(1 / 3, 1e300, 1e-300, -0);
    expect([...floatsOf(doubles.buffer, 'F64')]).toEqual([
      Math.fround(1 / 3),
      Number.POSITIVE_INFINITY,
      0,
      -0,
    ]);
    const brain = Uint16Array.of(0x3f80, 0xc040, 0x0001, 0x7f7f, 0xff80);
    expect([...floatsOf(brain.buffer, 'BF16')]).toEqual([
      1,
      -3,
      2 ** -133,
      (2 - 2 ** -7) * 2 ** 127,
      Number.NEGATIVE_INFINITY,
    ]);
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x03ff, 0x0400, 0x7bff, 0x3555, 0x7c00, 0x8000);
    expect([...floatsOf(halves.buffer, 'F16')]).toEqual([
      1,
      -2,
      2 ** -24,
      1023 * 2 ** -24,
      2 ** -14,
      65504,
      0.333251953125,
      Number.POSITIVE_INFINITY,
      -0,
    ]);
    expect(floatsOf(Uint16Array.of(0x7e01).buffer, 'F16')).toEqual(Float32Array.of(Number.NaN));
  });

  it('of 16 bits ascend with their bit patterns, evenly within a power of two', () => {
    const ascending = floatsOf(Uint16Array.from({ length: 0x7c00 }, (_, bits) => bits).buffer, 'F16');
    for (let bits = 1; bits < ascending.length; bits++) {
      const exponent = Math.max(1, (bits - 1) >> 10);
      expect(ascending[bits]! - ascending[bits - 1]!).toBe(2 ** (exponent - 25));
    }
  });
});

describe('an import is refused for', () => {
  const of = (cell: Module, change: (tensors: ForeignTensor[]) => ForeignTensor[]) => change(stateDict(cell));
  const without = (name: string) => (tensors: ForeignTensor[]) => tensors.filter((t) => t.name !== name);
  const zeros = (name: string, ...shape: number[]): ForeignTensor => ({
    name,
    shape,
    data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
  });
  const withExtra =
    (...more: ForeignTensor[]) =>
    (tensors: ForeignTensor[]) => [...tensors, ...more];
  const inPlace =
    (...others: ForeignTensor[]) =>
    (tensors: ForeignTensor[]) =>
      tensors.map((tensor) => others.find(({ name }) => name === tensor.name) ?? tensor);

  it.each<[what: string, tensors: ForeignTensor[], named: string | RegExp]>([
    ['no embedding', of('lstm', without('embedding.weight')), 'no tensor embedding.weight'],
    ['no decoder', of('gru', without('decoder.weight')), 'no tensor decoder.weight'],
    ['a decoder without bias', of('rnn', without('decoder.bias')), 'decoder.bias (bias=False?)'],
    ['a layer without bias', of('gru', without('gru.bias_hh_l1')), 'gru.bias_hh_l1 (bias=False?)'],
    ['a layer left out', of('lstm', without('lstm.weight_hh_l0')), 'lstm.weight_hh_l0'],
    ['half a layer', of('lstm', without('lstm.weight_ih_l1')), 'lstm.weight_ih_l1'],
    ['no recurrent module', [zeros('embedding.weight', 11, 6)], 'none of lstm, rnn, gru'],
    ['two recurrent modules', of('lstm', withExtra(zeros('gru.weight_ih_l0', 3, 3))), 'both lstm and gru'],
    ['two embeddings', of('lstm', withExtra(zeros('old.embedding.weight', 3, 3))), 'old.embedding.weight'],
    ['an extra tensor', of('lstm', withExtra(zeros('attention.weight', 3, 3))), 'attention.weight'],
    ['a projection', of('lstm', withExtra(zeros('lstm.weight_hr_l0', 4, 9))), /weight_hr_l0 .*proj_size/],
    [
      'two directions',
      of('lstm', withExtra(zeros('lstm.weight_ih_l0_reverse', 36, 6))),
      /weight_ih_l0_reverse .*bidirectional/,
    ],
    [
      'another prefix',
      of('lstm', (tensors) => tensors.map((t, i) => (i ? { ...t, name: `m.${t.name}` } : t))),
      'in addition to embedding it has none',
    ],
    [
      'a tensor without the prefix',
      of('lstm', (tensors) =>
        tensors.map((t) => (t.name === 'decoder.bias' ? t : { ...t, name: `m.${t.name}` })),
      ),
      'decoder.bias is not within m.',
    ],
    [
      'gates of an LSTM in a GRU',
      of('gru', inPlace(zeros('gru.weight_ih_l0', 36, 6))),
      '[36, 6], expected [27, 6]',
    ],
    [
      'another vocabulary in the decoder',
      of('gru', inPlace(zeros('decoder.bias', 12))),
      'decoder.bias is [12], expected [11]',
    ],
    ['an embedding of 3 dimensions', of('gru', inPlace(zeros('embedding.weight', 11, 6, 1))), '3 dimensions'],
    ['a network without units', of('rnn', inPlace(zeros('rnn.weight_hh_l0', 0, 0))), 'hidden is 0'],
    ['a vocabulary of one', of('rnn', inPlace(zeros('embedding.weight', 1, 6))), 'vocabulary is 1'],
    [
      'NaN',
      of('lstm', inPlace({ ...zeros('decoder.bias', 11), data: new Float32Array(11).fill(Number.NaN) })),
      'decoder.bias has',
    ],
    [
      'numbers that overflow 32 bits',
      of(
        'lstm',
        inPlace({ ...zeros('decoder.bias', 11), data: new Float64Array(11).fill(1e200), type: 'F64' }),
      ),
      'decoder.bias has',
    ],
    [
      'two biases whose sum overflows 32 bits',
      of('lstm', (tensors) =>
        tensors.map((t) =>
          t.name.includes('.bias_') ? { ...t, data: Float32Array.from(t.data, () => 3e38) } : t,
        ),
      ),
      /bias_[hi]h_l0 has/,
    ],
  ])('%s', async (_what, tensors, named) => {
    await expectBadData(importedFrom(tensors), 'cannot be imported', named);
  });

  it('integers, pickles, and truncated files', async () => {
    const bytes = foreignFile(stateDict('gru'));
    const cases: [Buffer, string][] = [
      [
        Buffer.from(bytes.toString('latin1').replace('"F32"', '"I32"'), 'latin1'),
        'not F64 or F32 or F16 or BF16',
      ],
      [Buffer.from(bytes.toString('latin1').replace('"F32"', '"F16"'), 'latin1'), 'bytes for a shape of'],
      [bytes.subarray(0, -4), 'cut short'],
      [Buffer.concat([bytes, Buffer.alloc(4)]), 'follow its data'],
      [Buffer.from('PK\u0003\u0004 and what torch.save writes after it'), 'a zip archive'],
      [Buffer.alloc(0), 'it is empty'],
    ];
    for (const [file, reason] of cases) {
      await writeFile(path, file);
      await expectBadData(readImported(path), 'weights.safetensors cannot be imported', reason);
    }
  });

  it('a checkpoint of charlstm; in turn, a file of PyTorch is refused as a checkpoint', async () => {
    const own = fileURLToPath(
      new URL('../fixtures/format-2/step-0000006-val-3.9393.safetensors', import.meta.url),
    );
    expect((await errorOf(readImported(own))).message).toMatch('is already a checkpoint of charlstm');
    await writeFile(path, foreignFile(stateDict('lstm')));
    await expectBadData(readRecord(path), 'a safetensors file of another program');
  });

  it('a file with a damaged byte, unless it is still a network', async () => {
    const whole = foreignFile(stateDict('rnn'), { vocabulary: '["a"]' });
    const head = 8 + Number(whole.readBigUInt64LE(0));
    const damaged = join(root, 'damaged.safetensors');
    await fc.assert(
      fc.asyncProperty(fc.nat(head - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const bytes = Buffer.from(whole);
        bytes[at]! ^= change;
        await writeFile(damaged, bytes);
        const found = await readImported(damaged).catch((error: unknown) => error);
        if (found instanceof Error) expect(found).toBeInstanceOf(UserError);
        else expect(found).toMatchObject({ config: { hidden } });
      }),
      { numRuns: 400 },
    );
    expect(readFileSync(damaged).length).toBe(whole.length);
  });
});
