/**
 * What collections of texts come to after a minute of training each, with the defaults: validation loss
 * against the best n-gram on the same split, whether samples are new and unique, and how close first letters
 * and lengths come to the corpus. For records with two labels, how many samples of each label a trigram
 * classifier recognises.
 *
 *     npx tsx bench/collections.ts [minutes]    1 by default
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { table } from '../src/format.js';
import { locateCorpus, readCatalogue } from '../src/text/files/catalogue.js';
import { median } from './measure.js';

const PROGRAM = fileURLToPath(new URL('../bin/charlstm.js', import.meta.url));
const minutes = process.argv[2] ?? '1';
const folder = mkdtempSync(join(tmpdir(), 'charlstm-bench-'));

interface Collection {
  readonly texts: readonly string[];
  /** What to train on, with its options. */
  readonly args: readonly string[];
  /** Texts to draw at temperature 0.8, and at temperature 1 for the comparison with the corpus. */
  readonly samples: readonly [new_: number, faithful: number];
}

const catalogue = readCatalogue();
const corpusText = (name: string) =>
  locateCorpus(catalogue.find((entry) => entry.name === name)!)!
    .map(({ folder, path }) => readFileSync(join(folder, path), 'utf8'))
    .join('\n');
const linesOf = (text: string) => text.split(/\r?\n/).filter((line) => line.trim() !== '');

const names = linesOf(corpusText('names'));
const novel = corpusText('moby-dick');
const words = [...new Set(novel.toLowerCase().match(/[a-z]+/g))].sort();
const paragraphs = novel
  .split(/\n\s*\n/)
  .map((text) => text.trim())
  .filter((text) => text.length >= 100 && text.length <= 400)
  .slice(0, 200);

const backwards = (text: string) => [...text].reverse().join('');
const records = [
  ...names.map((text) => ({ text: text.toLowerCase(), kind: 'name' })),
  // Words that are written small, so none of them is a name.
  ...[...new Set(novel.match(/\b[a-z]{7,}\b/g))].map((text) => ({ text, kind: 'word' })),
].flatMap(({ text, kind }, i) =>
  i % 2 === 0
    ? [{ text, kind, direction: 'forwards' }]
    : [{ text: backwards(text), kind, direction: 'backwards' }],
);

mkdirSync(join(folder, 'short'));
// Files with numbers would be chapters of one text.
for (const text of paragraphs) {
  const title = text
    .match(/[A-Za-z]+/g)!
    .slice(0, 5)
    .join('-');
  writeFileSync(join(folder, 'short', `${title}.txt`), `${text}\n`);
}
writeFileSync(join(folder, 'words.txt'), `${words.join('\n')}\n`);
const rows = records.map(({ text, kind, direction }) => `${text},${kind},${direction}`);
writeFileSync(join(folder, 'records.csv'), `text,kind,direction\n${rows.join('\n')}\n`);

const COLLECTIONS: Readonly<Record<string, Collection>> = {
  names: { texts: names, args: ['names'], samples: [1000, 10_000] },
  'words of Moby-Dick': { texts: words, args: ['words.txt'], samples: [1000, 10_000] },
  '200 short files': { texts: paragraphs, args: ['short'], samples: [1000, 2000] },
  'records with two labels': {
    texts: records.map(({ text }) => text),
    args: ['records.csv', '--column', 'text', '--label', 'kind', '--label', 'direction'],
    samples: [1000, 10_000],
  },
};

function run(...args: string[]): { stdout: string; stderr: string } {
  const { stdout, stderr, status } = spawnSync(process.execPath, [PROGRAM, ...args], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (status !== 0) throw new Error(`charlstm ${args.join(' ')} ended with ${status}: ${stderr}`);
  return { stdout, stderr };
}

const draw = (out: string, count: number, ...args: string[]): string[] =>
  run('sample', out, '-n', String(count), '--seed', '1', '--json', ...args)
    .stdout.trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { text: string }).text);

