import { drawable } from '../glyphs.js';

/** What is looked at. */
export interface View {
  /** The place of the character in the text. */
  readonly at: number;
  readonly layer: number;
  readonly unit: number;
  readonly temperature: number;
}

/** A line of arithmetic: `name = symbols`, then the same in numbers, stage by stage. */
export interface Equation {
  readonly name: string;
  readonly symbols: string;
  readonly stages: readonly { readonly relation: string; readonly text: string }[];
}

export interface Quantity {
  readonly name: string;
  /** (H) */
  readonly values: ArrayLike<number>;
}

export interface NextCharacter {
  readonly character: string;
  readonly logit: number;
  readonly weight: number;
  readonly probability: number;
}

/** One character in one layer, and what may come after it. */
export interface Shown {
  /** The characters before it, itself, and those to come, as code points. */
  readonly before: readonly string[];
  readonly character: string;
  readonly ahead: readonly string[];
  /** x */
  readonly input: { readonly name: string; readonly values: ArrayLike<number> };
  readonly quantities: readonly Quantity[];
  /** Of the unit that is looked at. */
  readonly equations: readonly Equation[];
  readonly next: {
    readonly temperature: number;
    readonly total: number;
    /** The likeliest first. */
    readonly characters: readonly NextCharacter[];
  };
}

/** A character by itself, so that it can be told from others: a space and a line break are seen, too. */
export function visible(character: string): string {
  if (character === ' ') return '␣';
  return character === '\n' ? '↵' : drawable(character).text;
}

/** Activations have their name from the gate; what bears one of these is a memory, which may be of any size. */
export function isCellState(name: string): boolean {
  return name.startsWith('c');
}

/** What a bar of full length stands for: 1, or for cell states, which have no bounds, the largest of them. */
export function fullLength({ quantities }: Shown, { name }: Quantity): number {
  if (!isCellState(name)) return 1;
  const states = quantities
    .filter((one) => isCellState(one.name))
    .flatMap(({ values }) => Array.from(values));
  return states.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
}

/** What the logits are made into probabilities by, in symbols and the numbers that are the same for all. */
export function softmaxLine(
  { next: { temperature, total, characters } }: Shown,
  number: (value: number) => string,
): string {
  if (temperature === 0) return 'p = 1 for the largest logit l: T = 0';
  return `p = exp((l − ${number(characters[0]!.logit)}) / ${temperature}) / ${number(total)}`;
}
