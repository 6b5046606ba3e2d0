/** The thread that measures baselines in the background of a training run. */
import { parentPort, workerData } from 'node:worker_threads';
import { measureBaselines } from '../baseline/baselines.js';
import { vocabularyOf } from '../checkpoint/record.js';
import { Dataset } from '../text/dataset.js';
import { validationEnd } from '../text/split.js';
import type { TrainingJob } from './messages.js';

/** Works at most this share of the time, so that training loses no more, however few cores there are. */
const SHARE = 0.05;
/** In a suspension, work that takes milliseconds may seem to take hours. */
const LONGEST_REST_MS = 60_000;

const { run, record } = workerData as TrainingJob;
const { corpus } = record;

let start = performance.now();
const rest = async () => {
  const elapsed = performance.now() - start;
  const ms = Math.min(LONGEST_REST_MS, elapsed * (1 / SHARE - 1));
  await new Promise((resolve) => setTimeout(resolve, ms));
  start = performance.now();
};

const end = validationEnd(corpus);
if (end - corpus.trainLength >= 2) {
  const vocabulary = vocabularyOf(record);
  const dataset = new Dataset(run, vocabulary.size);
  for await (const baseline of measureBaselines(dataset, vocabulary, corpus.trainLength, end, rest)) {
    parentPort!.postMessage(baseline);
  }
}
