import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ExitCode, systemErrorCode, UserError } from '../errors.js';
import { replaceFileSync } from '../files.js';
import { grouped } from '../numbers.js';
import type { Dataset } from './dataset.js';
import { isSuffixArray, suffixArray } from './suffix-array.js';
import { SuffixIndex } from './suffix-index.js';

const FILE_NAME = 'corpus.suffixes';
const FORMAT = 1;
/** Characters; of so many the index takes 1 GB beside the ids, and while it is made up to 3 GB. */
const LONGEST = 256_000_000;

/**
 * The index of a run's corpus. It is made once and then kept beside the ids, as a line of text and the suffix array in
 * 32-bit integers. What is found there is used only if it is the suffix array of the ids (which takes a tenth of the
 * time of making it), and is replaced without a word if not. Where nothing can be kept, it is made each time.
 * @param corpus what the checkpoint says of the corpus
 * @param onBuild called before an index is made, which takes 0.1 seconds for a million characters, and half a minute for 50
 * @throws UserError where the ids are not those of the corpus, or too many
 */
export function openSuffixIndex(
  dataset: Dataset,
  corpus: { readonly hash: string; readonly length: number },
  onBuild?: () => void,
): SuffixIndex {
  if (corpus.length > LONGEST) {
    throw new UserError(
      `the text of the run has ${grouped(corpus.length)} characters, too many to look for copies in`,
      `Leave that out: it is possible for texts of up to ${grouped(LONGEST)} characters.`,
      ExitCode.badData,
    );
  }
  dataset.verify(corpus);
  const path = join(dirname(dataset.path), FILE_NAME);
  const head = Buffer.from(`charlstm suffixes ${FORMAT} ${corpus.hash} ${corpus.length}\n`);
  const ids = dataset.read(0, dataset.length);
  const kept = readSuffixes(path, head, dataset.length);
  if (kept && isSuffixArray(kept, ids, dataset.vocabulary)) return new SuffixIndex(ids, kept);
  onBuild?.();
  const suffixes = suffixArray(ids, dataset.vocabulary);
  // Two processes may do this at the same time.
  const temporary = `${path}.${process.pid}.tmp`;
  unlessRefused(() => replaceFileSync(path, [head, suffixes], { temporary }));
  return new SuffixIndex(ids, suffixes);
}

/** What the file holds, right or wrong; undefined where it cannot be read or was written for something else. */
function readSuffixes(path: string, head: Buffer, length: number): Int32Array | undefined {
  return unlessRefused(() => {
    if (statSync(path).size !== head.length + length * Int32Array.BYTES_PER_ELEMENT) return undefined;
    const file = openSync(path, 'r');
    try {
      const foundHead = Buffer.alloc(head.length);
      readSync(file, foundHead);
      if (!foundHead.equals(head)) return undefined;
      const suffixes = new Int32Array(length);
      return readSync(file, suffixes) === suffixes.byteLength ? suffixes : undefined;
    } finally {
      closeSync(file);
    }
  });
}

/** What an action returns; undefined where the file system refuses it. */
function unlessRefused<Result>(action: () => Result): Result | undefined {
  try {
    return action();
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return undefined;
  }
}
