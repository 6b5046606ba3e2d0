import type { CharacterModel } from '../checkpoint/checkpoint.js';
import { formOf } from './form.js';

/**
 * Returns what stands between the texts of a collection in a file that a person writes; undefined if a file is
 * one text.
 */
function borderOf(model: CharacterModel): RegExp | undefined {
  const { collection } = model.vocabulary;
  if (!collection) return undefined;
  if (formOf(model).isOneLine) return /[\r\n]+/g;
  if (collection.division === 'paragraph') return /(?:\r\n?|\n)(?:[ \t]*(?:\r\n?|\n))+/g;
  if (collection.textsEnd === undefined) return undefined;
  const separator = collection.textsEnd.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return new RegExp(`[\\r\\n]*${separator}[\\r\\n]*`, 'g');
}

/** Finds where the last text in a part of a file begins; undefined if no text ends in the part. */
export function lastBeginning(model: CharacterModel, part: string): number | undefined {
  const border = borderOf(model);
  const last = border && Array.from(part.matchAll(border)).at(-1);
  return last && last.index + last[0].length;
}

/** Returns a part of a file without what stands between its texts, which the network need not know. */
export function withoutBorders(model: CharacterModel, part: string): string {
  const border = borderOf(model);
  return border ? part.replace(border, '') : part;
}

/** Whether a file holds several texts, so that the end of one is followed by another one. */
export function holdsSeveral(model: CharacterModel): boolean {
  return borderOf(model) !== undefined;
}
