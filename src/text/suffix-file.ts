import { closeSync, readSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ExitCode, UserError, unlessRefused } from '../errors.js';
import { replaceFileSync } from '../files.js';
import { grouped } from '../numbers.js';
import { openRegular } from '../regular.js';
import type { Dataset } from './dataset.js';
import { isSuffixArray, suffixArray } from './suffix-array.js';
import { SuffixIndex } from './suffix-index.js';

const FILE_NAME = 'corpus.suffixes';
const FORMAT = 1;
/** Maximum characters. The index then takes 1 GB in addition to the ids, and up to 3 GB while it is built. */
const LONGEST = 256_000_000;

/**
 * Opens the suffix index of a run's corpus. It is built once and then stored next to the ids, as a line of
 * text and the suffix array in 32-bit integers. A stored array is checked, in a tenth of the time it takes to
 * build, and silently replaced if it is wrong. Where nothing can be stored, it is built each time.
 * @param corpus as recorded in the checkpoint
 * @param onBuild called before the index is built: 0.1 s for a million characters, 30 s for 50 million
 * @throws UserError if the ids are not those of the corpus, or there are too many
 */
export function openSuffixIndex(
  dataset: Dataset,
  corpus: { readonly hash: string; readonly length: number },
  onBuild?: () => void,
): SuffixIndex {
  if (corpus.length > LONGEST) {
    throw new UserError(
      `the text of the run has ${grouped(corpus.length)} characters, too many to search for copies`,
      `Leave this option out: it works with texts of up to ${grouped(LONGEST)} characters.`,
      ExitCode.badData,
    );
  }
  dataset.verify(corpus);
  const path = join(dirname(dataset.path), FILE_NAME);
  const head = Buffer.from(`charlstm suffixes ${FORMAT} ${corpus.hash} ${corpus.length}\n`);
  const ids = dataset.read(0, dataset.length);
  const stored = readSuffixes(path, head, dataset.length);
  if (stored && isSuffixArray(stored, ids, dataset.vocabulary)) return new SuffixIndex(ids, stored);
  onBuild?.();
  const suffixes = suffixArray(ids, dataset.vocabulary);
  // Two processes may do this at the same time.
  const temporary = `${path}.${process.pid}.tmp`;
  unlessRefused(() => replaceFileSync(path, [head, suffixes], { temporary }));
  return new SuffixIndex(ids, suffixes);
}

/** Reads the stored array, unchecked; returns undefined if it cannot be read or belongs to another text. */
function readSuffixes(path: string, head: Buffer, length: number): Int32Array | undefined {
  return unlessRefused(() => {
    const { descriptor: file, size } = openRegular(path);
    try {
      if (size !== head.length + length * Int32Array.BYTES_PER_ELEMENT) return undefined;
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
