// The states of units, the properties of a text, and which unit tracks which property.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellStates, cellWindows, unitStates } from '../../src/insight/cells.js';
import { PROPERTIES, PROPERTY_NAMES, type PropertyName } from '../../src/insight/properties.js';
import { BINS, bestThreshold, binOf, borderOf, clearest, rankingOf } from '../../src/insight/ranking.js';
import { Network } from '../../src/model/network.js';
import { modelOf } from '../helpers/models.js';

const marksOf = (name: PropertyName, text: string) => [...PROPERTIES[name].mark(Array.from(text))];
/** The marked characters of a text, with dots for the rest. */
const seen = (name: PropertyName, text: string) => {
  const marks = marksOf(name, text);
  return Array.from(text, (c, i) => (marks[i] ? c : '.')).join('');
};

describe('properties', () => {
  it.each<[PropertyName, string, string]>([
    ['quote', 'He "said so" now', '..."said so.....'],
    ['quote', 'a “b” „c“ «d» e', '..“b..„c..«d...'],
    ['quote', 'never closed “so on\n\nnot here', '.............“so on\n.........'],
    ['quote', "don't, the sailors' dog, 'tis so'", '.................................'],
    ['quote', "'I don't know,' he said", "'I don't know,........."],
    ['quote', '“‘Tis ‘odd, isn’t it’ now” so', '“‘Tis ‘odd, isn’t it’ now....'],
    ['quote', 'the ‘old’ don’t', '....‘old.......'],
    ['bracket', 'a (b [c] d) e', '..(b [c] d...'],
    ['bracket', 'a ( b ] c } d) e) f', '..( b ] c } d......'],
    ['bracket', 'x) (never closed', '................'],
    ['bracket', '([)] {x}', '([...{x.'],
    ['caps', 'Ahab ÉTÉ x1', 'A....ÉTÉ...'],
    ['word-start', "don't  go2 éa-b", 'd......g...é..b'],
    ['number', 'a 1,204.5. 7', '..1,204.5..7'],
    ['comment', 'a // b\nc', '..// b..'],
    ['comment', 'http://x.y\n#include\n# c\n', `${'.'.repeat(20)}# c.`],
    ['comment', 'a /*/ b */ c <!-- d --> e', '../*/ b *....<!-- d --...'],
  ])('mark %s in %j', (name, text, expected) => {
    expect(seen(name, text)).toBe(expected);
  });

  it('line-position and indent count columns', () => {
    expect(marksOf('line-position', 'ab\n\nc')).toEqual([1, 2, 0, 0, 1]);
    expect(marksOf('indent', '  a b\n \tc\nd')).toEqual([1, 2, 2, 2, 2, 0, 1, 4, 4, 0, 0]);
  });

  it('mark every character of any text, with 0 or 1 for a switch', () => {
    const texts = fc.string({ unit: fc.constantFrom(...'ab1 \n\r\t\'"“”‘’«»()[]{}/*#<!->.,:É') });
    fc.assert(
      fc.property(texts, (text) => {
        for (const name of PROPERTY_NAMES) {
          const marks = marksOf(name, text);
          expect(marks.length).toBe(Array.from(text).length);
          if (PROPERTIES[name].kind === 'switch') expect(marks.every((m) => m === 0 || m === 1)).toBe(true);
        }
      }),
    );
  });

  it('take linear time, whatever is left open in the text', () => {
    const hostile = ['(', '([', ')', "'a ", '/*', '“', '(]'].map((piece) => piece.repeat(50_000));
    for (const text of hostile)
      for (const name of PROPERTY_NAMES) expect(marksOf(name, text).length).toBe(text.length);
  });
});

const TEXT = `The old man said "let go (now)". ${'He sang, and the sea was rough. '.repeat(8)}`;

describe('cell states', () => {
  it('are those of a network that reads one character at a time', () => {
    const model = modelOf(TEXT);
    const { layers, hidden } = model.config;
    const found = cellStates(model, TEXT);
    const network = new Network(model.weights, { rows: 1, steps: 1, training: false });
    network.resetState();
    const ids = model.vocabulary.encode(TEXT);
    for (const [t, id] of ids.entries()) {
      network.forward(Uint32Array.of(id));
      network.carry();
      for (let layer = 0; layer < layers; layer++) {
        const { c } = network.layers[layer]!.state;
        for (let unit = 0; unit < hidden; unit++) {
          expect(Math.abs(found[layer]!.c[t * hidden + unit]! - c[unit]!)).toBeLessThan(1e-5);
          const { tanh } = found[layer]!;
          expect(Math.abs(tanh[t * hidden + unit]! - Math.tanh(c[unit]!))).toBeLessThan(1e-5);
        }
      }
    }
    const one = unitStates(model, ids, { layer: 1, unit: 4 });
    expect([...one]).toEqual(Array.from(ids, (_, t) => found[1]!.c[t * hidden + 4]));
  });

  it('are the same on a second call, and while another text is being read', () => {
    const model = modelOf(TEXT);
    const first = cellStates(model, TEXT);
    const other = cellWindows(model, model.vocabulary.encode(TEXT.slice(20)));
    other.next();
    expect(cellStates(model, TEXT)).toEqual(first);
    other.return(undefined);
    expect(cellStates(model, TEXT)).toEqual(first);
  });

  it('of a text with unseen characters are an error naming them', () => {
    expect(() => cellStates(modelOf('abc'), 'abz')).toThrow("'z'");
  });
});

