// The speed of turning texts into ids: npx tsx bench/tokenise.ts [MB]
import { mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random, Stream } from '../src/random.js';
import { readable } from '../src/text/files/readable.js';
import { resolveCorpus } from '../src/text/files/sources.js';
import type { LearnedText } from '../src/text/learn.js';
import { prepareDataset } from '../src/text/prepare.js';

const megabytes = Number(process.argv[2] ?? 500);
const TEXTS = {
  ASCII: ['the', 'lamp', 'and', 'sea', 'keeper', 'light', 'of', 'a', 'storm', 'wind', '\n'],
  'two bytes per character': ['год', 'время', 'дом', 'человек', 'море', 'свет', 'и', 'в', '\n'],
  'one to four bytes per character': ['东京', '言葉', 'naïve', 'und', 'жизнь', '😀', 'a', 'Straße', '\n'],
};

const folder = mkdtempSync(join(tmpdir(), 'charlstm-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
console.log(
  `${megabytes} MB of text; MB/s until the vocabulary is known (with the look at what the file is), and from there until the ids are written`,
);
for (const [name, words] of Object.entries(TEXTS)) {
  const path = join(folder, 'text.txt');
  const bytes = writeText(path, words);
  const corpus = await resolveCorpus([path]);
  const start = performance.now();
  const found = await readable(corpus.sources, { encoding: undefined, strip: true, folder, most: 1e9 });
  let learned = start;
  const onLearned = ({ arrange }: LearnedText) => {
    learned = performance.now();
    return arrange({ validation: 0.1, test: 0 });
  };
  const decoding = { encoding: found.encoding, normalizeNewlines: true, strip: true };
  await prepareDataset(found.sources, decoding, folder, { onLearned });
  const speed = (since: number, until: number) => Math.round(bytes / 1000 / (until - since));
  const end = performance.now();
  console.log(
    `${name.padEnd(30)} vocabulary ${speed(start, learned)}, ids ${speed(learned, end)}, both ${speed(start, end)}`,
  );
}

function writeText(path: string, words: readonly string[]): number {
  const random = new Random(1, Stream.sampling);
  const block = Buffer.from(Array.from({ length: 1e6 }, () => words[random.below(words.length)]).join(' '));
  const file = openSync(path, 'w');
  let bytes = 0;
  while (bytes < megabytes * 1e6) bytes += writeSync(file, block);
  return bytes;
}
