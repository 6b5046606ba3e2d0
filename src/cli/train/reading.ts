import { duration } from '../../format.js';
import { grouped } from '../../numbers.js';
import type { PrepareHooks } from '../../prepare/request.js';
import { ProgressLine } from '../output/stderr.js';

/** Work that is done sooner shows no progress. */
const SHOW_AFTER_MS = 500;
const BAR_CELLS = 20;

/** Shows on stderr how far a text has been read: see ProgressLine. */
export class ReadingProgress {
  #what = '';
  #start = 0;
  #line: ProgressLine | undefined;

  readonly show: PrepareHooks['onReading'] = (what, bytes, total) => {
    if (what !== this.#what) {
      this.end();
      this.#what = what;
      this.#start = performance.now();
      this.#line = new ProgressLine(SHOW_AFTER_MS);
    }
    const seconds = (performance.now() - this.#start) / 1000;
    this.#line?.draw((hasBar) => progressLine({ what, bytes, total }, seconds, hasBar));
  };

  /** Removes the line. */
  end(): void {
    this.#line?.end();
    this.#line = undefined;
  }
}

/** For example "reading 45% of 2,000 MB, 310 MB/s, 4s left". */
export function progressLine(
  { what, bytes, total }: { what: string; bytes: number; total: number | undefined },
  seconds: number,
  hasBar: boolean,
): string {
  const megabytes = (count: number) => grouped(Math.round(count / 1e6));
  const speed = `${megabytes(bytes / seconds)} MB/s`;
  if (!total) return `${what} ${megabytes(bytes)} MB, ${speed}`;
  const share = Math.min(1, bytes / total);
  const full = Math.floor(share * BAR_CELLS);
  const bar = hasBar ? `${'█'.repeat(full)}${'░'.repeat(BAR_CELLS - full)} ` : '';
  const left = duration(((total - bytes) * seconds) / bytes);
  return `${what} ${bar}${Math.floor(100 * share)}% of ${megabytes(total)} MB, ${speed}, ${left} left`;
}
