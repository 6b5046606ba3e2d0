// The gauges of gates and gradients: they show what the network holds, and measuring changes nothing.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { CELL_NAMES, CELLS } from '../../src/model/cells.js';
import type { GaugesEvent } from '../../src/train/events.js';
import { Gauges } from '../../src/train/gauges.js';
import { openSession } from '../../src/train/session.js';
import { addGauges, alarms, NO_GAUGES } from '../../src/ui/dashboard/gauges.js';
import { gaugesPanel } from '../../src/ui/dashboard/gauges-view.js';
import { openLog } from '../../src/worker/log.js';
import { temporaryFolder } from '../helpers/cli.js';
import { collect, inTurns, lastFile, losses, newRun } from '../helpers/training.js';
import { at, gaugesEvent, newState, played, START } from '../helpers/ui-fixture.js';

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

describe('the panel', () => {
  const training = played(newState(), at(0, START));
  const shown = (events: readonly GaugesEvent[], width: number, height: number) =>
    gaugesPanel(played(training, at(0, ...events)), width, height);
  const words = (lines: ReturnType<typeof shown>) =>
    lines.map((line) => line.map(({ text }) => text).join(''));
  /** Returns an event with these gradient norms and shares of saturation. */
  const eventOf = (norms: readonly number[], left = 0.2, right = 0.3): GaugesEvent => ({
    type: 'gauges',
    step: 1,
    layers: norms.map((gradNorm) => ({ gradNorm, gates: [{ name: 'f', left, right }] })),
  });

  it('keeps the norms of the last two minutes', () => {
    const series = Array.from({ length: 150 }, (_, i) => eventOf([i, 2 * i])).reduce(addGauges, NO_GAUGES);
    expect(series.norms.length).toBe(120);
    expect(series.norms.at(-1)).toEqual([149, 298]);
    expect(series.last!.layers[1]!.gradNorm).toBe(298);
  });

  it('raises an alarm for a gradient a thousand times smaller than another, or a saturated gate', () => {
    expect(alarms(eventOf([0.1, 99]))).toEqual([]);
    expect(alarms(eventOf([0.1, 101]))[0]!.variants[1]).toBe("layer 0: gradient under 1/1000 of layer 1's");
    expect(alarms(eventOf([1, 0]))[0]!.variants.at(-1)).toBe('layer 1 < 1/1000 of layer 0');
    expect(alarms(eventOf([0, 0]))).toEqual([]);
    expect(alarms(eventOf([1], 0.5, 0.4))).toEqual([]);
    expect(alarms(eventOf([1], 0.5, 0.43)).map(({ color }) => color)).toEqual(['caution']);
    expect(alarms(eventOf([1], 0.5, 0.43))[0]!.variants[1]).toBe('layer 0: gate f saturated 93% of the time');
  });

  it('shows an alarm in colour and in words', () => {
    const lines = shown([eventOf([0.0001, 1], 0.05, 0.9)], 60, 12);
    const text = words(lines).join('\n');
    expect(text).toMatch(/! layer 0: gradient under 1\/1000 of layer 1's/);
    expect(text).toMatch(/! layer 1: gate f saturated 95%/);
    expect(lines[0]!.find((segment) => segment.text.includes('gradient'))!.color).toBe('bad');
    expect(lines[2]!.find((segment) => segment.text.includes('gradient'))!.color).toBeUndefined();
  });

  it('draws shares to scale, and the norms of all layers on one logarithmic scale', () => {
    const text = words(shown([eventOf([0.01, 1]), eventOf([0.1, 1])], 36, 12));
    expect(text[0]).toMatch(/^ layer 0 {2}gradient 0\.100 {3}▁▅$/);
    expect(text[2]).toMatch(/^ layer 1 {2}gradient 1\.000 {3}██$/);
    expect(text[1]).toBe(`   f ${'▒'.repeat(4)}${'─'.repeat(10)}${'█'.repeat(6)}  20%  30%`);
  });

  it('shows all layers if they fit, or else the first ones', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 28, max: 120 }),
        fc.integer({ min: 3, max: 40 }),
        fc.constantFrom(1, 3, 5000),
        (layers, width, height, ratio) => {
          const lines = words(shown([gaugesEvent(7, layers, ratio)], width, height));
          expect(lines.length).toBeLessThanOrEqual(height);
          for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width);
          const isShown = lines.some(
            (line) => line.startsWith(` ${layers - 1} `) || line.includes(`layer ${layers - 1} `),
          );
          expect(isShown).toBe(height > layers);
        },
      ),
    );
  });
});
