import type { Collection } from '../collection.js';

/** The beginning of a file. */
export interface Beginning {
  /** The file's name or path. */
  readonly name: string;
  readonly text: string;
  /** Whether the file goes on. */
  readonly isCut: boolean;
}

/** What a corpus was recognised as. */
export interface Recognised {
  readonly division: Collection['division'] | 'whole';
  /** What stands between two texts; only with the division `separator`. */
  readonly textsEnd?: string;
  /** Why, in a few words. */
  readonly evidence: string;
  /** The option that reads it otherwise, where that may well be meant. */
  readonly hint?: string;
}

/** The files of a corpus. */
export interface FilesOfCorpus {
  readonly count: number;
  /** The sizes of those that are known, in bytes. */
  readonly sizes: readonly number[];
}
