import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { layoutOf } from '../../../src/ui/dashboard/layout.js';
import { lossChart } from '../../../src/ui/dashboard/loss-chart.js';
import { ticksOf } from '../../../src/ui/plot/axis.js';
import { Canvas } from '../../../src/ui/plot/canvas.js';
import { placeOf, ticks } from '../../../src/ui/plot/scale.js';
import { cut, fitting, type Line, widthOf } from '../../../src/ui/text/line.js';
import { PALETTE, tintOf } from '../../../src/ui/text/palette.js';
import { at, newState, played, START, stepEvents, trainedState } from '../../helpers/ui-fixture.js';

const textOf = (line: Line) => line.map(({ text }) => text).join('');

describe('the scale', () => {
  const range = fc
    .tuple(
      fc.double({ min: 0, max: 1e4, noNaN: true }),
      fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
      fc.boolean(),
    )
    .map(([from, span, log]) => ({ from, to: from + span, log }));

  it('has evenly spaced round ticks within the range, no more than requested', () => {
    fc.assert(
      fc.property(range, fc.integer({ min: 2, max: 50 }), (scale, most) => {
        const found = ticks(scale, most);
        expect(found.length).toBeLessThanOrEqual(most);
        expect(found.length).toBeGreaterThan(0);
        const tolerance = 1e-6 * (scale.to - scale.from);
        for (const tick of found) {
          expect(tick).toBeGreaterThanOrEqual(scale.from - tolerance);
          expect(tick).toBeLessThanOrEqual(scale.to + tolerance);
        }
        const gaps = found.slice(1).map((tick, i) => tick - found[i]!);
        for (const gap of gaps) {
          expect(gap).toBeCloseTo(gaps[0]!, 6);
          expect(Number(gap.toExponential(3)).toExponential()).toMatch(/^[125]e/);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('has ticks with distinct labels', () => {
    fc.assert(
      fc.property(range, fc.integer({ min: 2, max: 50 }), (scale, most) => {
        const labels = ticksOf(scale, most).map(({ label }) => label);
        expect(new Set(labels).size).toBe(labels.length);
      }),
    );
    const labels = (from: number, to: number) =>
      ticksOf({ from, to, log: false }, 3).map(({ label }) => label);
    expect(labels(1.4, 1.8)).toEqual(['1.4', '1.6', '1.8']);
    expect(labels(0, 1000)).toEqual(['0', '500', '1,000']);
    expect(labels(0, 0.1)).toEqual(['0.00', '0.05', '0.10']);
  });

  it('has no ticks without a range or room', () => {
    expect(ticks({ from: 2, to: 2, log: false }, 5)).toEqual([]);
    expect(ticks({ from: 1, to: 2, log: false }, 0)).toEqual([]);
    expect(ticks({ from: 0, to: 100, log: false }, 3)).toEqual([0, 50, 100]);
  });

  it('places numbers from 0 to 1, linearly or logarithmically', () => {
    const [even, log] = [false, true].map((isLog) => ({ from: 1, to: 100, log: isLog }));
    expect([1, 50.5, 100].map((value) => placeOf(value, even!))).toEqual([0, 0.5, 1]);
    expect([1, 10, 100].map((value) => placeOf(value, log!))).toEqual([0, 0.5, 1]);
    expect(placeOf(3, { from: 3, to: 3, log: false })).toBe(0.5);
  });
});

describe('the canvas', () => {
  const drawn = (canvas: Canvas) => canvas.rows().map(textOf);

  it('has 2 by 4 dots per cell', () => {
    const single = Array.from({ length: 8 }, (_, i) => {
      const canvas = new Canvas(1, 1);
      canvas.layer('faint').dot(i % 2, i >> 1);
      return drawn(canvas)[0];
    });
    expect(single.join('')).toBe('⠁⠈⠂⠐⠄⠠⡀⢀');
    const canvas = new Canvas(2, 2);
    const { dot, column } = canvas.layer('faint');
    for (let y = 0; y < 4; y++) dot(0, y);
    column(3, 7, 5);
    expect(drawn(canvas)).toEqual(['⡇ ', ' ⢰']);
  });

  it('draws nothing outside its area', () => {
    const canvas = new Canvas(2, 2);
    const { dot, column } = canvas.layer('faint');
    for (const [x, y] of [
      [-1, 0],
      [4, 0],
      [0, -1],
      [0, 8],
    ] as const) {
      dot(x, y);
      column(x, y, y);
      canvas.mark(x, y, { text: '•' });
    }
    expect(drawn(canvas)).toEqual(['  ', '  ']);
  });

  it('has layers that hide earlier ones, and marks above all of them', () => {
    const canvas = new Canvas(3, 1);
    const below = canvas.layer('faint');
    for (let x = 0; x < 6; x++) below.dot(x, 3);
    canvas.layer('training', true).dot(2, 0);
    canvas.mark(5, 1, { text: '★', color: 'validation' });
    expect(canvas.rows()).toEqual([
      [
        { text: '⣀', color: 'faint', bold: false },
        { text: '⠁', color: 'training', bold: true },
        { text: '★', color: 'validation', bold: false },
      ],
    ]);
  });

  it('writes labels over thin layers, and fills empty cells', () => {
    const canvas = new Canvas(8, 1);
    canvas.layer('faint').dot(2, 0);
    canvas.layer('training', true).dot(8, 0);
    canvas.mark(14, 0, { text: '•' });
    expect(canvas.label(2, 0, 'abc', 'faint')).toBe(false);
    expect(canvas.label(5, 0, 'abc', 'faint')).toBe(false);
    expect(drawn(canvas)).toEqual([' ⠁  ⠁  •']);
    expect(canvas.label(0, 0, 'abc', 'faint')).toBe(true);
    canvas.fill(0, '╌', 'faint');
    expect(drawn(canvas)).toEqual(['abc╌⠁╌╌•']);
  });
});

describe('the chart', () => {
  const flat = stepEvents(1, 900, (step) => 1.99 + (step % 2) / 1000);
  const states = {
    trained: trainedState(),
    flat: played(newState(), at(0, START, ...flat)),
    first: played(newState(), at(0, START, flat[0]!)),
    empty: newState(),
  };

  it('is never larger than its area', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('trained', 'flat', 'first', 'empty'),
        fc.integer({ min: 28, max: 200 }),
        fc.integer({ min: 1, max: 120 }),
        fc.record({ bits: fc.boolean(), epochs: fc.boolean(), log: fc.boolean(), recent: fc.boolean() }),
        (name, width, height, { bits, epochs, log, recent }) => {
          const unit = bits ? 'bits' : 'nats';
          const view = {
            unit,
            axis: epochs ? 'epochs' : 'steps',
            log,
            recent,
            tint: true,
            gates: false,
          } as const;
          const lines = lossChart({ ...states[name], view }, width, height);
          expect(lines.length).toBeLessThanOrEqual(height);
          for (const line of lines) expect(stringWidth(textOf(line))).toBeLessThanOrEqual(width);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('counts whole steps', () => {
    expect(textOf(lossChart(states.first, 60, 10).at(-1)!)).toMatch(/^ +0 [ \d]* step$/);
  });
});

describe('the palette', () => {
  /** Relative luminance as WCAG 2.1 defines it. */
  function luminance(color: string): number {
    const [r, g, b] = [1, 3, 5].map((i) => {
      const value = Number.parseInt(color.slice(i, i + 2), 16) / 255;
      return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  }

  function contrast(a: string, b: string): number {
    const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (light! + 0.05) / (dark! + 0.05);
  }

  it.each(Object.entries(PALETTE))('%s %s is readable on black and on white', (_, color) => {
    expect(contrast(color, '#000000')).toBeGreaterThanOrEqual(4.5);
    expect(contrast(color, '#ffffff')).toBeGreaterThanOrEqual(4.5);
  });

  it('tints characters that the network was not sure of', () => {
    expect([1, 0.5, 0.49, 0.2, 0.19, 0.05, 0.04, 0].map(tintOf)).toEqual([
      ...[undefined, undefined, 'caution', 'caution', 'validation', 'validation', 'bad', 'bad'],
    ]);
  });
});

describe('lines', () => {
  it.each<[string, number]>([
    ['', 0],
    ['abc', 3],
    ['e\u0301', 1],
    ['鯨の', 4],
    ['👨‍👩‍👧', 2],
    ['━╸', 2],
  ])('%j is %i columns wide', (text, width) => {
    expect(widthOf(text)).toBe(width);
  });

  it('are cut between graphemes, with an ellipsis', () => {
    expect(cut('moby-dick', 9)).toBe('moby-dick');
    expect(cut('moby-dick', 8)).toBe('moby-di…');
    expect(cut('鯨の海', 5)).toBe('鯨の…');
    expect(cut('鯨の海', 4)).toBe('鯨…');
    expect(cut('xe\u0301y', 2)).toBe('x…');
    expect(cut('abc', 0)).toBe('');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(30), (text, width) => {
        expect(widthOf(cut(text, width))).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('hold the first parts that fit, with separators between them', () => {
    const parts = [{ text: 'ab' }, undefined, { text: '鯨' }, { text: 'x' }];
    const fitted = (width: number) => textOf(fitting(parts, ' · ', width));
    expect([1, 2, 6, 7, 10, 11].map(fitted)).toEqual(['', 'ab', 'ab', 'ab · 鯨', 'ab · 鯨', 'ab · 鯨 · x']);
  });
});

it('the parts of the screen take exactly its rows and columns', () => {
  for (let columns = 1; columns <= 220; columns++) {
    for (let rows = 1; rows <= 80; rows++) {
      for (const head of rows < 20 ? [1] : [1, 2]) {
        const layout = layoutOf({ columns, rows }, head);
        if (columns < 40 || rows < 12) {
          expect(layout).toBeUndefined();
          continue;
        }
        const { chart, sample, middle, progressLines, beside } = layout!;
        expect(head + middle + progressLines + 1).toBe(rows);
        const [across, down] = beside ? (['width', 'height'] as const) : (['height', 'width'] as const);
        expect(chart[across] + sample[across]).toBe(beside ? columns : middle);
        expect([chart[down], sample[down]]).toEqual(Array(2).fill(beside ? middle : columns));
        expect(Math.min(chart.width, sample.width)).toBeGreaterThanOrEqual(32);
        expect(Math.min(chart.height, sample.height)).toBeGreaterThanOrEqual(2);
      }
    }
  }
});