/** The F1 score of a guess. */
function f1(guess: (i: number) => boolean, marks: readonly boolean[]): number {
  const hits = marks.filter((on, i) => on && guess(i)).length;
  const guessed = marks.filter((_, i) => guess(i)).length;
  const on = marks.filter(Boolean).length;
  return on === 0 ? 0 : (2 * hits) / (guessed + on);
}

describe('ranking', () => {
  it('finds the best F1 over all thresholds and both directions', () => {
    const values = fc.array(fc.record({ bin: fc.nat(BINS - 1), on: fc.boolean() }), { minLength: 1 });
    fc.assert(
      fc.property(values, (places) => {
        const all = new Uint32Array(BINS);
        const on = new Uint32Array(BINS);
        for (const place of places) {
          all[place.bin]!++;
          if (place.on) on[place.bin]!++;
        }
        const marks = places.map((place) => place.on);
        const best = bestThreshold(all, on);
        let highest = 0;
        for (const border of [...new Set(places.flatMap(({ bin }) => [bin, bin + 1]))]) {
          highest = Math.max(
            highest,
            f1((i) => places[i]!.bin >= border, marks),
            f1((i) => places[i]!.bin < border, marks),
          );
        }
        expect(best.score).toBeCloseTo(highest, 12);
        const isAbove = (i: number) => borderOf(places[i]!.bin) >= best.threshold;
        const measured = f1((i) => isAbove(i) === (best.direction === 'above'), marks);
        expect(measured).toBeCloseTo(best.score, 12);
      }),
    );
  });

  it('uses adjacent bins, narrowest at the ends', () => {
    expect([borderOf(0), borderOf(BINS / 2), borderOf(BINS)]).toEqual([-1, 0, 1]);
    expect([binOf(-1), binOf(0), binOf(1)]).toEqual([0, BINS / 2, BINS - 1]);
    for (let bin = 0; bin < BINS; bin++) {
      const [from, to] = [borderOf(bin), borderOf(bin + 1)];
      for (const share of [1e-6, 0.5, 1 - 1e-6]) expect(binOf(from + share * (to - from))).toBe(bin);
    }
    expect(1 - borderOf(BINS - 1)).toBe(2 ** -16);
  });

  it.each<PropertyName>(['word-start', 'quote', 'line-position'])('of %s matches brute force', (property) => {
    const model = modelOf(TEXT);
    const { hidden, layers } = model.config;
    const states = cellStates(model, TEXT);
    const marks = PROPERTIES[property].mark(Array.from(TEXT));
    const ranking = rankingOf(PROPERTIES[property], { property, marks, hidden, layers });
    for (const window of cellWindows(model, model.vocabulary.encode(TEXT))) ranking.add(window);
    const ranked = ranking.ranked();
    expect(ranked.length).toBe(hidden * layers);
    expect(new Set(ranked.map(({ layer, unit }) => `${layer}/${unit}`)).size).toBe(hidden * layers);
    expect(ranked.map(({ score }) => score)).toEqual(ranked.map(({ score }) => score).sort((a, b) => b - a));
    for (const { layer, unit, measure, score, direction, threshold } of ranked) {
      const at = (values: Float32Array) => Array.from(marks, (_, t) => values[t * hidden + unit]!);
      if (measure === 'F1') {
        const values = at(states[layer]!.tanh);
        const on = Array.from(marks, (mark) => mark === 1);
        const guess = (i: number) => values[i]! >= threshold! === (direction === 'above');
        expect(f1(guess, on)).toBeCloseTo(score, 12);
      } else {
        expect(pearson(at(states[layer]!.c), [...marks])).toBeCloseTo(
          direction === 'falls' ? -score : score,
          6,
        );
      }
    }
  });

  it('lists each unit once, with what it tracks most clearly', () => {
    const tracking = (property: PropertyName, unit: number, clarity: number) =>
      ({ property, layer: 0, unit, measure: 'F1', score: 0.9, clarity, direction: 'above' }) as const;
    const found = clearest([
      [tracking('quote', 1, 0.2), tracking('quote', 2, 0.6)],
      [tracking('caps', 1, 0.7), tracking('caps', 2, 0.1)],
    ]);
    expect(found.map(({ property, unit }) => [property, unit])).toEqual([
      ['caps', 1],
      ['quote', 2],
    ]);
  });
});

function pearson(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const sum = (of: (i: number) => number) => x.reduce((total, _, i) => total + of(i), 0);
  const spread = (values: readonly number[], m: number) => sum((i) => (values[i]! - m) ** 2);
  return sum((i) => (x[i]! - mx) * (y[i]! - my)) / Math.sqrt(spread(x, mx) * spread(y, my));
}
