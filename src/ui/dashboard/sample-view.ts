import { grouped } from '../../numbers.js';
import { wrappedSample } from '../text/glyphs.js';
import { filled, indented, type Line, shortened } from '../text/line.js';
import type { Page } from './samples.js';
import type { DashboardState } from './state.js';
import { figure } from './unit.js';

function selectedPage({ samples }: DashboardState): { page: Page | undefined; isLive: boolean } {
  const older = samples.pages.find((page) => page.sample === samples.selected);
  const live = samples.pages.at(-1);
  return { page: older ?? live, isLive: older === undefined || older === live };
}

/** Returns the title of the panel and shorter variants. */
export function sampleTitle(state: DashboardState): string[] {
  const { page, isLive } = selectedPage(state);
  const temperature = (isLive ? state.temperature : (page?.temperature ?? 0)).toFixed(1);
  const at = isLive ? state.last?.step : page?.step;
  const step = at === undefined ? '' : ` · step ${grouped(at)}`;
  const title = `${isLive ? 'live' : 'sample'}${step}`;
  return [`${title} · temp ${temperature}`, `${title} · T ${temperature}`, title];
}

/**
 * Draws the newest lines of the live sample, or an older sample from its start. The last line shows the page
 * and the mean surprise of the network.
 */
export function sample(state: DashboardState, width: number, height: number): Line[] {
  const { page, isLive } = selectedPage(state);
  if (!page) return [[{ text: ' samples will appear here', color: 'faint' }]];
  const { revealed } = state.samples;
  const count = isLive ? Math.ceil(revealed) : page.certainty.length;
  const certainty = page.certainty.slice(0, count);
  const text = Array.from(page.text).slice(0, count).join('');
  const shown = { prompt: page.prompt, text, certainty };
  const lines = wrappedSample(shown, Math.max(1, width - 2), state.view.tint);
  const room = Math.max(1, height >= 4 ? height - 1 : height);
  const seen = isLive ? lines.slice(-room) : lines.slice(0, room);
  if (isLive) seen.push([...seen.pop()!, { text: '▌', color: 'accent' }]);
  if (room === height) return seen.map(indented);
  return [...filled(seen, room), footnote(state, page, certainty, width - 2)].map(indented);
}

function footnote(state: DashboardState, page: Page, certainty: readonly number[], width: number): Line {
  const { pages } = state.samples;
  const nats = certainty.reduce((sum, p) => sum - Math.log(p), 0) / Math.max(1, certainty.length);
  const place = { text: `[ ${pages.indexOf(page) + 1} of ${pages.length} ]`, color: 'faint' } as const;
  const surprise = { text: `surprise ${figure(nats, state)}`, color: 'faint' } as const;
  const inFull = { ...surprise, text: `${surprise.text} ${state.view.unit}/char` };
  return shortened([[place, inFull], [place, surprise], [place]], '   ', width);
}
