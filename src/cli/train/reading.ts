import { duration } from '../../format.js';
import { grouped } from '../../numbers.js';
import type { Source } from '../../text/source.js';
import { ProgressLine } from '../output/stderr.js';

/** A text is read twice: for its vocabulary, and to be written as ids. */
const PASSES = 2;
/** What is done sooner is not worth a word. */
const SHOW_AFTER_MS = 500;
const BAR_CELLS = 20;

/** Says on stderr how far a text has been read: see ProgressLine. */
export class ReadingProgress {
  /** What is being done. */
  what = 'reading';
  bytes = 0;
  /** Bytes there are to read; undefined where nobody knows. */
  total: number | undefined;
  #start = 0;
  #line: ProgressLine | undefined;

  begin(what: string, total: number | undefined): void {
    this.end();
    this.what = what;
    this.total = total;
    this.bytes = 0;
    this.#start = performance.now();
    this.#line = new ProgressLine(SHOW_AFTER_MS);
  }

  /** Notes that more was read. */
  add(bytes: number): void {
    this.bytes += bytes;
    this.#line?.draw((hasBar) => progressLine(this, (performance.now() - this.#start) / 1000, hasBar));
  }

  /** Takes the bar away. */
  end(): void {
    this.#line?.end();
    this.#line = undefined;
  }
}

/** How far something has come: "reading 45% of 2,000 MB, 310 MB/s, 4s left". */
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

/** The same sources; what is read of them, in two passes, is added to the progress. */
export function counted(sources: readonly Source[], progress: ReadingProgress): Source[] {
  let reads = 0;
  const comesOnce = sources.some(({ stats }) => stats === undefined);
  const size = sources.reduce((sum, { stats }) => sum + Number(stats?.size ?? 0), 0);
  progress.begin('reading', comesOnce ? undefined : PASSES * size);
  return sources.map((source) => ({
    ...source,
    async *read(folder) {
      // How long standard input is, is known when it has been read.
      if (reads++ === sources.length) progress.total ??= PASSES * progress.bytes;
      for await (const chunk of source.read(folder)) {
        progress.add(chunk.length);
        yield chunk;
      }
    },
  }));
}
