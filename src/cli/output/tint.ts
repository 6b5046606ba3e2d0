import { painted, type Scale, type Tint } from '../../ui/text/tint.js';

/** The look of a character whose surprise is at least `from` bits. */
export interface SurpriseTint extends Tint {
  readonly from: number;
}

/**
 * From no tint, where the network was sure, to a probability below one in a thousand: first coloured letters,
 * then coloured blocks. All can be read on any terminal: letters have a contrast of at least 4.5:1 with black
 * and with white (WCAG 2.1, 1.4.3), and blocks set the colour of their text. The hues run from blue over
 * magenta to yellow, which are distinct even without telling red from green.
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

/** The index in `TINTS` for a surprise in bits. */
export function stepOf(bits: number): number {
  return TINTS.findLastIndex((tint) => bits >= (tint?.from ?? Number.NEGATIVE_INFINITY));
}

/** Text, safe for a terminal, in the colours of a surprise in bits. */
export function tinted(text: string, bits: number): string {
  return painted(text, TINTS[stepOf(bits)]);
}

/** The legend of the tints, for a terminal. */
export function tintLegend(): string {
  const parts = TINTS.map((tint) => (tint ? tinted(` ${tint.from} `, tint.from) : ' 0 '));
  return `bits ${parts.join(' ')} and more`;
}

/** The mark without colours: the bits as one digit, + for 10 and more, a space for less than 1. */
export function digitOf(bits: number): string {
  if (bits >= 10) return '+';
  return bits >= 1 ? String(Math.floor(bits)) : ' ';
}

export const SURPRISE: Scale = { tintOf: (bits) => TINTS[stepOf(bits)], markOf: digitOf };
