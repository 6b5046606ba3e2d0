import { basename } from 'node:path';
import type { Beginning, FilesOfCorpus, Recognised } from './corpus.js';
import { linesOf, quantile, shareOf } from './lines.js';
import { isGrid, wholeKind } from './wholes.js';

const FEWEST = 20;
const FEWEST_GRIDS = 4;
/** In bytes: poems, levels, letters, but not chapters. */
const USUAL = 5000;
const LONGEST = 20_000;

/** Names of parts of one work, such as "chapter-01" or "2. Teil". */
const PART =
  /(^|[^\p{L}])(chapters?|chap|ch|kapitel|kap|chapitre|capitulo|capítulo|parts?|teil|partie|books?|buch|livre|vol(ume)?|band|acts?|akt|acte|scenes?|szene|cantos?|gesang|pages?|seite|sections?|episodes?)([^\p{L}]|$)/iu;
/** Names that number what has a title, such as "03 The Storm". */
const NUMBERED = /^\d{1,3}[ ._-]+\p{L}/u;

/** Finds out whether each of several files is a text of its own; undefined if they are not. */
export function filesOf(
  beginnings: readonly Beginning[],
  { count, sizes }: FilesOfCorpus,
): Recognised | undefined {
  const names = beginnings.map(({ name }) => basename(name));
  const kinds = beginnings.map(({ name, text, isCut }) => ({ name, lines: linesOf(text, isCut) }));
  if (shareOf(kinds, ({ name, lines }) => wholeKind(name, lines) !== undefined) > 0.3) return undefined;
  if (shareOf(names, (name) => PART.test(name)) > 0.5) return undefined;
  const areShort = quantile(sizes, 0.5) <= USUAL && quantile(sizes, 0.9) <= LONGEST;
  if (count >= FEWEST_GRIDS && shareOf(kinds, ({ lines }) => isGrid(lines)) > 0.9)
    return {
      division: 'file',
      evidence: 'their lines are of equal length, as in levels of games',
      hint: '--texts whole reads them as one, --by-column reads each of them column by column',
    };
  if (!areShort || count < 2) return undefined;
  const isNumbered = count < 100 && shareOf(names, (name) => NUMBERED.test(name)) > 0.8;
  if (count >= FEWEST && !isNumbered) return { division: 'file', evidence: 'many short files' };
  return {
    division: 'whole',
    evidence: isNumbered ? 'numbered files' : 'few files',
    hint: '--texts file would read each file as a text of its own',
  };
}
