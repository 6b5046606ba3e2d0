import { sumOf } from '../../numbers.js';
import type { LiveEvent, TrainEvent } from '../../train/events.js';

/** A live sample, as far as it has been generated. */
export type Page = Omit<LiveEvent, 'type'>;

export interface Samples {
  /** The first and the newest samples, thinned out in between; the last one is still being generated. */
  readonly pages: readonly Page[];
  /** The number of the sample on the screen; undefined follows the one being generated. */
  readonly selected: number | undefined;
  /** Characters of the last page on the screen: text arrives in bursts and is shown at an even pace. */
  readonly revealed: number;
  /** Characters per millisecond in the latest burst. */
  readonly speed: number;
  /** Milliseconds of the clock. */
  readonly lastArrival: number;
}

const MOST_PAGES = 60;

export const NO_SAMPLES: Samples = { pages: [], selected: undefined, revealed: 0, speed: 0, lastArrival: 0 };

/** Reveals more of the last page after some milliseconds. */
export function revealed(samples: Samples, ms: number): Samples {
  const length = samples.pages.at(-1)?.certainty.length ?? 0;
  return { ...samples, revealed: Math.min(length, samples.revealed + samples.speed * ms) };
}

/** Updates the pace from the live text among some events. */
export function withSpeed(samples: Samples, events: readonly TrainEvent[], now: number): Samples {
  const characters = sumOf(events.map((event) => (event.type === 'live' ? event.certainty.length : 0)));
  if (characters === 0) return samples;
  return { ...samples, speed: characters / Math.max(1, now - samples.lastArrival), lastArrival: now };
}

/** Adds live text to the last page, or to a new one. */
export function addLive(samples: Samples, { type: _, ...live }: LiveEvent): Samples {
  const open = samples.pages.at(-1);
  if (open?.sample === live.sample) {
    const text = open.text + live.text;
    const certainty = [...open.certainty, ...live.certainty];
    const page = { ...open, temperature: live.temperature, text, certainty };
    return { ...samples, pages: [...samples.pages.slice(0, -1), page] };
  }
  const pages = [...samples.pages, live];
  return { ...samples, pages: pages.length > MOST_PAGES ? thinned(pages, samples) : pages, revealed: 0 };
}

/** Drops the page whose neighbours are closest in steps, but not the first, the last or the selected one. */
function thinned(pages: readonly Page[], { selected }: Samples): Page[] {
  const gap = (i: number) => pages[i + 1]!.step - pages[i - 1]!.step;
  const candidates = pages.flatMap(({ sample }, i) =>
    i > 0 && i < pages.length - 1 && sample !== selected ? i : [],
  );
  const drop = candidates.reduce((best, i) => (gap(i) < gap(best) ? i : best));
  return pages.filter((_, i) => i !== drop);
}
