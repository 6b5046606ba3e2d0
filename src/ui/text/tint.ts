import chalk, { type BackgroundColorName, type ForegroundColorName } from 'chalk';

/** The look of a tinted character. */
export interface Tint {
  readonly color: string;
  /** The colour of the letter on a block of `color`; without it, the letter itself has the colour. */
  readonly ink?: string;
  /** The colour on terminals with sixteen colours. */
  readonly basic: ForegroundColorName | BackgroundColorName;
}

/** Shows a number of a character as a tint or a mark. */
export interface Scale {
  tintOf(value: number): Tint | undefined;
  /** The mark, one column wide, where there are no colours. */
  markOf(value: number): string;
}

/** Returns whether standard output has colours. */
export function hasColours(): boolean {
  return chalk.level > 0;
}

/**
 * Adds the escape codes of a tint to text that is safe to draw; returns plain text where standard output has
 * no colours.
 */
export function painted(text: string, tint: Tint | undefined): string {
  if (!tint) return text;
  const { color, ink, basic } = tint;
  const style = ink ? chalk.hex(ink) : chalk;
  if (chalk.level === 1) return style[basic](text);
  return ink ? style.bgHex(color)(text) : style.hex(color)(text);
}

/**
 * Merges neighbours of the same tint, keeping the other fields of the first, to save escape sequences and
 * elements.
 */
export function* merged<G extends { readonly text: string }>(
  glyphs: Iterable<G>,
  tintOf: (glyph: G) => Tint | undefined,
): Generator<G> {
  let run: G | undefined;
  for (const glyph of glyphs) {
    if (run && tintOf(run) === tintOf(glyph)) {
      run = { ...run, text: run.text + glyph.text };
      continue;
    }
    if (run) yield run;
    run = glyph;
  }
  if (run) yield run;
}
