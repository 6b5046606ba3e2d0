import type { Quantity } from '../../insight/equations.js';
import type { Equation } from '../../insight/expression.js';
import type { Distribution } from '../../insight/step.js';

/** What is looked at. */
export interface Viewpoint {
  /** The place of the character in the text. */
  readonly at: number;
  readonly layer: number;
  readonly unit: number;
  readonly temperature: number;
}

/** One character in one layer, and what may come after it. */
export interface StepContents {
  /** The characters before it, itself, and those to come, as code points. */
  readonly before: readonly string[];
  readonly character: string;
  readonly ahead: readonly string[];
  /** x */
  readonly input: { readonly name: string; readonly values: ArrayLike<number> };
  readonly quantities: readonly Quantity[];
  /** Of the unit that is looked at. */
  readonly equations: readonly Equation[];
  readonly next: Distribution;
}

/** What a bar of full length stands for: 1, or for cell states, which have no bounds, the largest of them. */
export function fullLength({ quantities }: StepContents, { kind }: Quantity): number {
  if (kind !== 'state') return 1;
  const states = quantities.filter((one) => one.kind === 'state').flatMap(({ values }) => Array.from(values));
  return states.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
}

/** What the logits are made into probabilities by, in symbols and the numbers that are the same for all. */
export function softmaxLine(
  { next: { temperature, total, characters } }: StepContents,
  number: (value: number) => string,
): string {
  if (temperature === 0) return 'p = 1 for the largest logit l: T = 0';
  return `p = exp((l − ${number(characters[0]!.logit)}) / ${temperature}) / ${number(total)}`;
}
