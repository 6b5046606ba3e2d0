// What `train` makes of files, without training.

import { join } from 'node:path';
import type { TrainOptions } from '../../src/checkpoint/options.js';
import { vocabularyOf } from '../../src/checkpoint/record.js';
import { prepareRun } from '../../src/prepare/prepare.js';
import { requestOf } from '../../src/prepare/request.js';
import { Dataset } from '../../src/text/dataset.js';
import type { FileFound } from '../../src/text/files/readable.js';

/** What files are read as. */
export interface ReadFiles {
  /** Their text as it is learned; in a collection, U+0003 stands before and after each text. */
  readonly text: string;
  readonly notices: readonly string[];
  readonly files: readonly FileFound[];
  /** The encoding that a checkpoint records. */
  readonly encoding: string;
}

const TINY = { hidden: 4, layers: 1, embedding: 2, batchSize: 1, seqLength: 2, val: 0 } as const;

/**
 * Prepares a new run on files, as `train --plan` does, and takes it back.
 * @param folder where the folder of the run is made
 * @throws UserError for what cannot be read
 */
export async function filesRead(
  names: readonly string[],
  folder: string,
  options: TrainOptions = {},
): Promise<ReadFiles> {
  const request = requestOf(names, { ...TINY, out: join(folder, 'prepared'), ...options });
  const prepared = await prepareRun(
    { ...request, isPlanned: true },
    { onReading() {}, interruptible: (_, work) => work() },
  );
  if ('end' in prepared) throw new Error('a new run has ended before it began');
  try {
    const { run, record } = prepared.job;
    const vocabulary = vocabularyOf(record);
    const dataset = new Dataset(run, vocabulary.size);
    const text = vocabulary.decode(dataset.read(0, dataset.length));
    return {
      text,
      notices: prepared.notices,
      files: prepared.found!.files,
      encoding: record.decoding.encoding,
    };
  } finally {
    await prepared.release();
  }
}
