// `charlstm doctor` on small runs that were each trained to have one fault, and on a sound one.

import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { appendFile, cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { listCheckpoints } from '../../src/checkpoint/run.js';
import { CHECK_IDS, type CheckId } from '../../src/doctor/check.js';
import { type Parameter, parameterTable } from '../../src/model/parameters.js';
import { Random, Stream } from '../../src/random.js';
import { expectFailure, run, start, temporaryFolder } from '../helpers/cli.js';

const folder = await temporaryFolder();
const LIGHTHOUSE = await readFile(new URL('../../corpora/lighthouse.txt', import.meta.url), 'utf8');

type Reported = {
  readonly id: CheckId;
  readonly evidence: Record<string, never>;
  readonly [key: string]: unknown;
};
interface Report {
  readonly step: number;
  readonly done: number;
  readonly text: { readonly part: string; readonly characters: number } | null;
  readonly findings: readonly (Reported & {
    severity: string;
    sentence: string;
    remedy: string;
    link: string;
  })[];
  readonly fine: readonly Reported[];
  readonly unchecked: readonly { readonly id: CheckId; readonly reason: string }[];
}

/** Trains a run called `name`. */
async function train(name: string, text: string, flags: string): Promise<void> {
  const small = '--dropout 0 --embedding 16 --batch-size 16 --seq-length 32 --threads 1 --ui json';
  // If a flag is given twice, the last one counts.
  const args = `train ${text} ${small} ${flags} --out ${name}`.split(' ');
  const { code, stderr } = await run(folder, args);
  expect(stderr).not.toMatch(/^charlstm:/m);
  expect(code).toBe(0);
}

async function doctor(name: string): Promise<Report> {
  const { code, stdout, stderr } = await run(folder, ['doctor', name, '--json']);
  expect(stderr).not.toMatch(/^charlstm:/m);
  expect(code).toBe(0);
  const report = JSON.parse(stdout) as Report;
  const reported = [...report.findings, ...report.fine, ...report.unchecked].map(({ id }) => id);
  expect(reported.sort()).toEqual([...CHECK_IDS].sort());
  return report;
}

/** Returns the finding that a run was made to have, after checking its form. */
async function found(name: string, id: CheckId) {
  const { findings } = await doctor(name);
  const finding = findings.find((one) => one.id === id);
  expect(finding, `${name} has ${findings.map((one) => one.id)}`).toBeDefined();
  expect(finding!.link).toBe(`docs/background/lstm.md#${id}`);
  expect(finding!.sentence).toMatch(/^[A-Z\d].*\.$/);
  expect(finding!.severity).toMatch(/^(serious|caution)$/);
  return finding! as Omit<Reported, 'evidence'> & {
    remedy: string;
    sentence: string;
    evidence: Record<string, number>;
  };
}

/** Changes the last checkpoint of a run. */
async function edit(
  name: string,
  change: (values: Float32Array, parameter: Parameter) => void,
): Promise<void> {
  const { path } = listCheckpoints(join(folder, name)).at(-1)!;
  const checkpoint: Checkpoint = await readCheckpoint(path);
  for (const parameter of parameterTable(checkpoint.record.model).parameters) {
    change(checkpoint.state.values.subarray(parameter.start, parameter.start + parameter.length), parameter);
  }
  await writeCheckpoint(path, checkpoint);
}

const copy = (from: string, to: string) => cp(join(folder, from), join(folder, to), { recursive: true });

beforeAll(async () => {
  const random = new Random(1, Stream.sampling);
  const any = (characters: string) => characters[random.below(characters.length)]!;
  await writeFile(join(folder, 'short.txt'), LIGHTHOUSE.slice(0, 3000));
  await writeFile(
    join(folder, 'shuffled.txt'),
    Array.from({ length: 40_000 }, () => any('eeeettaaooin  \n')).join(''),
  );
  const rare = LIGHTHOUSE.replace(/^./gm, (c) => String.fromCodePoint(0x4e00 + random.below(4000)) + c);
  await writeFile(join(folder, 'rare.txt'), rare);
  await train('sound', 'lighthouse', '--hidden 48 --layers 2 --steps 600');
});

describe('a sound run', () => {
  it('has no findings, and everything was checked', async () => {
    const { findings, unchecked, fine, done, step, text } = await doctor('sound');
    expect(findings).toEqual([]);
    expect(unchecked).toEqual([]);
    expect(fine).toHaveLength(CHECK_IDS.length);
    expect({ done, step, text }).toEqual({
      done: 1,
      step: 600,
      text: { part: 'validation', characters: 4400 },
    });
  });

  it('is reported in a table, without colours unless they are wanted', async () => {
    const { stdout, code } = await run(folder, ['doctor', 'sound']);
    expect(code).toBe(0);
    expect(stdout).toMatch('Made 11 checks and found no problems.');
    for (const id of CHECK_IDS) expect(stdout).toMatch(`✓ ${id.replaceAll('-', ' ')} `);
    expect(stdout).not.toMatch('\x1b');
    expect(stdout.split('\n').every((line) => line.length <= 100)).toBe(true);
    const env = { NO_COLOR: undefined, FORCE_COLOR: '1', TERM: 'xterm' };
    expect((await start(folder, ['doctor', 'sound'], { env })).stdout).toMatch('\x1b[32m✓ overfitting');
  });

  it('is examined as a lone file, without its text and its log', async () => {
    const { path } = listCheckpoints(join(folder, 'sound')).at(-1)!;
    await cp(path, join(folder, 'alone.safetensors'));
    const { findings, unchecked, fine, text } = await doctor('alone.safetensors');
    expect(findings).toEqual([]);
    expect(text).toBeNull();
    expect(fine.map(({ id }) => id)).toEqual([
      'learning-rate-too-high',
      'learning-rate-too-low',
      'overfitting',
      'validation-known',
    ]);
    for (const { reason } of unchecked)
      expect(reason).toMatch(/next to the checkpoint|corpus\.u8 does not exist/);
    expect((await run(folder, ['doctor', 'alone.safetensors'])).stdout).toMatch('– exploding gradients');
  });

  it.each<[what: string, change: (path: string) => void, reason: string]>([
    [
      'another text of the same length',
      (path) => writeFileSync(path, readFileSync(path).reverse()),
      'not the text',
    ],
    ['half a text', (path) => truncateSync(path, 20_000), 'not the text'],
    ['malformed text', (path) => writeFileSync(path, readFileSync(path).fill(255)), 'is damaged'],
    [
      'a folder',
      (path) => {
        rmSync(path);
        mkdirSync(path);
      },
      'is a folder, not a file',
    ],
  ])('is not measured on %s', async (what, change, reason) => {
    const name = `swapped-${what.replaceAll(' ', '-')}`;
    await copy('sound', name);
    change(join(folder, name, 'corpus.u8'));
    const { text, unchecked } = await doctor(name);
    expect(text).toBeNull();
    expect(unchecked.filter((one) => one.reason.includes(reason))).toHaveLength(6);
    expect((await run(folder, ['eval', name])).stderr).toMatch(reason);
  });

  it('is examined while it trains: nothing is written, and half a line is skipped', async () => {
    await copy('sound', 'under-way');
    const files = listCheckpoints(join(folder, 'under-way'));
    const log = join(folder, 'under-way', 'log.jsonl');
    await writeFile(join(folder, 'under-way', 'lock'), 'held');
    const lines = (await readFile(log, 'utf8')).split('\n');
    await writeFile(log, lines.slice(0, -5).join('\n'));
    await appendFile(log, '\n[1]\n{"type":"step","step":"x"}\n{"type":"step","step":601,"epo');
    for (const { path } of files.slice(1)) await rm(path);
    const before = await readdir(join(folder, 'under-way'));
    const { findings, unchecked, done } = await doctor('under-way');
    expect(findings).toEqual([]);
    expect(done).toBeLessThan(1);
    const low = unchecked.filter(({ id }) => id === 'learning-rate-too-low');
    for (const { reason } of low) expect(reason).toMatch(/of its length/);
    expect(await readdir(join(folder, 'under-way'))).toEqual(before);
  });

  it('is measured on its training text if it has no validation text', async () => {
    await train('unvalidated', 'lighthouse', '--hidden 24 --layers 1 --lr 2e-2 --steps 120 --val 0');
    const { unchecked, text } = await doctor('unvalidated');
    expect(text!.part).toBe('training');
    expect(unchecked.map(({ id }) => id)).toEqual([
      'overfitting',
      'validation-too-short',
      'validation-known',
    ]);
  });

  it('is not judged by what does not apply to a collection of short texts', async () => {
    await train('lines', 'names', '--texts line --hidden 16 --layers 1 --steps 100');
    const { findings, unchecked } = await doctor('lines');
    expect(findings.map(({ id }) => id)).not.toContain('vocabulary-too-small');
    const short = unchecked.filter(({ reason }) =>
      /^most texts are shorter than \d+ characters$/.test(reason),
    );
    expect(short.map(({ id }) => id)).toEqual(['vanishing-gradients', 'state-not-used', 'window-too-short']);
    expect(unchecked.find(({ id }) => id === 'validation-known')!.reason).toMatch(/^no text/);
  });

  it('has an unknown movement of weights if it started from trained ones', async () => {
    await train('tuned', 'lighthouse', '--from sound --steps 100 --lr 1e-3');
    const { findings, fine } = await doctor('tuned');
    expect(findings).toEqual([]);
    expect(fine.find(({ id }) => id === 'learning-rate-too-low')!.evidence.moved).toBeNull();
  });

  it.each([
    ['gru --residual', ['r', 'z', 'n']],
    ['peephole', ['i', 'f', 'g', 'o']],
    ['lstm --coupled --layer-norm', ['f', 'g', 'o']],
  ])('may have any cell, such as %s', async (cell, gates) => {
    const name = cell.replaceAll(' ', '');
    await train(name, 'lighthouse', `--cell ${cell} --hidden 24 --layers 2 --lr 2e-2 --steps 120`);
    const { findings, fine } = await doctor(name);
    const { evidence } = [...findings, ...fine].find(({ id }) => id === 'dead-or-saturated-units')!;
    const layers = evidence.layers as unknown as {
      units: number;
      gates: Record<string, { saturated: number }>;
    }[];
    expect(layers.map((layer) => Object.keys(layer.gates))).toEqual([gates, gates]);
    for (const layer of layers) {
      expect(layer.units).toBe(24);
      for (const { saturated } of Object.values(layer.gates)) {
        expect(saturated).toBeGreaterThanOrEqual(0);
        expect(saturated).toBeLessThanOrEqual(1);
      }
    }
  });
});

describe('the doctor', () => {
  it('finds exploding gradients in a plain RNN whose recurrent weights were quadrupled', async () => {
    const flags = '--cell rnn --hidden 48 --layers 1 --seq-length 64 --batch-size 32 --lr 1e-5';
    await train('exploding', 'lighthouse', `${flags} --clip 0 --steps 5`);
    await edit('exploding', (values, { name }) => {
      if (name.includes('weight_hh')) values.set(values.map((value) => 4 * value));
    });
    const again = ['train', '--resume', 'exploding', '--steps', '80', '--ui', 'json'];
    expect((await run(folder, again)).code).toBe(0);
    const { evidence, remedy } = await found('exploding', 'exploding-gradients');
    expect(evidence.largeShare).toBeGreaterThan(0.2);
    expect(remedy).toMatch('--clip');
  });

  it('finds vanishing gradients in a plain RNN', async () => {
    await train('vanishing', 'lighthouse', '--cell rnn --hidden 48 --layers 1 --steps 300 --lr 2e-2');
    expect((await found('vanishing', 'vanishing-gradients')).remedy).toMatch('--cell lstm');
  });

  it('finds a learning rate that was too high', async () => {
    await train('fast', 'lighthouse', '--hidden 16 --layers 1 --batch-size 8 --steps 200 --lr 3');
    const { evidence, remedy } = await found('fast', 'learning-rate-too-high');
    expect(evidence.peak).toBeGreaterThan(2);
    expect(remedy).toMatch(/--lr \d/);
  });

  it('finds a learning rate that was too low', async () => {
    await train('slow', 'lighthouse', '--hidden 32 --layers 2 --steps 150 --lr 1e-5');
    expect((await found('slow', 'learning-rate-too-low')).evidence.moved).toBeLessThan(0.1);
  });

  it('finds overfitting to three thousand characters read many times', async () => {
    const flags = '--hidden 64 --layers 1 --batch-size 8 --seq-length 16 --lr 2e-2 --steps 500 --val 0.3';
    await train('by-heart', 'short.txt', flags);
    const { evidence, sentence } = await found('by-heart', 'overfitting');
    expect(sentence).toMatch(`since step ${evidence.bestStep} `);
    expect(evidence.validation).toBeGreaterThan(evidence.best!);
    expect(evidence.riseError).toBeGreaterThan(0);
  });

  it('finds dead units whose biases hold every gate shut or open', async () => {
    await copy('sound', 'dead');
    await edit('dead', (values, { name }) => {
      if (name.includes('bias_ih_l1')) values.fill(-30, 0, 12).fill(30, 48, 60).fill(30, 144, 156);
    });
    const { evidence } = await found('dead', 'dead-or-saturated-units');
    const layers = evidence.layers as unknown as { dead: number; saturated: number }[];
    expect(layers[0]).toMatchObject({ dead: 0, saturated: 0 });
    expect(layers[1]!.dead).toBeGreaterThanOrEqual(12);
  });

  it('finds that a run was too short, without calling its units dead', async () => {
    await train('unfinished', 'lighthouse', '--cell gru --hidden 24 --layers 2 --steps 60');
    const { findings, unchecked } = await doctor('unfinished');
    expect(findings.map(({ id }) => id)).toEqual(['learning-rate-too-low']);
    expect(findings[0]!.sentence).toMatch('the run too short');
    expect(unchecked.map(({ id }) => id)).toContain('dead-or-saturated-units');
  });

  it('finds that the state is not used on characters in random order', async () => {
    await train('forgetful', 'shuffled.txt', '--hidden 32 --layers 1 --steps 200');
    const { findings } = await doctor('forgetful');
    expect(findings.map(({ id }) => id)).toEqual(['state-not-used']);
  });

  it('finds a vocabulary too large for the text', async () => {
    await train('rare', 'rare.txt', '--hidden 32 --layers 1 --steps 100');
    const { evidence } = await found('rare', 'vocabulary-too-small');
    expect(evidence.rare).toBeGreaterThan(500);
    expect(evidence.unseen).toBeGreaterThan(10);
  });

  it('finds a validation text that is too short', async () => {
    await train('brief', 'lighthouse', '--hidden 32 --layers 1 --steps 200 --val 0.005');
    const { evidence } = await found('brief', 'validation-too-short');
    expect(evidence.characters).toBe(219);
    expect((evidence.lead as unknown as { leadError: number }).leadError).toBeGreaterThan(0);
  });

  it('finds a window that is too short', async () => {
    const flags = '--hidden 64 --layers 1 --batch-size 32 --seq-length 4 --steps 1500';
    await train('narrow', 'lighthouse', flags);
    expect((await found('narrow', 'window-too-short')).remedy).toMatch('--seq-length 16');
  });
});

describe('hostile files', () => {
  it('a hostile log is read without its lines that are not events', async () => {
    await copy('sound', 'strange-log');
    const log = join(folder, 'strange-log', 'log.jsonl');
    const written = await readFile(log, 'utf8');
    const rollback = (fault: string) => `{"type":"rollback","step":1,"from":2,"fault":${fault}}\n`;
    for (const hostile of [
      written + rollback('{"toString":1,"valueOf":1}'),
      `${written}{"type":"end","step":1,"reason":${'['.repeat(1e5)}${']'.repeat(1e5)}}\n`,
      written.replace(/"lr":[\d.e-]*/g, '"lr":-1'),
      written + rollback('"x"').repeat(150_000),
      `${written}${'\0'.repeat(5e6)}\n${rollback(`"${'y'.repeat(9e5)}"`)}`,
    ]) {
      await writeFile(log, hostile);
      const { findings } = await doctor('strange-log');
      for (const { sentence, figures } of findings) expect(`${sentence}${figures}`.length).toBeLessThan(1500);
    }
  });

  it('a checkpoint with other characters is not compared with', async () => {
    await copy('sound', 'strange-rival');
    const files = listCheckpoints(join(folder, 'strange-rival'));
    const last = await readCheckpoint(files.at(-1)!.path);
    const codePoints = last.record.codePoints.map((_, id) => 0x4e00 + id);
    const record = { ...last.record, codePoints, progress: { ...last.record.progress, step: 5 } };
    await writeCheckpoint(join(folder, 'strange-rival', 'step-0000005-val-0.5000.safetensors'), {
      ...last,
      record,
    });
    const { fine } = await doctor('strange-rival');
    expect(fine.find(({ id }) => id === 'validation-too-short')!.evidence).toMatchObject({ lead: null });
  });
});

it('the doctor names a missing run and a bad flag', async () => {
  expectFailure(await run(folder, ['doctor', 'nowhere']), 66, 'nowhere does not exist');
  expectFailure(await run(folder, ['doctor', '--threads', '0']), 2, /--threads/);
});
