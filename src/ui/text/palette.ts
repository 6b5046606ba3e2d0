/**
 * Colours that are readable on black and on white: their contrast to either is at least 4.5 to 1 (WCAG 2.1,
 * 1.4.3). Colour repeats what words, marks or figures also say; without it, only the tint of single
 * characters is lost.
 */
export const PALETTE = {
  faint: '#757575',
  training: '#1273e2',
  validation: '#bd5800',
  good: '#078827',
  caution: '#957000',
  bad: '#e02d27',
  accent: '#008383',
  further: '#8251fd',
} as const;

export type Color = keyof typeof PALETTE;

/** The least probability for each tint; characters that the network was sure of have none. */
const TINTS: readonly (readonly [from: number, color: Color | undefined])[] = [
  [0.5, undefined],
  [0.2, 'caution'],
  [0.05, 'validation'],
  [0, 'bad'],
];

/** Returns the tint of a character of this probability. */
export function tintOf(certainty: number): Color | undefined {
  return TINTS.find(([from]) => certainty >= from)?.[1];
}
