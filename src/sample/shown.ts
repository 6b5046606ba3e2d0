import type { CharacterModel } from '../checkpoint/checkpoint.js';
import { fromColumns } from '../text/grid.js';
import { formOf } from './form.js';

/**
 * Returns what stands between the texts of a collection where several are shown: what did in the corpus, or a
 * line of dashes if they were files or records with lines.
 */
export function textSeparator(model: CharacterModel): string {
  const { division, textsEnd } = model.vocabulary.collection ?? {};
  if (formOf(model).isOneLine) return '\n';
  if (division === 'paragraph') return '\n\n';
  return `\n${textsEnd ?? '---'}\n`;
}

/** Returns ids as people read them: texts one below the other, grids turned back. */
export function shownTexts(model: CharacterModel, ids: readonly number[]): string {
  const { vocabulary } = model;
  const texts: string[] = [];
  for (let from = 0; from <= ids.length; ) {
    const found = vocabulary.end === undefined ? -1 : ids.indexOf(vocabulary.end, from);
    const to = found < 0 ? ids.length : found;
    const text = vocabulary.readable(vocabulary.decode(ids.slice(from, to)));
    texts.push(vocabulary.collection?.byColumn ? fromColumns(text) : text);
    from = to + 1;
  }
  return texts.join(textSeparator(model));
}
