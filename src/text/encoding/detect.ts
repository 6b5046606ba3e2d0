import { harmless } from '../../format.js';
import { ALPHABETS } from './alphabets.js';
import { codecOf } from './codec.js';
import { evidenceFor } from './evidence.js';
import type { Encoding, NamedEncoding } from './names.js';
import { countByPlace, zerosByPlace } from './places.js';

/** What bytes most likely are, and a line of them as it reads then. */
export interface Detected {
  readonly encoding: Encoding;
  readonly line: string;
}

/** In characters. */
const LONGEST_LINE = 60;
/** Bytes of a sample that are compared. */
const COMPARED = 16_384;
/**
 * Bytes beyond ASCII that are less probable than this, on average, are not text. A logarithm: sentences have
 * -1 to -5.5, random bytes -8.5 to -10.
 */
const LEAST_EVIDENCE = -6.8;
/** UTF-8 of which some characters are damaged has at least this share of whole ones. */
const MOSTLY = 0.8;
/** Text in one byte per character has a larger share of printable ASCII both in even and in odd places. */
const ASCII = 0.85;

const CANDIDATES: readonly NamedEncoding[] = [...new Set(ALPHABETS.flatMap(({ encodings }) => encodings))];

/**
 * Finds what bytes that are not UTF-8 most likely are: each encoding in which none of them is malformed makes
 * other characters of them, and those of the right one are letters of one language, next to letters that go
 * with them.
 * @param sample whole lines, or stretches that begin and end with ASCII
 * @returns undefined if they are no text in any encoding that is known
 */
export async function detectEncoding(sample: Uint8Array): Promise<Detected | undefined> {
  if (sample.includes(0)) return utf16In(sample);
  const damaged = damagedUtf8In(sample);
  if (damaged !== undefined) return { encoding: 'utf8-lossy', line: lineOf(damaged) };
  const compared = sample.subarray(0, endOfLine(sample, COMPARED));
  let best: { encoding: NamedEncoding; text: string; evidence: number } | undefined;
  for (const encoding of CANDIDATES) {
    const codec = await codecOf(encoding);
    const { text, malformedAt } = codec.decode(compared);
    if (malformedAt !== undefined && malformedAt < compared.length - 4) continue;
    const evidence = evidenceFor(encoding, text);
    if (!best || evidence > best.evidence) best = { encoding, text, evidence };
  }
  if (!best) return undefined;
  const beyondAscii = compared.reduce((count, byte) => count + (byte >> 7), 0);
  if (best.evidence < LEAST_EVIDENCE * beyondAscii) return undefined;
  return { encoding: best.encoding, line: lineOf(best.text) };
}

/** Returns a line of a sample as it reads in an encoding. */
export async function lineIn(sample: Uint8Array, encoding: NamedEncoding): Promise<string> {
  const even = encoding.startsWith('utf-16') ? sample.subarray(0, sample.length & ~1) : sample;
  return lineOf((await codecOf(encoding)).decode(even).text.replace(/^\ufeff/, ''));
}

function isMostlyAscii(bytes: Uint8Array): boolean {
  const isPrintable = (byte: number) => (byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d);
  return Math.min(...countByPlace(bytes, isPrintable)) > (ASCII * bytes.length) / 2;
}

/** UTF-16 of languages that use spaces has zeros in every other place. */
async function utf16In(sample: Uint8Array): Promise<Detected | undefined> {
  const [even, odd] = zerosByPlace(sample);
  const encoding = odd > even ? 'utf-16le' : 'utf-16be';
  // Of ASCII with a stray zero, UTF-16 would make rare Chinese characters.
  if (isMostlyAscii(sample)) return undefined;
  const pairs = sample.subarray(0, sample.length & ~1);
  const { text, malformedAt } = (await codecOf(encoding)).decode(pairs);
  const isCut = malformedAt !== undefined && malformedAt >= pairs.length - 4;
  if (malformedAt !== undefined && !isCut) return undefined;
  if (/(?![\t-\r])[\p{Cn}\p{Co}\p{Cc}]/u.test(isCut ? text.slice(0, -1) : text)) return undefined;
  return { encoding, line: lineOf(text) };
}

/** Returns a text that is UTF-8 except for some places; undefined if the bytes are something else. */
function damagedUtf8In(sample: Uint8Array): string | undefined {
  const text = Buffer.from(sample).toString();
  let [whole, malformed] = [0, 0];
  for (const character of text) {
    if (character === '\ufffd') malformed++;
    else if (character >= '\x80') whole++;
  }
  return whole >= MOSTLY * (whole + malformed) ? text : undefined;
}

/** Returns where the last line that ends within some bytes ends, or their number if there is none. */
function endOfLine(bytes: Uint8Array, most: number): number {
  if (bytes.length <= most) return bytes.length;
  const end = bytes.lastIndexOf(0x0a, most);
  return end > 0 ? end : most;
}

/** Returns a line of a text that shows its letters beyond ASCII, without tags, cut between words if it is long. */
function lineOf(text: string): string {
  const lines = text
    .replace(/<[^<>]*>/g, '')
    .split(/[\r\n]+/)
    .map((line) => Array.from(harmless(line.trim())));
  const letterIn = (line: readonly string[]) => line.findIndex((one) => one >= '\x80' && /\p{L}/u.test(one));
  const line = lines.find((one) => letterIn(one) >= 0) ?? lines[0]!;
  if (line.length <= LONGEST_LINE) return line.join('');
  const at = Math.max(0, letterIn(line));
  const start = Math.max(0, at - LONGEST_LINE / 2);
  const cut = line.slice(start, start + LONGEST_LINE);
  const firstSpace = start === 0 ? -1 : cut.slice(0, at - start).indexOf(' ');
  const lastSpace = start + LONGEST_LINE >= line.length ? -1 : cut.lastIndexOf(' ');
  const end = lastSpace > at - start ? lastSpace : cut.length;
  const whole = cut.slice(firstSpace + 1, end).join('');
  return `${start > 0 ? '…' : ''}${whole}${start + LONGEST_LINE < line.length ? '…' : ''}`;
}
