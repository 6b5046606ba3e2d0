import { painted, type Scale, type Tint } from '../../ui/text/tint.js';

/** The look of a character whose surprise is at least so many bits. */
export interface SurpriseTint extends Tint {
  readonly from: number;
}

/**
 * From what the network was sure of, untinted, to what it gave less than one in a thousand: first coloured letters, then
 * coloured blocks. The letters' colours have a contrast of at least 4.5 to 1 to black and to white (WCAG 2.1, 1.4.3), a
 * block brings its ink with it; so all can be read on any terminal. From blue over magenta to yellow the hues keep apart
 * for eyes that do not tell red from green.
 */
export const TINTS: readonly (SurpriseTint | undefined)[] = [
  undefined,
  { from: 1, color: '#0374df', basic: 'blueBright' },
  { from: 2, color: '#8251fd', basic: 'magenta' },
  { from: 3, color: '#d310bb', basic: 'red' },
  { from: 4, color: '#a3195b', ink: '#ffffff', basic: 'bgMagenta' },
  { from: 6, color: '#d63f1a', ink: '#ffffff', basic: 'bgRed' },
  { from: 8, color: '#f58a1f', ink: '#000000', basic: 'bgYellow' },
  { from: 10, color: '#fcd225', ink: '#000000', basic: 'bgYellowBright' },
];

/** The place in `TINTS` of a surprise in bits. */
export function stepOf(bits: number): number {
  return TINTS.findLastIndex((tint) => bits >= (tint?.from ?? Number.NEGATIVE_INFINITY));
}

/** Text, fit for a terminal, in the colours of a surprise in bits. */
export function tinted(text: string, bits: number): string {
  return painted(text, TINTS[stepOf(bits)]);
}

/** The tints and the bits at which they begin, for a terminal. */
export function tintLegend(): string {
  const parts = TINTS.map((tint) => (tint ? tinted(` ${tint.from} `, tint.from) : ' 0 '));
  return `bits ${parts.join(' ')} and more`;
}

/** Where there are no colours: the bits as one digit, + for 10 and more, a space for less than 1. */
export function digitOf(bits: number): string {
  if (bits >= 10) return '+';
  return bits >= 1 ? String(Math.floor(bits)) : ' ';
}

export const SURPRISE: Scale = { tintOf: (bits) => TINTS[stepOf(bits)], markOf: digitOf };
