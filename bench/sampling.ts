/**
 * The cost of each sampling option: characters per second of a 2 x 256 network (or $SHAPE, as hidden,layers)
 * relative to plain sampling, which alternates with it. The network is untrained and the corpus random, since
 * only speed is measured. English has about 65 to 100 characters, this corpus 65.
 */
import { openEngine } from '../src/engine/engine.js';
import { withThreads } from '../src/engine/team.js';
import { table } from '../src/format.js';
import { initialise } from '../src/model/initialise.js';
import { Weights } from '../src/model/weights.js';
import { grouped } from '../src/numbers.js';
import { Random, Stream } from '../src/random.js';
import { beamSearch } from '../src/sample/beam.js';
import { fillIn } from '../src/sample/fill.js';
import { seedsFrom, writeTexts } from '../src/sample/generate.js';
import type { GenerateOptions } from '../src/sample/options.js';
import { Plan } from '../src/sample/plan.js';
import { suffixArray } from '../src/text/suffix-array.js';
import { SuffixIndex } from '../src/text/suffix-index.js';
import { Vocabulary } from '../src/text/vocabulary.js';
import { median, spread } from './measure.js';

const VOCABULARY = 65;
const LENGTH = 2000;
const ROUNDS = 15;
const CORPUS = 1_000_000;

const [hidden = 256, layers = 2] = (process.env.SHAPE || '256,2').split(',').map(Number);
const codePoints = Array.from({ length: VOCABULARY }, (_, i) => (i === 0 ? 10 : i === 1 ? 32 : 63 + i));
const vocabulary = new Vocabulary(codePoints, 'utf8');
const config = {
  cell: 'lstm',
  vocabulary: VOCABULARY,
  embedding: hidden,
  hidden,
  layers,
  dropout: 0,
} as const;
const weights = new Weights(withThreads(openEngine(), 2), config, { training: false });
initialise(weights.table, weights.values, 1);
weights.pack();
const model = { config, vocabulary, weights };

const random = new Random(1, Stream.windows);
const ids = Uint8Array.from({ length: CORPUS }, () => random.below(VOCABULARY));
const corpus = new SuffixIndex(ids, suffixArray(ids, VOCABULARY));

const PLAIN: GenerateOptions = { length: LENGTH, temperature: 0.8 };
const OPTIONS: Record<string, GenerateOptions> = {
  'plain, again': {},
  '--temp 1..0.5': { temperature: [1, 0.5] },
  '--temp-start 1.2': { startTemperature: 1.2 },
  '--target-bits 2': { targetBits: 2 },
  '--top-k 10': { topK: 10 },
  '--typical 0.9': { typical: 0.9 },
  '--top-p 0.9': { topP: 0.9 },
  '--min-p 0.05': { minP: 0.05 },
  '--repetition-penalty 1.2': { repetitionPenalty: 1.2 },
  '--ban': { ban: 'xyz' },
  '--stop': { stop: ['~~~~', '}}}'] },
  '--match ([A-Za-z]+\\s)*': { match: '([^\\n]|\\n)*' },
  '--no-copy 4': { noCopy: 4, corpus },
  '--no-copy 20': { noCopy: 20, corpus },
  '--logprobs': { logProbabilities: true },
};

/** Characters per second. */
function speed(options: GenerateOptions, count = 1): number {
  const plan = new Plan(model, { ...PLAIN, ...options });
  const start = performance.now();
  let written = 0;
  for (const draft of writeTexts(plan, seedsFrom(1, count))) written += draft.reason ? draft.ids.length : 0;
  return (1000 * written) / (performance.now() - start);
}

const rows = Object.entries(OPTIONS).map(([name, options]) => {
  const plain: number[] = [];
  const other: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    plain.push(speed({}));
    other.push(speed(options));
  }
  const ratios = other.map((value, i) => plain[i]! / value);
  return [name, grouped(Math.round(median(other))), spread(ratios)];
});
console.log(
  `${layers} x ${hidden}, ${weights.engine.name}, characters per second; time relative to plain sampling\n`,
);
console.log(table([['option', 'characters/s', 'time'], ...rows]));

const together = [1, 4, 20, 64].map((count) => {
  const speeds = Array.from({ length: 5 }, () => speed({ length: 500 }, count));
  return [`-n ${count}`, grouped(Math.round(median(speeds)))];
});
console.log(`\n${table([['texts at once', 'characters/s'], ...together])}`);

const search = (work: () => void) => {
  const start = performance.now();
  work();
  return ((performance.now() - start) / 1000).toFixed(2);
};
const plan = new Plan(model, { ...PLAIN, length: 200, logProbabilities: true });
const seconds = [
  ['--beam 5, 200 characters', search(() => beamSearch(plan, 5))],
  ['--ending of 20 characters, 128 candidates of 200', search(() => fillIn(plan, ids32(20), 128, 1))],
];
console.log(`\n${table([['search', 'seconds'], ...seconds])}`);
process.exit(); // helper threads never end

function ids32(length: number): Uint32Array {
  return Uint32Array.from(ids.subarray(0, length));
}