/** The total variation between the distributions of the first letters. */
function firstLetters(drawn: readonly string[], texts: readonly string[]): number {
  const share = (all: readonly string[], letter: string) =>
    all.filter((text) => text.startsWith(letter)).length / all.length;
  const letters = new Set([...drawn, ...texts].map((text) => [...text][0] ?? ''));
  const differences = [...letters].map((letter) =>
    letter === '' ? 0 : Math.abs(share(drawn, letter) - share(texts, letter)),
  );
  return differences.reduce((sum, difference) => sum + difference, 0) / 2;
}

/** A model of trigrams with ends, smoothed by adding 0.1 to each count. */
class Trigrams {
  readonly #counts = new Map<string, number>();

  constructor(texts: readonly string[]) {
    for (const text of texts)
      for (const gram of this.#grams(text))
        for (const key of [gram, gram.slice(0, -1)]) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  logLikelihood(text: string): number {
    const count = (key: string) => this.#counts.get(key) ?? 0;
    return this.#grams(text)
      .map((gram) => Math.log((count(gram) + 0.1) / (count(gram.slice(0, -1)) + 3)))
      .reduce((sum, one) => sum + one, 0);
  }

  #grams(text: string): string[] {
    const padded = `\u0001\u0001${text}\u0003`;
    return Array.from({ length: padded.length - 2 }, (_, i) => padded.slice(i, i + 3));
  }
}

/** The share of samples of each value of a label that a classifier takes for that value. */
function recognised(out: string, column: 'kind' | 'direction', values: readonly [string, string]): string {
  const models = values.map(
    (value) => new Trigrams(records.filter((one) => one[column] === value).map(({ text }) => text)),
  );
  const shares = values.map((value, right) => {
    const drawn = draw(out, 500, '--temp', '0.8', '--label', `${column}=${value}`);
    const hits = drawn.filter((text) => {
      const [own, other] = [models[right]!, models[1 - right]!];
      return own.logLikelihood(text) > other.logLikelihood(text);
    });
    return `${value} ${((100 * hits.length) / drawn.length).toFixed(0)}%`;
  });
  return shares.join(', ');
}

const found: string[][] = [];
for (const [i, [name, { texts, args, samples }]] of Object.entries(COLLECTIONS).entries()) {
  const out = `run-${i}`;
  const { stdout, stderr } = run('train', ...args, '--minutes', minutes, '--out', out, '--ui', 'plain');
  const report = stdout + stderr;
  const loss = /^best validation, step [\d,]+ +([\d.]+)/m.exec(report)?.[1];
  const last = /^last validation, step [\d,]+ +([\d.]+)/m.exec(report)?.[1];
  const ngram = /^(\d-gram) +([\d.]+)/m.exec(report);
  const [fresh, faithful] = samples;
  const drawn = draw(out, fresh, '--temp', '0.8');
  const known = new Set(texts);
  const news = drawn.filter((text) => !known.has(text)).length;
  const like = draw(out, faithful, '--temp', '1', '--no-new', '--no-unique');
  const lengths = [like, texts].map((all) => median(all.map((text) => [...text].length)));
  found.push([
    name,
    `${loss ?? last} / ${ngram?.[1]} ${ngram?.[2]}`,
    `${news} / ${new Set(drawn).size} of ${drawn.length}`,
    firstLetters(like, texts).toFixed(3),
    lengths.join(' / '),
  ]);
  if (i < 3) continue;
  console.log(`recognised by trigrams: ${recognised(out, 'kind', ['name', 'word'])}`);
  console.log(`recognised by trigrams: ${recognised(out, 'direction', ['forwards', 'backwards'])}\n`);
}
const head = [
  'collection',
  'validation / best n-gram',
  'new / unique',
  'first letters',
  'median length / corpus',
];
console.log(table([head, ...found]));
rmSync(folder, { recursive: true });
