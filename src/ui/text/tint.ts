import chalk, { type BackgroundColorName, type ForegroundColorName } from 'chalk';

/** How a character looks. */
export interface Tint {
  readonly color: string;
  /** The colour of the letter on a block of `color`; undefined where the letter itself has the colour. */
  readonly ink?: string;
  /** The colour where a terminal has sixteen. */
  readonly basic: ForegroundColorName | BackgroundColorName;
}

/** What a character's number looks like. */
export interface Scale {
  tintOf(value: number): Tint | undefined;
  /** One column, where there are no colours. */
  markOf(value: number): string;
}

/** Whether standard output has colours. */
export function hasColours(): boolean {
  return chalk.level > 0;
}

/** Text, fit for a terminal, in the colours of a tint; as it is where standard output has no colours. */
export function painted(text: string, tint: Tint | undefined): string {
  if (!tint) return text;
  const { color, ink, basic } = tint;
  const style = ink ? chalk.hex(ink) : chalk;
  if (chalk.level === 1) return style[basic](text);
  return ink ? style.bgHex(color)(text) : style.hex(color)(text);
}

/** Neighbours of one tint as one, with the number of the first: fewer escape sequences, fewer elements of a page. */
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
