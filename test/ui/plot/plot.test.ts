import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spreadOut, ticksOf, written } from '../../../src/ui/plot/axis.js';
import { type Chart, type Figure, figureOf, SERIES_COLORS, type Series } from '../../../src/ui/plot/chart.js';
import { svgOf } from '../../../src/ui/plot/svg.js';
import { linesOf } from '../../../src/ui/plot/terminal.js';
import { lineWidth } from '../../../src/ui/text/line.js';
import { expectWellFormed } from '../../helpers/xml.js';

const HOSTILE = '</text><script>alert("1")</script> & \u0000\u001b[31m\u0085\ud800\uffff\n\t\'x\' ]]>';

const number = fc.oneof(
  fc.double(),
  fc.integer({ min: -5, max: 5 }),
  fc.constantFrom(0, 1e308, -1e308, 5e-324, Number.NaN, Number.POSITIVE_INFINITY),
);
const word = fc.oneof(fc.string({ unit: 'binary' }), fc.constant(HOSTILE), fc.constant('鯨'.repeat(40)));
const series: fc.Arbitrary<Series> = fc.record({
  name: word,
  kind: fc.constantFrom('line', 'points', 'bars'),
  color: fc.constantFrom(...SERIES_COLORS),
  emphasis: fc.boolean(),
  points: fc.array(fc.tuple(number, number), { maxLength: 12 }),
});
const chart: fc.Arbitrary<Chart> = fc.record({
  title: word,
  subtitle: word,
  x: fc.record(
    { label: word, log: fc.boolean(), categories: fc.array(word, { maxLength: 6 }) },
    { requiredKeys: ['label'] },
  ),
  y: fc.record({ label: word, log: fc.boolean() }, { requiredKeys: ['label'] }),
  series: fc.array(series, { maxLength: 5 }),
});
const figure: fc.Arbitrary<Figure> = fc.record({
  title: word,
  charts: fc.array(chart, { maxLength: 5 }),
  columns: fc.integer({ min: 1, max: 4 }),
});

/** Returns elements and attributes without the text between them. */
function markupOf(svg: string): string {
  return svg.replace(/>[^<]*</g, '><');
}

function textOf(drawing: Chart | Figure, columns = 80, rows = 16): string[] {
  return linesOf(drawing, { columns, rows }).map((line) => line.map(({ text }) => text).join(''));
}

function plain(points: Series['points'], more: Partial<Chart> = {}, kind: Series['kind'] = 'line'): Chart {
  const one: Series = { name: 'one', kind, points, color: 'training' };
  return { title: 'title', x: { label: 'x' }, y: { label: 'y' }, series: [one], ...more };
}

