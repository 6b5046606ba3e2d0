import stringWidth from 'string-width';
import { amountOf, grouped } from './numbers.js';

/** Numbers, durations and untrusted text, formatted for people. */

/** Formats seconds as "9s", "4m 05s", "2h 10m". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (n: number) => String(n).padStart(2, '0');
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h ${two(Math.floor((whole % 3600) / 60))}m`;
}

/** Formats a size on disk: "512 bytes", "3.4 kB", "120 MB". */
export function byteSize(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(bytes) / 3));
  if (power === 0) return amountOf(bytes, 'byte');
  const amount = bytes / 1000 ** power;
  return `${amount < 10 ? amount.toFixed(1) : grouped(Math.round(amount))} ${['', 'kB', 'MB', 'GB', 'TB'][power]}`;
}

const UNITS = [
  { unit: 'second', seconds: 1, one: 'a second', below: 55 },
  { unit: 'minute', seconds: 60, one: 'a minute', below: 57 },
  { unit: 'hour', seconds: 3600, one: 'an hour', below: 36 },
  { unit: 'day', seconds: 86_400, one: 'a day', below: Number.POSITIVE_INFINITY },
];

/** Formats an estimated duration: "about 25 seconds", "about 1.5 hours", "less than a second". */
export function aboutDuration(seconds: number): string {
  if (seconds < 0.75) return 'less than a second';
  const { unit, one, ...scale } = UNITS.find(({ seconds: size, below }) => seconds / size < below)!;
  const amount = seconds / scale.seconds;
  const grain = amount < 3 && unit !== 'second' ? 0.5 : amount < 10 || scale.seconds >= 3600 ? 1 : 5;
  const rounded = Math.max(1, grain * Math.round(amount / grain));
  return `about ${rounded === 1 ? one : `${grouped(rounded)} ${unit}s`}`;
}

/** Formats a number with a fixed number of decimals; 0 has no minus sign. */
export function fixed(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace('-', '') : text;
}

/** Does the same, with a minus sign that is as wide as a plus. */
export function decimal(value: number, decimals: number): string {
  return fixed(value, decimals).replace('-', '\u2212');
}

/** Formats a learning rate as "2.5e-3". */
export function rate(value: number): string {
  return value.toExponential(1);
}

/** Formats a share to two significant digits: "0.3%", "42%"; with `decimals`, for columns, "42.0%". */
export function percent(share: number, decimals?: number): string {
  const percentage = 100 * share;
  return `${decimals === undefined ? Number(percentage.toPrecision(2)) : percentage.toFixed(decimals)}%`;
}

/**
 * Makes untrusted text safe for a terminal: control characters, which could move the cursor or worse, become
 * their Unicode pictures (from U+2400). Tabs and line feeds stay.
 */
export function harmless(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this replaces
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (character) => {
    const code = character.codePointAt(0)!;
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    return code === 0x7f ? '\u2421' : '\ufffd';
  });
}

/** Does the same for text that must stay on one line: tabs and line feeds become pictures, too. */
export function harmlessLine(text: string): string {
  return harmless(text).replaceAll('\t', '\u2409').replaceAll('\n', '\u240a');
}

const ENTITIES: Record<string, string> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": '#39' };

/** Escapes a text for HTML and XML. */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&${ENTITIES[character]};`);
}

/** Writes JSON that is safe for a terminal, too: escapes all control characters. */
export function harmlessJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const EXCERPT = 60;

/** Shortens a text for a message: its first characters, or all of it if it is short. */
export function excerpt(text: string | undefined): string {
  const characters = Array.from(`${text}`.slice(0, 2 * EXCERPT + 2));
  return characters.length > EXCERPT ? `${characters.slice(0, EXCERPT).join('')}…` : characters.join('');
}

/** Aligns rows of cells in the columns of a terminal, two spaces apart, with numbers to the right. */
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

/**
 * Quotes an argument so that it can be pasted into a shell. On Windows both cmd and PowerShell take the result,
 * unless there is a `%`, `$`, backtick or quotation mark in it: what would quote that in one means something
 * else in the other.
 */
export function quoted(argument: string, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') {
    if (/^[\p{L}\p{N}_./\\:-]+$/u.test(argument)) return argument;
    // Programs read a backslash before a quotation mark as its escape.
    return `"${argument.replace(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, '$&$&')}"`;
  }
  return /^[\p{L}\p{N}_./-]+$/u.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
