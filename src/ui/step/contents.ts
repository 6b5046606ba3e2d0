import type { Quantity } from '../../insight/equations.js';
import type { Equation } from '../../insight/expression.js';
import type { Distribution } from '../../insight/step.js';

/** The character, layer, unit and temperature on the screen. */
export interface Viewpoint {
  /** The index of the character in the text. */
  readonly at: number;
  readonly layer: number;
  readonly unit: number;
  readonly temperature: number;
}

/** The numbers of one step in one layer, and the predictions for the next character. */
export interface StepContents {
  /** The code points before, at and after the current place. */
  readonly before: readonly string[];
  readonly character: string;
  readonly ahead: readonly string[];
  /** The input x of the layer. */
  readonly input: { readonly name: string; readonly values: ArrayLike<number> };
  readonly quantities: readonly Quantity[];
  /** The equations of the current unit. */
  readonly equations: readonly Equation[];
  readonly next: Distribution;
}

/** Returns the value of a bar of full length: 1, or the largest absolute cell state, which is unbounded. */
export function fullLength({ quantities }: StepContents, { kind }: Quantity): number {
  if (kind !== 'state') return 1;
  const states = quantities.filter((one) => one.kind === 'state').flatMap(({ values }) => Array.from(values));
  return states.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
}

/** Writes the softmax with the numbers that all characters share. */
export function softmaxLine(
  { next: { temperature, total, characters } }: StepContents,
  number: (value: number) => string,
): string {
  if (temperature === 0) return 'p = 1 for the largest logit l: T = 0';
  return `p = exp((l − ${number(characters[0]!.logit)}) / ${temperature}) / ${number(total)}`;
}