describe('an SVG', () => {
  it('is well-formed XML with finite numbers, whatever is drawn', () => {
    fc.assert(
      fc.property(figure, (one) => {
        const svg = svgOf(one);
        expectWellFormed(svg);
        expect(markupOf(svg)).not.toMatch(/NaN|Infinity|undefined|e[+-]\d/);
      }),
      { numRuns: 300 },
    );
  });

  it('escapes foreign text', () => {
    const svg = svgOf({ title: HOSTILE, columns: 1, charts: [plain([[1, 2]], { title: HOSTILE })] });
    expectWellFormed(svg);
    expect(svg).not.toContain('<script');
    expect(svg).toContain('&lt;script&gt;');
  });

  it('stays small with many points', () => {
    const many = Array.from({ length: 100_000 }, (_, i) => [i, Math.sin(i) + i / 1e5] as const);
    expect(svgOf(figureOf(plain(many))).length).toBeLessThan(40_000);
    expect(svgOf(figureOf(plain(many, {}, 'points'))).length).toBeLessThan(80_000);
  });

  it('keeps the peaks of a thinned line', () => {
    const flat = Array.from({ length: 50_000 }, (_, i) => [i, i === 31_234 ? 1 : 0] as const);
    const peak = svgOf(figureOf(plain(flat))).match(/class="line[^"]*" d="([^"]*)"/)![1]!;
    const heights = new Set([...peak.matchAll(/[ML]\S+ ([\d.]+)/g)].map((match) => match[1]));
    expect(heights.size).toBe(2);
  });

  it('omits values that are not above 0 on a logarithmic axis', () => {
    const points = [
      [0, 1],
      [1, 0],
      [1, 10],
      [2, -5],
      [3, 1000],
    ] as const;
    const svg = svgOf(figureOf(plain(points, { y: { label: 'y', log: true } })));
    const path = svg.match(/class="line[^"]*" d="([^"]*)"/)![1]!;
    expect(path.match(/[ML]/g)).toHaveLength(3);
  });
});

describe('charts on a terminal', () => {
  it('are never wider than the terminal, and have no control characters', () => {
    const room = { columns: fc.integer({ min: 1, max: 130 }), rows: fc.integer({ min: 1, max: 30 }) };
    fc.assert(
      fc.property(fc.oneof(chart, figure), fc.record(room), (drawing, { columns, rows }) => {
        const lines = linesOf(drawing, { columns, rows });
        for (const line of lines) {
          expect(lineWidth(line)).toBeLessThanOrEqual(columns);
          for (const { text } of line) {
            // biome-ignore lint/suspicious/noControlCharactersInRegex: these characters must not occur
            expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
          }
        }
        const drawn = textOf(drawing, columns, rows).join('');
        if (!/NaN|Infinity/.test(JSON.stringify(drawing))) expect(drawn).not.toMatch(/NaN|Infinity/);
      }),
      { numRuns: 300 },
    );
  });

  it('use the rows they are given', () => {
    for (const rows of [8, 16, 30])
      expect(
        textOf(
          plain([
            [0, 1],
            [1, 3],
          ]),
          60,
          rows,
        ),
      ).toHaveLength(rows);
  });

  it('draw points at their places', () => {
    const lines = textOf(
      plain([
        [0, 0],
        [100, 50],
      ]),
      40,
      12,
    );
    expect(lines[0]).toBe('title');
    const drawing = lines.filter((line) => /[│┤]/.test(line)).map((line) => line.replace(/^.*[│┤]/, ''));
    const first = drawing.map((line) => line.search(/[\u2801-\u28ff]/));
    expect(first.filter((at) => at >= 0)).toEqual(first.filter((at) => at >= 0).sort((a, b) => b - a));
    expect(lines.at(-2)).toMatch(/0 +\d+ +.*100$/);
  });

  it('name lines at their ends, even where lines meet', () => {
    const points = [
      [0, 1],
      [1, 2],
    ] as const;
    const many = ['a', 'b', 'c', 'd'].map((name): Series => ({ name, kind: 'line', points, color: 'good' }));
    const ends = textOf(plain([], { series: many })).flatMap((line) => / ([abcd])$/.exec(line)?.[1] ?? []);
    expect(ends.sort()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('show the numbers of bars, and distinguish series without colours', () => {
    const bars = (name: string, values: number[]): Series => ({
      name,
      kind: 'bars',
      color: 'good',
      points: values.map((value, i) => [i, value] as const),
    });
    const x = { label: '', categories: ['words', 'spaces'] };
    const lines = textOf(plain([], { x, series: [bars('net', [2, 1]), bars('n-gram', [3, -0.5])] }), 60);
    expect(lines.filter((line) => / (2\.00|1\.00|3\.00|-0\.500)$/.test(line))).toHaveLength(4);
    const longest = (mark: string) => Math.max(...lines.map((line) => line.split(mark).length - 1));
    expect(longest('▒')).toBeGreaterThan(longest('█'));
    expect(lines.some((line) => line.includes('words █'))).toBe(false);
    expect(lines.some((line) => line.trimStart().startsWith('words'))).toBe(true);
  });

  it('can draw no values, one value and equal values', () => {
    expect(textOf(plain([])).join('\n')).toContain('no values');
    expect(textOf(plain([[5, 7]])).join('')).toMatch(/[\u2801-\u28ff]/);
    expect(
      textOf(
        plain([
          [0, 7],
          [9, 7],
        ]),
      ).join(''),
    ).toMatch(/[\u2801-\u28ff]{20}/);
  });
});

describe('axes', () => {
  const labels = (from: number, to: number, log: boolean, most: number) =>
    ticksOf({ from, to, log }, most).map(({ label }) => label);

  it.each<[number, number, boolean, number, string[]]>([
    [0, 1, false, 3, ['0.0', '0.5', '1.0']],
    [0, 20_000, false, 3, ['0', '10,000', '20,000']],
    [0, 48, false, 2, ['0', '20', '40']],
    [0, 2e7, false, 3, ['0', '10⁷', '2×10⁷']],
    [0.1, 10, true, 5, ['0.1', '1', '10']],
    [1e-8, 1, true, 5, ['10⁻⁸', '10⁻⁶', '10⁻⁴', '10⁻²', '1']],
    [2e-10, 1e9, true, 2, ['10⁻⁹', '1', '10⁹']],
    [1, 9, true, 5, ['1', '2', '5']],
    [2, 100, true, 5, ['3', '10', '30', '100']],
    [1.5, 1.8, true, 5, ['1.5', '1.6', '1.7', '1.8']],
  ])('%s to %s, log %s, at most %s', (from, to, log, most, expected) => {
    expect(labels(from, to, log, most)).toEqual(expected);
  });

  it('never label two ticks alike', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e9, max: 1e9, noNaN: true }),
        fc.double({ min: 0.01, max: 1e9 }),
        (from, span) => {
          if (!(span > 1e-9 * Math.abs(from))) return;
          const found = labels(from, from + span, false, 6);
          expect(new Set(found).size).toBe(found.length);
        },
      ),
    );
  });

  it.each([
    [0, '0.00'],
    [2.345, '2.35'],
    [-0.0421, '-0.0421'],
    [12_345.6, '12,346'],
    [1.5e9, '1.5×10⁹'],
    [-1e-7, '-10⁻⁷'],
  ])('%s is written as %s', (value, expected) => {
    expect(written(value)).toBe(expected);
  });

  it('spread labels apart in order, no further than needed', () => {
    expect(spreadOut([5, 5, 5], 1, 0, 10)).toEqual([4, 5, 6]);
    expect(spreadOut([0, 9, 3], 2, 0, 10)).toEqual([0, 9, 3]);
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { maxLength: 10 }), (wanted) => {
        const places = spreadOut(wanted, 10, 0, 100);
        const sorted = [...places].sort((a, b) => a - b);
        for (const [i, place] of sorted.entries()) {
          expect(place).toBeGreaterThanOrEqual(-1e-6);
          expect(place).toBeLessThanOrEqual(100 + 1e-6);
          if (i > 0) expect(place - sorted[i - 1]!).toBeGreaterThanOrEqual(10 - 1e-6);
        }
      }),
    );
  });
});
