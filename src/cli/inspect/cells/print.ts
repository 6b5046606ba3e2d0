import { table } from '../../../format.js';
import type { Tracking } from '../../../insight/ranking.js';
import { grouped } from '../../../numbers.js';
import { tintedSvg } from '../../../ui/cells/svg.js';
import { markLegends, STATE_SCALE, tintSamples } from '../../../ui/cells/tint.js';
import { labelOf } from '../../../ui/cells/values.js';
import { glyphsOf } from '../../../ui/text/glyphs.js';
import { styled } from '../../../ui/text/styled.js';
import { hasColours } from '../../../ui/text/tint.js';
import { rowWidth, TintedRows } from '../../output/tinted-rows.js';
import type { Excerpt } from './excerpt.js';

const HEADING = ['property', 'layer', 'unit', 'measure', 'score', 'clarity', 'direction', 'threshold'];

/** Lays out the units found and what they track. */
export function unitsTable(units: readonly Tracking[]): string {
  const rows = units.map(({ property, layer, unit, measure, score, clarity, direction, threshold }) => [
    property,
    String(layer),
    String(unit),
    measure,
    score.toFixed(3),
    clarity.toFixed(3),
    direction,
    threshold === undefined ? '' : threshold.toFixed(5),
  ]);
  return table([HEADING, ...rows]);
}

/** Writes a text tinted by the state of a unit for a terminal or, without colours, with marks below it. */
export function tintedText(excerpt: Excerpt): string {
  const { layer, unit, start, text, kind, values } = excerpt;
  const what = labelOf(excerpt, kind);
  const rows = new TintedRows(STATE_SCALE, rowWidth(`marks show ${what}`));
  let out = `layer ${layer}, unit ${unit}, from character ${grouped(start)} on:\n`;
  let read = 0;
  for (const { source } of glyphsOf(text)) {
    read += Array.from(source).length;
    // The state once the whole grapheme has been read.
    out += rows.put(source, values[read - 1]!);
  }
  const legend = hasColours() ? [what, ...tintSamples().map(styled)].join(' ') : markLegends(what)[0];
  return `${out}${rows.flush()}${rows.end()}\n${legend}\n`;
}

/** Draws the same as a standalone SVG document. @param tracking what the unit tracks, if it was found */
export function excerptSvg(
  { layer, unit, start, text, kind, values, ...scale }: Excerpt,
  about: { readonly model: string; readonly text: string },
  tracking: Tracking | undefined,
): string {
  const tracks = tracking
    ? `, best at ${tracking.property}: ${tracking.measure} ${tracking.score.toFixed(2)}`
    : '';
  const end = start + values.length;
  return tintedSvg({
    title: `layer ${layer}, unit ${unit}${tracks}`,
    subtitle: `${about.model} on ${about.text}, characters ${grouped(start)} to ${grouped(end)}`,
    what: labelOf(scale, kind),
    text,
    values,
  });
}
