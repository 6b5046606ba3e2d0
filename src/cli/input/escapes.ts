import { quoted } from '../../format.js';
import type { Vocabulary } from '../../text/vocabulary.js';
import { note } from '../output/stderr.js';

const BACKSLASH = 0x5c;
const ESCAPE = /\\([nrt\\])/g;
const CHARACTERS: Record<string, string> = { n: '\n', r: '\r', t: '\t', '\\': '\\' };
const NAMES: Record<string, string> = { n: 'a line break', r: 'a carriage return', t: 'a tab' };

/** For the help of commands that take texts. */
export const ESCAPES_HELP =
  '\\n is a line break, \\r a carriage return, \\t a tab and \\\\ a backslash; other backslashes stay.';

/**
 * Resolves the escapes `\n`, `\t`, `\r` and `\\`, which a shell passes on as they are. Other backslashes
 * stay.
 */
export function resolveEscapes(text: string): string {
  return text.replace(ESCAPE, (_, letter: string) => CHARACTERS[letter]!);
}

/** Writes line breaks, tabs and backslashes as the escapes that `resolveEscapes` reads. */
export function withEscapes(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
}

/**
 * Prints a note about each text in which an escape looks like the beginning of a word (`\theta`, `C:\new`)
 * if the model knows backslashes.
 * @param typed texts as they were given, by the options they belong to
 */
export function noteEscapes(
  vocabulary: Vocabulary,
  typed: readonly (readonly [flag: string, text: string])[],
) {
  if (vocabulary.idOf(BACKSLASH) === undefined) return;
  for (const [flag, text] of typed) {
    const word = [...text.matchAll(/\\([nrt\\])([a-z]*)/gi)].find(
      ([, letter, rest]) => letter !== '\\' && rest,
    );
    if (!word) continue;
    const [whole, letter] = word;
    note(
      `${flag}: \\${letter} in ${quoted(whole)} is read as ${NAMES[letter!]}; write \\${whole} for a backslash`,
    );
  }
}
