import type { LiveEvent, TrainEvent } from '../../train/events.js';

/** A live sample, as far as it is written. */
export interface Page {
  readonly sample: number;
  readonly step: number;
  readonly temperature: number;
  readonly prompt: string;
  readonly text: string;
  readonly certainty: readonly number[];
}

export interface Samples {
  /** The first ones and the newest, the last one still being written; in between ever fewer. */
  readonly pages: readonly Page[];
  /** Which is selected: undefined for the one being written. */
  readonly selected: number | undefined;
  /** Characters of the last page that have come to the screen: what comes in bursts is shown evenly. */
  readonly revealed: number;
  /** Characters a millisecond, as they came last. */
  readonly speed: number;
  readonly lastArrival: number;
}

const MOST_PAGES = 60;

export const NO_SAMPLES: Samples = { pages: [], selected: undefined, revealed: 0, speed: 0, lastArrival: 0 };

/** After some milliseconds: more of what has come is on the screen. */
export function revealed(samples: Samples, ms: number): Samples {
  const length = samples.pages.at(-1)?.certainty.length ?? 0;
  return { ...samples, revealed: Math.min(length, samples.revealed + samples.speed * ms) };
}

/** After some events came: how fast live text comes now, if some is among them. */
export function withSpeed(samples: Samples, events: readonly TrainEvent[], now: number): Samples {
  const characters = events.reduce(
    (sum, event) => sum + (event.type === 'live' ? event.certainty.length : 0),
    0,
  );
  return characters === 0
    ? samples
    : { ...samples, speed: characters / Math.max(1, now - samples.lastArrival), lastArrival: now };
}

/** Adds live text: to the page being written, or on a new one. */
export function addLive(samples: Samples, event: LiveEvent): Samples {
  const open = samples.pages.at(-1);
  if (open?.sample === event.sample) {
    const page = {
      ...open,
      temperature: event.temperature,
      text: open.text + event.text,
      certainty: [...open.certainty, ...event.certainty],
    };
    return { ...samples, pages: [...samples.pages.slice(0, -1), page] };
  }
  const { sample, step, temperature, prompt, text, certainty } = event;
  const pages = [...samples.pages, { sample, step, temperature, prompt, text, certainty }];
  return { ...samples, pages: pages.length > MOST_PAGES ? thinned(pages, samples) : pages, revealed: 0 };
}

/** Drops the page whose neighbours are nearest to each other in steps; not the first, the last, or the one shown. */
function thinned(pages: readonly Page[], { selected }: Samples): Page[] {
  const gap = (i: number) => pages[i + 1]!.step - pages[i - 1]!.step;
  const candidates = pages.flatMap(({ sample }, i) =>
    i > 0 && i < pages.length - 1 && sample !== selected ? i : [],
  );
  const drop = candidates.reduce((best, i) => (gap(i) < gap(best) ? i : best));
  return pages.filter((_, i) => i !== drop);
}
