import { readFileSync } from 'node:fs';
import { open, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { freshState, readCheckpoint, readRecord, writeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { moduleTensors } from '../../src/checkpoint/module.js';
import { NO_PROGRESS, type RunRecord } from '../../src/checkpoint/record.js';
import { parameterTable } from '../../src/model/parameters.js';
import { temporaryFolder } from '../helpers/cli.js';
import { assemble, expectBadData, takeApart } from '../helpers/files.js';

const root = await temporaryFolder();
const hostile = join(root, 'hostile.safetensors');
const { header, data } = takeApart(
  readFileSync(new URL('../fixtures/format-2/step-0000006-val-3.9393.safetensors', import.meta.url)),
);
const metadata = header.__metadata__ as Record<string, string>;
const json = JSON.stringify(header);

/** The file with some of its metadata changed; values are written as JSON. */
const saying = (change: Record<string, unknown>): Buffer => {
  const strings = Object.entries(change).map(([key, value]) => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return assemble({ ...header, __metadata__: { ...metadata, ...Object.fromEntries(strings) } }, data);
};
const model = JSON.parse(metadata.model!) as RunRecord['model'];
const codePoints = JSON.parse(metadata.codePoints!) as number[];
/** The file with JSON of other members before and after the metadata. */
const around = (before: string, after: string) => assemble(`{${before}${json.slice(1, -1)}${after}}`, data);

describe('a hostile checkpoint is refused:', () => {
  it.each<[what: string, bytes: Uint8Array, reason: string | RegExp]>([
    ['a header of 2^63 bytes', assemble(header, data, 2n ** 63n), 'length of a header'],
    ['a header of 100 MB and a byte', assemble(header, data, 100_000_001n), 'length of a header'],
    ['a tensor named twice', around('"state.h":{},', ''), 'names a member twice'],
    ['metadata named twice', around('"__metadata__":{"format":"charlstm"},', ''), 'names a member twice'],
    ['a tensor __proto__', around('', ',"__proto__":{"dtype":"F32"}'), '"__proto__"'],
    [
      'metadata __proto__',
      assemble(json.replace('"checksum"', '"__proto__":"x","checksum"'), data),
      '"__proto__"',
    ],
    [
      'a setting named twice',
      saying({ model: metadata.model!.replace('{', '{"hidden":9,') }),
      'member twice',
    ],
    ['a setting __proto__', saying({ model: metadata.model!.replace('{', '{"__proto__":{},') }), '__proto__'],
    ['lists in lists in the header', around('"x":[[[]]],', ''), 'nested more than 3 deep'],
    ['lists in lists in the history', saying({ history: '[[[[]]]]' }), 'nested more than 3 deep'],
    ['lists in lists in the vocabulary', saying({ codePoints: '[[1,2]]' }), 'nested more than 1 deep'],
    ['an extra tensor', around('"zz":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},', ''), 'no tensor zz'],
    ['a vocabulary with duplicates', saying({ codePoints: codePoints.with(3, codePoints[2]!) }), 'ascending'],
    ['a vocabulary with a surrogate', saying({ codePoints: codePoints.with(-1, 0xd800) }), 'ascending'],
    [
      'bytes past 255',
      saying({
        decoding: '{"encoding":"bytes","normalizeNewlines":false}',
        codePoints: codePoints.with(-1, 256),
      }),
      'ascending',
    ],
    ['a vocabulary of strings', saying({ codePoints: codePoints.map(String) }), 'whole numbers'],
    ['a vocabulary of fractions', saying({ codePoints: codePoints.with(3, 50.5) }), 'whole numbers'],
    ['terabytes', saying({ model: { ...model, hidden: 8192, embedding: 8192, layers: 32 } }), 'expected ['],
    ['a hidden size of 1e308', saying({ model: { ...model, hidden: 1e308 } }), 'a whole number from 1'],
    [
      'an unknown cell',
      saying({ model: { ...model, cell: 'transformer' } }),
      'cell is "transformer", not one',
    ],
    ['a cell that is a list', saying({ model: { ...model, cell: ['gru'] } }), 'cell is ["gru"], not one'],
    ['another cell', saying({ model: { ...model, cell: 'gru' } }), 'missing, expected ['],
    ['coupled gates of an RNN', saying({ model: { ...model, cell: 'rnn', coupled: true } }), 'coupled true'],
    ['normalisation that is a word', saying({ model: { ...model, layerNorm: 'yes' } }), 'layerNorm is "yes"'],
    [
      'normalisation without its scales',
      saying({ model: { ...model, layerNorm: true } }),
      'norm_ih_l0 is missing',
    ],
    ['a forget bias of 1e9', saying({ model: { ...model, forgetBias: 1e9 } }), 'a number from -20 to 20'],
    [
      'a name of 100,000 characters',
      saying({ corpus: metadata.corpus!.replace('lamp', 'x'.repeat(1e5)) }),
      'at most 255',
    ],
    ['bytes that are not UTF-8', Buffer.from(assemble(header, data)).fill(0xff, 12, 13), 'not JSON'],
    ['an invalid version', saying({ version: '2.0' }), 'has no version'],
    [
      'a version 2 without a checksum of the header',
      assemble(json.replace('headerChecksum', 'headerChecksun'), data),
      'its header does not match',
    ],
  ])('%s', async (_what, bytes, reason) => {
    await writeFile(hostile, bytes);
    for (const read of [readCheckpoint, readRecord]) await expectBadData(read(hostile), reason);
  });

  it('a file of a newer format, with its name and version', async () => {
    await writeFile(hostile, saying({ version: '5', model: 'unknown' }));
    await expectBadData(readRecord(hostile), 'hostile.safetensors has version 5 of the checkpoint format');
  });
});

describe('a hostile checkpoint of a collection is refused:', () => {
  const { header, data } = takeApart(
    readFileSync(new URL('../fixtures/format-3/step-0000006-val-3.8835.safetensors', import.meta.url)),
  );
  const metadata = header.__metadata__ as Record<string, string>;
  const part = (key: string) => JSON.parse(metadata[key]!);
  const [model, texts, corpus] = [part('model'), part('texts'), part('corpus')];
  const [genre, theme] = texts.labels;
  const end = model.end as number;
  const made = (change: Record<string, unknown>, tensors: object = {}) => {
    const strings = Object.entries(change).map(([key, value]) => [key, JSON.stringify(value)]);
    const kept = Object.entries({ ...metadata, ...Object.fromEntries(strings) }).filter(([, text]) => text);
    return assemble({ ...header, ...tensors, __metadata__: Object.fromEntries(kept) }, data);
  };

  it('the file itself is read', async () => {
    await writeFile(hostile, made({}));
    expect((await readRecord(hostile)).record).toMatchObject({ model: { end }, texts, corpus });
  });

  const later = 'which a later version of charlstm wrote';
  it.each<[what: string, bytes: Uint8Array, reason: string | RegExp]>([
    ['an end inside the vocabulary', made({ model: { ...model, end: 3 } }), `its model.end is 3, not ${end}`],
    ['an end without texts', made({ texts: undefined }), /its vocabulary has \d+ symbols, its network/],
    ['texts without an end', made({ model: { ...model, end: undefined } }), 'its model.end is undefined'],
    ['fewer symbols than labels', made({ model: { ...model, vocabulary: end + 4 } }), 'symbols, its network'],
    [
      'a value twice',
      made({
        texts: { ...texts, labels: [genre, { ...theme, values: [theme.values[0], theme.values[0]] }] },
      }),
      '"sea" twice',
    ],
    ['a column twice', made({ texts: { ...texts, labels: [genre, genre] } }), '"genre" twice'],
    [
      'a column without values',
      made({ texts: { ...texts, labels: [genre, { ...theme, values: [] }] } }),
      'values is not a list',
    ],
    [
      'labels that are no list',
      made({ texts: { ...texts, labels: { 0: genre } } }),
      'texts.labels is not a list',
    ],
    [
      'a value that is a number',
      made({
        texts: { ...texts, labels: [genre, { ...theme, values: [{ value: 7, texts: 1 }, theme.values[1]] }] },
      }),
      'values[0].value is 7',
    ],
    [
      'an unknown division',
      made({ texts: { ...texts, division: 'chapter' } }),
      'texts.division is "chapter"',
    ],
    [
      'records without a column',
      made({ texts: { ...texts, column: undefined } }),
      'texts.column does not go',
    ],
    [
      'a separator of nothing',
      made({ texts: { ...texts, division: 'separator', column: undefined } }),
      'texts.textsEnd does not go',
    ],
    [
      'a validation text before the training text ends',
      made({ corpus: { ...corpus, validationEnd: 1 } }),
      'not in this order',
    ],
    [
      'a validation text beyond the end',
      made({ corpus: { ...corpus, validationEnd: 1e6 } }),
      'not in this order',
    ],
    ['a test share of 2', made({ training: { ...part('training'), test: 2 } }), 'training.test is 2'],
    [
      'a checksum too many',
      assemble(
        { ...header, __metadata__: { ...metadata, checksum: `${metadata.checksum},${metadata.checksum}` } },
        data,
      ),
      'it has 2 checksums for',
    ],
    ['a member of a later program', made({ teacher: {} }), `has teacher, ${later}`],
    ['a setting of a later program', made({ model: { ...model, depth: 2 } }), `has model.depth, ${later}`],
    [
      'a note on a label of a later program',
      made({ texts: { ...texts, labels: [{ ...genre, kind: 'x' }, theme] } }),
      `has texts.labels[0].kind, ${later}`,
    ],
    [
      'a tensor of a later program',
      made({}, { zz: { dtype: 'F32', shape: [0], data_offsets: [0, 0] } }),
      `has tensor zz, ${later}`,
    ],
  ])('%s', async (_what, bytes, reason) => {
    await writeFile(hostile, bytes);
    for (const read of [readCheckpoint, readRecord]) await expectBadData(read(hostile), reason);
  });
});

/** How much the peak memory of the built program grows, in bytes, when it reads a file that it refuses. */
async function memoryToRefuse(
  path: string,
  [name, reader]: readonly [string, string] = ['checkpoint', 'readCheckpoint'],
): Promise<{ bytes: number; message: string }> {
  const module = new URL(`../../dist/checkpoint/${name}.js`, import.meta.url).href;
  const program = `
    const { ${reader} } = await import(${JSON.stringify(module)});
    const peak = () => process.resourceUsage().maxRSS;
    const before = peak();
    const failure = await ${reader}(${JSON.stringify(path)}).catch((error) => error);
    console.log(JSON.stringify({ bytes: (peak() - before) * 1024, message: failure.name + ': ' + failure.message }));`;
  const { stdout } = await execa(process.execPath, ['--input-type=module', '-e', program]);
  return JSON.parse(stdout) as { bytes: number; message: string };
}

describe('little memory is used to refuse', () => {
  const LONG = 9_900_000; // just below the limit of a header
  const filled = (unit: string) => unit.repeat(Math.floor(LONG / Buffer.byteLength(unit)));

  it.each<[what: string, make: () => Buffer]>([
    ['nested lists', () => assemble(`{"x":${filled('[')}`, data)],
    ['nested objects', () => assemble(`${filled('{"":')}`, data)],
    ['a long list', () => assemble(`{"x":[${filled('0,')}0]}`, data)],
    ['many objects', () => assemble(`{"x":[${filled('{},')}0]}`, data)],
    ['many members', () => assemble(`{"x":0${filled(',"":0')}}`, data)],
    ['a long string', () => assemble(`{"__metadata__":{"x":"${filled('a')}"}}`, data)],
    [
      'a long string of wide characters',
      () => assemble(`{"__metadata__":{"x":"${filled('\u4e00')}"}}`, data),
    ],
    ['a long name', () => assemble(`{"${filled('a')}":0}`, data)],
    [
      'a long type',
      () => assemble(`{${json.slice(1, -1)},"x":{"dtype":"${filled('a').slice(20_000)}"}}`, data),
    ],
    ['a long vocabulary', () => saying({ codePoints: `[${filled('0,').slice(20_000)}0]` })],
    ['a vocabulary of strings', () => saying({ codePoints: `[${filled('"ab",').slice(2_900_000)}0]` })],
    ['a long history', () => saying({ history: `[${filled('{},').slice(20_001)}0]` })],
    ['a long cell', () => saying({ model: { ...model, cell: filled('a').slice(20_000) } })],
  ])('%s', async (_what, make) => {
    await writeFile(hostile, make());
    const { bytes, message } = await memoryToRefuse(hostile);
    expect(message).toMatch(/^UserError: .{0,400}$/);
    expect(bytes).toBeLessThan(50e6);
  });

  it.each([
    ['with a matching length', { ...model, hidden: 8192 }],
    ['of a possible network', model],
  ])('100 GB of mostly a hole, %s', async (_what, claimed) => {
    const huge = 100 * 2 ** 30;
    const places = Object.entries(header).filter(([name]) => name !== '__metadata__');
    const last = places.reduce((end, [, place]) => Math.max(end, (place.data_offsets as number[])[1]!), 0);
    const hole = { dtype: 'F32', shape: [(huge - last) / 4], data_offsets: [last, huge] };
    const bytes = assemble(
      { ...header, __metadata__: { ...metadata, model: JSON.stringify(claimed) }, hole },
      data,
    );
    await writeFile(hostile, bytes);
    await truncate(hostile, bytes.length - data.length + huge);
    const { bytes: taken, message } = await memoryToRefuse(hostile);
    expect(message).toMatch(/expected \[|its network has no tensor hole/);
    expect(taken).toBeLessThan(50e6);
  });

  /** A file of holes in place of the data of a network; returns the bytes of the data. */
  async function writeHoles(claimed: typeof model, strings: object): Promise<number> {
    const shapes: [string, readonly number[]][] = parameterTable(claimed).parameters.flatMap(
      ({ name, shape }) => {
        const names = [name, `optimizer.exp_avg.${name}`, `optimizer.exp_avg_sq.${name}`];
        if (name.includes('bias_ih')) names.push(name.replace('bias_ih', 'bias_hh'));
        return names.map((each): [string, readonly number[]] => [each, shape]);
      },
    );
    const { layers, hidden } = claimed;
    shapes.push(['state.h', [layers, 2, hidden]], ['state.c', [layers, 2, hidden]]);
    let end = 0;
    const tensors = shapes.map(([name, shape]) => {
      const from = end;
      end += 4 * shape.reduce((product, size) => product * size, 1);
      return [name, { dtype: 'F32', shape, data_offsets: [from, end] }];
    });
    const all = { ...metadata, ...strings, model: JSON.stringify(claimed) };
    const head = assemble({ __metadata__: all, ...Object.fromEntries(tensors) }, Buffer.alloc(0));
    await writeFile(hostile, head);
    await truncate(hostile, head.length + end);
    return end;
  }

  it('1.6 GB of a hole that matches its configuration, whose first 16 MiB do not match their checksum', async () => {
    const claimed = { ...model, hidden: 4096, embedding: 4096, layers: 1 };
    const parts = Math.ceil((await writeHoles(claimed, {})) / 2 ** 24);
    await writeHoles(claimed, { version: '3', checksum: Array(parts).fill('0'.repeat(64)).join() });
    const { bytes, message } = await memoryToRefuse(hostile);
    expect(message).toContain('its data do not match their checksum');
    expect(bytes).toBeLessThan(70e6);
  });

  it('100 GB of a hole that matches its configuration', async () => {
    await writeHoles({ ...model, hidden: 8192, embedding: 8192, layers: 14 }, {});
    const { bytes, message } = await memoryToRefuse(hostile);
    expect(message).toContain('more than a network that can be trained');
    expect(bytes).toBeLessThan(50e6);
  });
});

describe('little memory is used to refuse an import of', () => {
  const IMPORT = ['import', 'readImported'] as const;

  it('gigabytes of a hole', async () => {
    const large = moduleTensors({ ...model, cell: 'gru', hidden: 8192, embedding: 8192, layers: 2 });
    const hole = { name: 'hole', shape: [2 ** 35] };
    for (const [rows, reason] of [
      [large, 'more than can be trained'],
      [[...moduleTensors(model), hole], 'its network has no tensor hole'],
    ] as const) {
      let end = 0;
      const places = rows.map(({ name, shape }) => {
        const from = end;
        end += 2 * shape.reduce((product, size) => product * size, 1);
        return [name, { dtype: 'BF16', shape, data_offsets: [from, end] }];
      });
      const head = assemble(Object.fromEntries(places), Buffer.alloc(0));
      await writeFile(hostile, head);
      await truncate(hostile, head.length + end);
      const { bytes, message } = await memoryToRefuse(hostile, IMPORT);
      expect(message).toContain(reason);
      expect(bytes).toBeLessThan(50e6);
    }
  });

  it('a long header of tensors, and of names', async () => {
    const entry = '"dtype":"F32","shape":[0],"data_offsets":[0,0]';
    const many = Array.from({ length: 1e5 }, (_, i) => `"${i}":{${entry}}`).join(',');
    for (const text of [`{${many}}`, `{"${'a'.repeat(9e6)}":{${entry}}}`, `{"x":${'['.repeat(9e6)}`]) {
      await writeFile(hostile, assemble(text, Buffer.alloc(0)));
      const { bytes, message } = await memoryToRefuse(hostile, IMPORT);
      expect(message).toMatch(/^UserError: .{0,400}$/);
      expect(bytes).toBeLessThan(50e6);
    }
  });
});

describe('the longest valid header', () => {
  it('is written and read, with all of Unicode and a full history', async () => {
    const points = Array.from({ length: 0x110000 }, (_, i) => i).filter((x) => x < 0xd800 || x > 0xdfff);
    const digits = 1.2345678901234567e-100;
    const record: RunRecord = {
      model: { cell: 'lstm', vocabulary: points.length, embedding: 1, hidden: 1, layers: 1, dropout: 0 },
      codePoints: points,
      decoding: { encoding: 'utf8', normalizeNewlines: true },
      training: { ...(JSON.parse(metadata.training!) as RunRecord['training']), test: 0, patience: 0 },
      corpus: {
        name: '\u4e00'.repeat(255),
        length: 2 ** 53 - 1,
        trainLength: 2 ** 53 - 1,
        hash: 'f'.repeat(64),
      },
      progress: { ...NO_PROGRESS, step: 2 ** 53 - 1, bestLoss: digits, lossSum: digits, lossCount: 1 },
      history: Array.from({ length: 4000 }, () => ({
        step: 2 ** 53 - 1,
        lr: digits,
        training: digits,
        validation: digits,
      })),
    };
    const zeros = new Float32Array(parameterTable(record.model).count);
    const state = freshState(zeros, record);
    await writeCheckpoint(hostile, { record, engine: 'wasm', state });
    expect((await readRecord(hostile)).record).toEqual(record);
    const start = Buffer.alloc(8);
    const handle = await open(hostile);
    await handle.read(start);
    await handle.close();
    expect(Number(start.readBigUInt64LE())).toBeGreaterThan(8e6);
  });
});
