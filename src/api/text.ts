import { textSource } from '../text/files/source.js';
import type { Corpus } from '../text/files/sources.js';

/**
 * A text: the name of a file, folder, glob or corpus of the catalogue, several of these, or the text itself
 * as `{ text }`, with a name for its run.
 */
export type TextInput = string | readonly string[] | { readonly text: string; readonly name?: string };

/** Returns the names that an input consists of, or the corpus that holds its text. */
export function namesOrCorpus(input: TextInput): readonly string[] | Corpus {
  if (typeof input === 'string') return [input];
  if (!('text' in input)) return input;
  const { text, name = 'text' } = input;
  return { name, sources: [textSource(name, text)], notices: [] };
}
