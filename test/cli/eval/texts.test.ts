// How texts of a collection are scored: their characters and ends, but neither labels nor the very first END.

import { expect, it } from 'vitest';
import { piecesOf, Tally } from '../../../src/cli/eval/pieces.js';
import { surprises } from '../../../src/insight/surprise.js';
import { Network } from '../../../src/model/network.js';
import { sumOf } from '../../../src/numbers.js';
import { textStart } from '../../../src/sample/opening.js';
import { inMemory } from '../../../src/text/ids.js';
import { modelOf } from '../../helpers/models.js';

const labels = [{ column: 'kind', values: [{ value: 'x', texts: 2 }] }];
const model = modelOf('abc', { collection: { division: 'line', labels } });
const end = model.vocabulary.end!;
const label = end + 1;
const ids = Uint32Array.of(end, label, 0, 1, end, label, 2, end, label, end);
const stretch = { dataset: inMemory(ids), start: 0, end: ids.length };

it('each text gives the same losses wherever it stands', () => {
  const lossesOf = (part: Uint32Array) =>
    [...surprises(model, { dataset: inMemory(part), start: 0, end: part.length }, textStart(model))].flatMap(
      ({ losses }) => Array.from(losses),
    );
  const all = lossesOf(ids);
  expect(all).toHaveLength(6);
  expect(all.slice(3, 5)).toEqual(lossesOf(ids.subarray(4, 8)));
});

it('lines are the texts, and their figures those of one window', () => {
  const pieces = [...piecesOf(surprises(model, stretch, textStart(model)), model.vocabulary)];
  expect(pieces.map(({ text, losses }) => [text, losses.length])).toEqual([
    ['ab', 3],
    ['c', 2],
    ['', 1],
  ]);
  const tally = new Tally();
  for (const piece of pieces) tally.add(piece);
  const network = new Network(model.weights, { rows: 1, steps: ids.length, training: false });
  network.forward(ids.subarray(0, -1));
  const nats = sumOf(network.losses(ids.subarray(1)));
  expect(tally.figures.characters).toBe(network.counted);
  expect(tally.figures.loss).toBeCloseTo(nats / network.counted, 5);
});
