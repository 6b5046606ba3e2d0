import type { Filter } from '../../src/text/layout/filter.js';
import { pointsOf, stringOf } from '../../src/text/points.js';

/** Passes a text through a filter, in chunks that end at `cuts` (in characters). */
export function passedThrough(filter: Filter, text: string, cuts: readonly number[] = []): string {
  const points = pointsOf(text);
  const borders = [...cuts.map((cut) => cut % (points.length + 1)).sort((a, b) => a - b), points.length];
  let passed = '';
  borders.forEach((border, i) => {
    passed += stringOf(filter.push(points.subarray(borders[i - 1] ?? 0, border)));
  });
  return passed + stringOf(filter.end());
}

/** Breaks the lines of paragraphs at a width, with an indent before the first or the other lines. */
export function wrapped(paragraphs: readonly string[], width: number, first = '', others = ''): string {
  return paragraphs
    .map((paragraph) => {
      const lines = [first];
      for (const word of paragraph.split(' ')) {
        const line = lines.at(-1)!;
        const start = lines.length === 1 ? first : others;
        if (line === start) lines[lines.length - 1] = line + word;
        else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
        else lines.push(others + word);
      }
      return `${lines.join('\n')}\n`;
    })
    .join('\n');
}
