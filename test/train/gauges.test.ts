// The gauges of gates and gradients: they show what the network holds, and measuring changes nothing.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CELL_NAMES, CELLS } from '../../src/model/cells.js';
import { Gauges } from '../../src/train/gauges.js';
import { openSession } from '../../src/train/session.js';
import { openLog } from '../../src/worker/log.js';
import { temporaryFolder } from '../helpers/cli.js';
import { collect, inTurns, lastFile, losses, newRun } from '../helpers/training.js';
import { gaugesEvent } from '../helpers/ui-fixture.js';

const KINDS = CELL_NAMES.flatMap((cell) =>
  [false, true].flatMap((coupled) => (coupled && !CELLS[cell].canBeCoupled ? [] : [{ cell, coupled }])),
);

describe('the gauges', () => {
  it.each(KINDS)('show the gates and gradients of a step: $cell, coupled: $coupled', async (kind) => {
    const { run, record } = await newRun({ batchSize: 16, sequenceLength: 32 }, { ...kind, layerNorm: true });
    const session = openSession(run, record, { threads: 2 });
    const { network, weights, batches } = session;
    const gauges = new Gauges(session);
    gauges.watched = true;
    weights.values.set(weights.values.map((x) => 5 * x));
    weights.pack();
    const { inputs, targets } = batches.read(0);
    network.forward(inputs, { seed: 1, draw: 0 });
    network.losses(targets, { training: true });
    const { hidden } = record.model;
    // Every other one of 512 places is sampled.
    const isSampled = (place: number) => place % 2 === 0;
    const names = CELLS[kind.cell].gates(kind.coupled);
    const shares = network.layers.map(({ index }) => {
      const all = [...network.gates(index)];
      return names.map(({ name, activation }, gate) => {
        const low = activation === 'sigmoid' ? 0.1 : -0.9;
        const own = all.filter((_, i) => {
          const block = Math.floor(i / hidden);
          return block % names.length === gate && isSampled(Math.floor(block / names.length));
        });
        const share = (is: (value: number) => boolean) => own.filter(is).length / own.length;
        return { name, left: share((x) => x < low), right: share((x) => x > 0.9) };
      });
    });
    gauges.readGates();
    network.backward();
    session.engine.finish();
    gauges.readGradients();
    const [event, ...more] = gauges.take(1);
    expect(more).toEqual([]);
    expect(event!.layers.map(({ gates }) => gates)).toEqual(shares);
    expect(shares.flat().some(({ left, right }) => left + right > 0.1)).toBe(true);

    const sums = [0, 0];
    let others = 0;
    for (const { name, start, length } of weights.table.parameters) {
      const square = weights.gradients.slice(start, start + length).reduce((sum, x) => sum + x * x, 0);
      if (/_l[01]$/.test(name)) sums[Number(name.at(-1))]! += square;
      else others += square;
    }
    event!.layers.forEach(({ gradNorm }, layer) => {
      expect(gradNorm / Math.sqrt(sums[layer]!)).toBeCloseTo(1, 5);
    });
    const norm = session.optimizer.step(1, { ...record.training });
    expect(Math.sqrt(sums[0]! + sums[1]! + others) / norm).toBeCloseTo(1, 5);
    expect([...gauges.take(1)]).toEqual([]);
  });

  it('come while asked for, about once per second, and leave the weights bit-identical', async () => {
    const options = { length: { unit: 'steps', amount: 60 } } as const;
    const quiet = await newRun(options);
    const expected = losses(await collect(openSession(quiet.run, quiet.record)));
    const { run, record } = await newRun(options);
    const commands = inTurns({
      5: [{ type: 'gauges', watched: true }],
      40: [{ type: 'gauges', watched: false }],
    });
    const events = await collect(openSession(run, record, { threads: 2 }), { commands });
    const received = events.filter((event) => event.type === 'gauges');
    expect(received[0]!.step).toBe(6);
    expect(received.every(({ step }) => step > 5 && step <= 40)).toBe(true);
    expect(received.length).toBeLessThan(20);
    expect(losses(events)).toEqual(expected);
    expect(readFileSync(lastFile(run))).toEqual(readFileSync(lastFile(quiet.run)));
  });

  it('are not logged', async () => {
    const path = join(await temporaryFolder(), 'log.jsonl');
    const log = openLog(path);
    log.write(gaugesEvent(1, 2));
    log.write({ type: 'command', step: 1, command: { type: 'gauges', watched: true } });
    log.close();
    expect(readFileSync(path, 'utf8')).toBe(
      '{"type":"command","step":1,"command":{"type":"gauges","watched":true}}\n',
    );
  });
});
