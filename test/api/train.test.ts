// Training and evaluation from a program, by the built package: helper threads run dist/.

import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TrainingEvent, TrainRunOptions } from '../../src/index.js';
import { run, temporaryFolder } from '../helpers/cli.js';

const BUILT = new URL('../../dist/index.js', import.meta.url).href;
const { evaluate, load, resume, train }: typeof import('../../src/index.js') = await import(BUILT);

const folder = await temporaryFolder();
const at = (name: string) => join(folder, name);
const TEXT = 'The sea, the sea! Ann has 12 cats.\nZoe ran.\n'.repeat(100);
const SMALL = { hidden: 12, layers: 1, batchSize: 4, sequenceLength: 16, evalEvery: 10, threads: 2 };

beforeAll(() => writeFile(at('text.txt'), TEXT));

async function eventsOf(events: AsyncIterable<TrainingEvent>): Promise<TrainingEvent[]> {
  const all: TrainingEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

const small = (out: string, options: TrainRunOptions = {}) =>
  train(at('text.txt'), { ...SMALL, steps: 20, out: at(out), ...options });
const checkpoints = (name: string) => readdirSync(at(name)).filter((file) => file.endsWith('.safetensors'));
const bytesOf = (name: string) => checkpoints(name).map((file) => readFileSync(join(at(name), file)));

describe('train', () => {
  it('writes the same bytes as the command, and yields its events', async () => {
    const events = await eventsOf(small('program'));
    const flags = ['--hidden', '12', '--layers', '1', '--batch-size', '4', '--seq-length', '16'];
    const { stdout, code } = await run(folder, [
      ...['train', 'text.txt', ...flags, '--eval-every', '10', '--steps', '20', '--threads', '1'],
      ...['--out', 'command', '--ui', 'json'],
    ]);
    expect(code).toBe(0);
    expect(checkpoints('program')).toEqual(checkpoints('command'));
    expect(bytesOf('program')).toEqual(bytesOf('command'));
    const types = (all: readonly { type: unknown }[]) =>
      all.map(({ type }) => type).filter((type) => type !== 'notice' && type !== 'start');
    expect(types(events)).toEqual(
      types(
        stdout
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line)),
      ),
    );
    expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'finished', step: 20 });
  });

  it('learns a text in memory like the same text in a file', async () => {
    await eventsOf(train({ text: TEXT, name: 'text' }, { ...SMALL, steps: 20, out: at('memory') }));
    expect(bytesOf('memory')).toEqual(bytesOf('program'));
  });

  it('stops and saves when its signal is aborted, and continues with the same bits', async () => {
    const controller = new AbortController();
    const events: TrainingEvent[] = [];
    for await (const event of small('aborted', { signal: controller.signal, steps: 3000, evalEvery: 500 })) {
      events.push(event);
      if (event.type === 'step') controller.abort();
    }
    expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'stopped' });
    expect((await eventsOf(resume(at('aborted')))).at(-1)).toMatchObject({ reason: 'finished', step: 3000 });
    await eventsOf(small('straight', { steps: 3000, evalEvery: 500 }));
    expect(bytesOf('aborted').at(-1)).toEqual(bytesOf('straight').at(-1));
  });

  it('stops, saves and unlocks the run when the loop is left', async () => {
    for await (const event of small('left', { steps: 1_000_000 })) if (event.type === 'step') break;
    const { step } = (await load(join(at('left'), checkpoints('left').at(-1)!))).record.progress;
    const events = await eventsOf(resume(at('left'), { stopAt: step + 1 }));
    expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'stopped', step: step + 1 });
  });

  it('leaves nothing behind when it is aborted before it starts', async () => {
    const events = small('never', { signal: AbortSignal.abort(new Error('no time')) });
    await expect(events.next()).rejects.toThrow('no time');
    expect(readdirSync(folder)).not.toContain('never');
  });

  it('names options in its errors', async () => {
    await expect(small('wrong', { hiden: 3 } as object).next()).rejects.toThrow(
      'train has no option "hiden": did you mean "hidden"?',
    );
    await expect(small('wrong', { hidden: 0 }).next()).rejects.toThrow(
      new RangeError('hidden is 0, not a whole number from 1 to 8192'),
    );
    await expect(small('wrong', { epochs: 1 }).next()).rejects.toMatchObject({
      name: 'UserError',
      hint: 'Give only one of epochs, steps and minutes.',
    });
    await expect(train(at('missing.txt')).next()).rejects.toThrow('missing.txt does not exist');
    await expect(resume(at('program'), { hidden: 3 }).next()).rejects.toThrow('hidden: 3');
    await expect(train({ text: TEXT }, { encoding: 'latin1' }).next()).rejects.toThrow(RangeError);
  });
});

describe('evaluate', () => {
  it.each(['stream', 'cold', 'once'] as const)(
    'reports what eval --json prints, with %s',
    async (protocol) => {
      const model = await load(at('program'));
      const flags = ['--protocol', protocol, '--json'];
      for (const text of [undefined, 'text.txt']) {
        const named = text === undefined ? [] : ['--text', text];
        const { stdout } = await run(folder, ['eval', 'program', ...flags, ...named]);
        const report = await evaluate(model, text && at(text), { protocol });
        const expected = JSON.parse(stdout) as { model: string; text: string };
        expect(report).toEqual({
          ...expected,
          model: at(expected.model),
          text: text === undefined ? 'validation' : at(text),
        });
      }
    },
  );

  it('reads a text in memory like a file', async () => {
    const model = await load(at('program'));
    const { model: _, text: __, ...figures } = await evaluate(model, { text: TEXT });
    expect(await evaluate(model, at('text.txt'))).toMatchObject(figures);
  });

  it('names options in its errors', async () => {
    const model = await load(at('program'));
    await expect(evaluate(model, { text: 'Ж'.repeat(9) })).rejects.toMatchObject({
      hint: "Replace them, or use unknown: 'nearest' or unknown: 'skip'.",
    });
    await expect(evaluate(model, 'x', { protokol: 'once' } as object)).rejects.toThrow(
      'evaluate has no option "protokol": did you mean "protocol"?',
    );
  });
});
