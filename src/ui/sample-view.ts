import { grouped } from '../numbers.js';
import { layOut } from './glyphs.js';
import { cut, type Line } from './line.js';
import { inUnit } from './loss-chart.js';
import type { Page, State } from './state.js';

function shownPage({ samples }: State): { page: Page | undefined; isLive: boolean } {
  const former = samples.pages.find((page) => page.sample === samples.shown);
  const live = samples.pages.at(-1);
  return { page: former ?? live, isLive: former === undefined || former === live };
}

/** What the panel shows, in a few words. */
export function sampleTitle(state: State): string {
  const { page, isLive } = shownPage(state);
  const temperature = (isLive ? state.temperature : (page?.temperature ?? 0)).toFixed(1);
  const step = page ? ` · step ${grouped(page.step)}` : '';
  return `${isLive ? 'live' : 'sample'}${step} · temp ${temperature}`;
}

/**
 * The live sample, its newest lines where it is longer than the panel, or a former one from its beginning; then a
 * line that tells how surprised the network was and which page this is.
 */
export function sample(state: State, width: number, height: number): Line[] {
  const { page, isLive } = shownPage(state);
  if (!page) return [[{ text: ' the network writes here', color: 'faint' }]];
  const { pages, revealed } = state.samples;
  const count = isLive ? Math.ceil(revealed) : page.certainty.length;
  const certainty = page.certainty.slice(0, count);
  const text = Array.from(page.text).slice(0, count).join('');
  const lines = layOut({ prompt: page.prompt, text, certainty }, Math.max(1, width - 2), state.view.tint);
  const room = Math.max(1, height >= 4 ? height - 1 : height);
  const seen = isLive ? lines.slice(-room) : lines.slice(0, room);
  if (isLive) seen.push([...seen.pop()!, { text: '▌', color: 'accent' }]);
  const indented = seen.map((line): Line => [{ text: ' ' }, ...line]);
  if (room === height) return indented;
  const filler = Array.from({ length: room - indented.length }, (): Line => []);
  return [
    ...indented,
    ...filler,
    [{ text: ` ${cut(footnote(state, page, certainty, pages), width - 2)}`, color: 'faint' }],
  ];
}

function footnote(state: State, page: Page, certainty: readonly number[], pages: readonly Page[]): string {
  const nats = certainty.reduce((sum, p) => sum - Math.log(p), 0) / Math.max(1, certainty.length);
  const surprise = `surprise ${inUnit(nats, state).toFixed(2)} ${state.view.unit}`;
  return pages.length > 1 ? `[ ${pages.indexOf(page) + 1} of ${pages.length} ]   ${surprise}` : surprise;
}
