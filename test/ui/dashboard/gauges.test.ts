// The panel of gauges: alarms, and a picture that fits.

import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { GaugesEvent } from '../../../src/train/events.js';
import { addGauges, alarms, NO_GAUGES } from '../../../src/ui/dashboard/gauges.js';
import { gaugesPanel } from '../../../src/ui/dashboard/gauges-view.js';
import { at, gaugesEvent, newState, played, START } from '../../helpers/ui-fixture.js';

describe('the panel of gauges', () => {
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
