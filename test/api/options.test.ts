// Options of the programming interface: misspelt names, errors in terms of options, and time for other work.

import { describe, expect, it } from 'vitest';
import { asProgramError } from '../../src/api/errors.js';
import { generate, generateMany } from '../../src/api/generate.js';
import { load } from '../../src/api/load.js';
import { checkGiven } from '../../src/api/names.js';
import { TRAIN_OPTIONS } from '../../src/checkpoint/options.js';
import { UserError } from '../../src/errors.js';
import type { GenerateOptions } from '../../src/index.js';
import { distributionOf, equationsOf, statesOfUnit, stepAfter } from '../../src/insight/index.js';
import { errorOf, thrownBy } from '../helpers/files.js';
import { modelOf } from '../helpers/models.js';

const model = modelOf('ab. ');

describe('options that a function does not have', () => {
  it.each([
    ['temp', 'temperature'],
    ['Temperature', 'temperature'],
    ['top_k', 'topK'],
    ['lenght', 'length'],
    ['logprobs', 'logProbabilities'],
    ['max_new_tokens', 'length'],
  ])('%s is refused by generate, which suggests %s', (given, meant) => {
    expect(() => generate(model, { [given]: 1 } as GenerateOptions)).toThrow(
      new TypeError(`generate has no option "${given}": did you mean "${meant}"?`),
    );
  });

  it.each([
    ['rnnSize', 'hidden'],
    ['seqLength', 'sequenceLength'],
    ['learning_rate', 'lr'],
    ['batch-size', 'batchSize'],
  ])('%s is refused by train, which suggests %s', (given, meant) => {
    expect(() => checkGiven('train', TRAIN_OPTIONS, { [given]: 1 })).toThrow(
      new TypeError(`train has no option "${given}": did you mean "${meant}"?`),
    );
  });

  it('are refused with a list of all options if none is similar', async () => {
    await expect(load('run', { colour: 'red' } as object)).rejects.toThrow(
      new TypeError('load has no option "colour": its options are engine, threads'),
    );
  });

  it('are refused before anything else, even if they are undefined', async () => {
    const texts = generateMany(model, 1, { tmep: undefined } as GenerateOptions);
    await expect(texts.next()).rejects.toThrow('generateMany has no option "tmep"');
  });
});

describe('errors that reach a program', () => {
  it.each([
    ['Replace them, or use --unknown nearest.', "Replace them, or use unknown: 'nearest'."],
    ['Start again with --lr 5.0e-3 and --clip 1.', 'Start again with lr: 5.0e-3 and clip: 1.'],
    ['Leave --seq-length out.', 'Leave sequenceLength out.'],
    ['Leave out --no-copy and --copy-report.', 'Leave out noCopy and copyReport.'],
    ['Run "charlstm engine --json".', 'Run "charlstm engine --json".'],
    ['Name one: charlstm train TEXT --from x.', 'Name one: charlstm train TEXT --from x.'],
  ])('have options for flags: %s', (hint, expected) => {
    const error = asProgramError(new UserError('--hidden is 0', hint, 65));
    expect(error).toMatchObject({ name: 'UserError', message: 'hidden is 0', hint: expected, exitCode: 65 });
  });

  it('are otherwise left as they are', () => {
    const error = new TypeError('--hidden');
    expect(asProgramError(error)).toBe(error);
  });

  it('come from generate with options in their hints', () => {
    const { hint } = thrownBy(() => generate(model, { prompt: 'é' }));
    expect(hint).toBe("Replace them, or use unknown: 'nearest' or unknown: 'skip'.");
    expect(thrownBy(() => generate(model, { match: 'aaa', length: 1 })).hint).toBe('Give a greater length.');
  });

  it('come from load if there is no such model', async () => {
    expect((await errorOf(load('/no/such/model'))).message).toContain('/no/such/model does not exist');
  });
});

describe('other work of a program', () => {
  it('is done while a text without end is written', async () => {
    let isDone = false;
    setTimeout(() => {
      isDone = true;
    });
    for await (const _ of generate(model)) if (isDone) break;
    expect(isDone).toBe(true);
  });

  it('is done before many long texts are written', async () => {
    const order: string[] = [];
    setTimeout(() => order.push('timer'));
    const { value } = await generateMany(model, 3, { length: 20_000 }).next();
    order.push('text');
    expect(value?.text).toHaveLength(20_000);
    expect(order).toEqual(['timer', 'text']);
  });
});

describe('indices out of range in charlstm/insight', () => {
  const { hidden, layers } = model.config;
  const step = stepAfter(model, undefined, 0);

  it.each([-1, 0.5, 254, Number.NaN])('%d is refused as a unit and as a layer', (index) => {
    const unit = new RangeError(`unit is ${index}, not a whole number from 0 to ${hidden - 1}`);
    expect(() => statesOfUnit(model, 'ab', { layer: 0, unit: index })).toThrow(unit);
    expect(() => equationsOf(model, step.layers[0]!, 0, index)).toThrow(unit);
    const layer = new RangeError(`layer is ${index}, not a whole number from 0 to ${layers - 1}`);
    expect(() => statesOfUnit(model, 'ab', { layer: index, unit: 0 })).toThrow(layer);
    expect(() => equationsOf(model, step.layers[0]!, index, 0)).toThrow(layer);
  });

  it('are refused as ids, states of another shape and temperatures', () => {
    expect(() => stepAfter(model, undefined, 4)).toThrow('id is 4, not a whole number from 0 to 3');
    expect(() => stepAfter(model, [step.layers[0]!.after], 0)).toThrow('before has 1 layers, not 2');
    const narrow = { h: new Float32Array(3), c: new Float32Array(3) };
    expect(() => stepAfter(model, [narrow, narrow], 0)).toThrow('before has 3 units in a layer, not 10');
    expect(() => distributionOf(model, step.logits, -1)).toThrow('temperature is -1');
    expect(() => distributionOf(model, new Float32Array(5), 1)).toThrow(
      'there are 5 logits for 4 characters',
    );
  });

  it('give the states of one unit otherwise, as cellStates does', () => {
    const { c, tanh } = statesOfUnit(model, 'ab. ', { layer: 1, unit: 7 });
    expect(c).toHaveLength(4);
    expect(tanh).toEqual(c.map(Math.tanh));
  });
});
