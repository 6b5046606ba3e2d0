import { chalkStderr as chalk } from 'chalk';
import { harmless } from '../format.js';
import { grouped } from '../numbers.js';
import type { Source } from '../text/source.js';

const LINE_EVERY_MS = 3000;

/** The same sources, which say on stderr how far they have been read where that takes longer than a few seconds. */
export function announced(sources: readonly Source[]): Source[] {
  let shown = performance.now();
  let bytes = 0;
  return sources.map((source) => ({
    ...source,
    async *read(folder) {
      for await (const chunk of source.read(folder)) {
        bytes += chunk.length;
        if (performance.now() - shown > LINE_EVERY_MS) {
          shown = performance.now();
          // A text is read twice: for its vocabulary, and to be written as ids.
          process.stderr.write(
            chalk.dim(`reading ${harmless(source.label)}: ${grouped(Math.round(bytes / 1e6))} MB so far\n`),
          );
        }
        yield chunk;
      }
    },
  }));
}
