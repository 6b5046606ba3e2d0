import type { CharacterModel } from '../checkpoint/checkpoint.js';
import { byColumn, fromColumns } from '../text/collection/grid.js';
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

/** Returns a text with the rows of a grid as lines, if the network writes it column by column. */
export function inRows({ vocabulary }: CharacterModel, text: string): string {
  return vocabulary.collection?.byColumn ? fromColumns(text) : text;
}

/** Returns what was written after a prompt: of a grid, the columns after those of the prompt, as rows. */
export function restInRows(model: CharacterModel, text: string): string {
  return model.vocabulary.collection?.byColumn ? fromColumns(text.replace(/^\n/, '')) : text;
}

/** Returns a prompt as the network reads it. @throws UserError if it should be a grid and is none */
export function asRead({ vocabulary }: CharacterModel, prompt: string): string {
  if (!vocabulary.collection?.byColumn) return prompt;
  const points = byColumn(
    Array.from(prompt, (c) => c.codePointAt(0)!),
    'the prompt',
  );
  return Array.from(points, (point) => String.fromCodePoint(point)).join('');
}

/** Returns ids as people read them: texts one below the other, grids turned back. */
export function shownTexts(model: CharacterModel, ids: readonly number[]): string {
  const { vocabulary } = model;
  const texts: string[] = [];
  for (let from = 0; from <= ids.length; ) {
    const found = vocabulary.end === undefined ? -1 : ids.indexOf(vocabulary.end, from);
    const to = found < 0 ? ids.length : found;
    const text = vocabulary.readable(vocabulary.decode(ids.slice(from, to)));
    texts.push(inRows(model, text));
    from = to + 1;
  }
  return texts.join(textSeparator(model));
}
