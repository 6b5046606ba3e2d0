/** The syntax tree of a pattern. `at` is the place of the first character in its source, counted from 0. */
export type Tree =
  | { readonly kind: 'empty' }
  | Character
  | CharacterClass
  | { readonly kind: 'sequence'; readonly parts: readonly Tree[] }
  | { readonly kind: 'choice'; readonly options: readonly Tree[] }
  | { readonly kind: 'repeat'; readonly body: Tree; readonly least: number; readonly most: number };

export interface Character {
  readonly kind: 'character';
  readonly codePoint: number;
  readonly at: number;
}

/** One character out of several: `[...]`, `.`, `\d`, `\p{L}` and the like. */
export interface CharacterClass {
  readonly kind: 'class';
  readonly negated: boolean;
  readonly items: readonly ClassItem[];
  /** The class as written. */
  readonly source: string;
  readonly at: number;
}

/** Code points from first to last, inclusive; or an escape of JavaScript (or `.`). */
export type ClassItem = { readonly first: number; readonly last: number } | { readonly escape: string };

/** Makes a sequence, simplified: every tree but `empty` has characters. */
export function sequence(parts: readonly Tree[]): Tree {
  const full = parts.filter(({ kind }) => kind !== 'empty');
  if (full.length === 0) return { kind: 'empty' };
  return full.length === 1 ? full[0]! : { kind: 'sequence', parts: full };
}

/** Makes a repetition, simplified in the same way. */
export function repeat(body: Tree, least: number, most: number): Tree {
  if (body.kind === 'empty' || most === 0) return { kind: 'empty' };
  return { kind: 'repeat', body, least, most };
}
