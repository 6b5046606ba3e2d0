import stringWidth from 'string-width';

/** Numbers, durations and foreign text as they are shown to a person. */

/** Seconds as "9s", "4m 05s", "2h 10m". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (n: number) => String(n).padStart(2, '0');
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h ${two(Math.floor((whole % 3600) / 60))}m`;
}

/** A number with so many decimals; 0 has no minus sign. */
export function fixed(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace('-', '') : text;
}

/** The same with a minus sign that is as wide as a plus. */
export function decimal(value: number, decimals: number): string {
  return fixed(value, decimals).replace('-', '\u2212');
}

/** A learning rate as "2.5e-3". */
export function rate(value: number): string {
  return value.toExponential(1);
}

/** A share as "0.3%", "42%", to two figures; in a column with so many decimals, "0.3%", "42.0%". */
export function percent(share: number, decimals?: number): string {
  const shown = 100 * share;
  return `${decimals === undefined ? Number(shown.toPrecision(2)) : shown.toFixed(decimals)}%`;
}

/**
 * Text that a network or a file made, fit for a terminal: control characters, which could move the cursor or worse,
 * become their pictures (U+2400 and on); tabs and line feeds stay.
 */
export function harmless(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (character) => {
    const code = character.codePointAt(0)!;
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    return code === 0x7f ? '\u2421' : '\ufffd';
  });
}

/** The same for a name or another text that is to stay on its line: tabs and line feeds become pictures, too. */
export function harmlessLine(text: string): string {
  return harmless(text).replaceAll('\t', '\u2409').replaceAll('\n', '\u240a');
}

/** Text in which nothing is markup of HTML or XML. */
export function unmarked(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}

/** JSON that is fit for a terminal, too: what JSON leaves as it is and `harmless` does not is escaped. */
export function harmlessJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const EXCERPT = 60;

/** The beginning of a text for a message, all of it where it is short. */
export function excerpt(text: string | undefined): string {
  const characters = Array.from(`${text}`.slice(0, 2 * EXCERPT + 2));
  return characters.length > EXCERPT ? `${characters.slice(0, EXCERPT).join('')}…` : characters.join('');
}

/** Rows of cells as aligned columns of a terminal, two spaces apart; numbers are set to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) =>
    rows.reduce((width, row) => Math.max(width, stringWidth(row[column]!)), 0),
  );
  const isNumber = (cell: string) => /^[-\u2212]?([\d.,]+(e[-+]?\d+)?%?|∞)$/.test(cell);
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => {
        const blanks = ' '.repeat(widths[i]! - stringWidth(cell));
        return isNumber(cell) ? blanks + cell : cell + blanks;
      })
      .join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}

/** A path as it can be pasted into a shell. */
export function quoted(path: string): string {
  return /^[\p{L}\p{N}_./-]+$/u.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
