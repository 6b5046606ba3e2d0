import type { CodePoints, LineEnd, Normalization } from './encoding/decode.js';
import type { Unknown, Vocabulary } from './vocabulary.js';

const LF = 10;
const CR = 13;
/** The most characters that are looked at together. */
const LONGEST = 32;
/** No character below this one combines with the one before it. */
const FIRST_MARK = 0x300;
/**
 * Characters that may combine with the one before them: marks, and the vowels and final consonants of Hangul.
 * Unicode's canonical decompositions need no others, except for three vowels of Kirat Rai.
 */
const COMBINING = /^[\p{M}\u1160-\u11ff]/u;
const CLUSTERS = /[\s\S][\p{M}\u1160-\u11ff]*/gu;
const LINE_ENDS = /\r\n?|\n/g;

/** A stretch of a text that is read in the other form. */
interface OtherForm {
  readonly from: number;
  readonly to: number;
  readonly ids: Uint32Array;
}

/**
 * The form in which a network knows text: its characters, and what ends its lines. Foreign text is brought
 * into this form before it is read: CR LF, CR and LF become the line end that the network knows, and letters
 * with accents that it does not know are composed or decomposed (NFC, NFD) if it knows them like that.
 */
export class TextForm {
  readonly #findLineEnd: () => LineEnd | undefined;
  #lineEnd: { readonly found: LineEnd | undefined } | undefined;
  /** The ids of characters in the other form; undefined for those that are unknown in both. */
  readonly #others = new Map<string, Uint32Array | undefined>();

  /**
   * @param findLineEnd finds the line end of a network that knows both CR and LF, if it has a usual one
   * @param normalization the form of all letters that it has learned; files are composed while they are decoded
   */
  constructor(
    readonly vocabulary: Vocabulary,
    findLineEnd: () => LineEnd | undefined,
    readonly normalization: Normalization = 'none',
  ) {
    this.#findLineEnd = findLineEnd;
  }

  /** What line ends of foreign text become; undefined if they stay as they are. */
  get lineEnd(): LineEnd | undefined {
    this.#lineEnd ??= { found: this.#knownLineEnd() };
    return this.#lineEnd.found;
  }

  /** Whether the network never saw a line end. */
  get isOneLine(): boolean {
    return this.vocabulary.idOf(LF) === undefined && this.vocabulary.idOf(CR) === undefined;
  }

  #knownLineEnd(): LineEnd | undefined {
    if (this.isOneLine) return undefined;
    if (this.vocabulary.idOf(CR) === undefined) return '\n';
    return this.vocabulary.idOf(LF) === undefined ? '\r' : this.#findLineEnd();
  }

  /** Returns a text in this form; characters that are unknown in every form stay as they are. */
  adapt(text: string): string {
    const hasLines = /[\r\n]/.test(text) && this.lineEnd !== undefined;
    const given = this.normalization === 'nfc' ? text.normalize('NFC') : text;
    const lines = hasLines ? given.replace(LINE_ENDS, this.lineEnd!) : given;
    if (this.#knows(lines)) return lines;
    return lines.replace(CLUSTERS, (cluster) => {
      const ids = this.#knows(cluster) ? undefined : this.#idsInOtherForm(cluster);
      if (!ids) return cluster;
      const other = this.vocabulary.decode(ids);
      return this.vocabulary.encoding === 'bytes' ? Buffer.from(other, 'latin1').toString() : other;
    });
  }

  /**
   * Converts a foreign text to ids.
   * @throws UserError as `Vocabulary.encode` does
   */
  encode(text: string, unknown?: Unknown): Uint32Array {
    return this.vocabulary.encode(this.adapt(text), unknown);
  }

  /** Whether the network knows all characters of a foreign text, in some form. */
  knows(text: string): boolean {
    return this.#knows(this.adapt(text));
  }

  /**
   * Returns the characters in a foreign list of them. A letter that the network knows only as a plain letter
   * and an accent is left out: both have other uses.
   */
  charactersOf(list: string): string[] {
    const clusters = Array.from(this.adapt(list).matchAll(CLUSTERS), ([cluster]) => cluster);
    return clusters.flatMap((cluster) => {
      const parts = [...cluster];
      return parts.length > 1 && [...cluster.normalize('NFC')].length === 1 ? [] : parts;
    });
  }

  /** Returns the characters of a foreign text that are unknown in every form, each once. */
  unknownIn(text: string): number[] {
    return this.vocabulary.unknownIn(this.adapt(text));
  }

  /** Removes a line end at the end of a file if the network knows none: editors and `echo` add it. */
  withoutLastLineEnd(text: string): string {
    return this.isOneLine ? text.replace(/(?:\r\n?|\n)$/, '') : text;
  }

  /**
   * Divides a decoded file so that no character is separated from those that combine with it. Omits a line
   * end at the end, as `withoutLastLineEnd` does.
   */
  async *wholeClusters(chunks: AsyncIterable<CodePoints>): AsyncGenerator<CodePoints> {
    let held: CodePoints = new Uint32Array(0);
    for await (const chunk of chunks) {
      const points: Uint32Array = new Uint32Array(held.length + chunk.length);
      points.set(held);
      points.set(chunk, held.length);
      const cut = this.#lastCluster(points);
      yield points.subarray(0, cut);
      held = points.subarray(cut);
    }
    const isLineEnd = held.length > 0 && held.every((point) => point === CR || point === LF);
    if (!(this.isOneLine && isLineEnd)) yield held;
  }

  /**
   * Finds the other form of the unknown character at an index.
   * @param points not cut within a character and those that combine with it
   * @param least where the stretch may begin
   * @returns undefined if the network does not know that form either
   */
  otherFormAt(points: CodePoints, index: number, least: number): OtherForm | undefined {
    const isWithin = (at: number) => at > least && index - at < LONGEST;
    let from = this.#characterStart(points, index, least);
    while (isWithin(from) && COMBINING.test(this.#characterAt(points, from).text)) {
      from = this.#characterStart(points, from - 1, least);
    }
    let { text: cluster, end: to } = this.#characterAt(points, from);
    while (to < points.length && to - from < LONGEST) {
      const next = this.#characterAt(points, to);
      if (!COMBINING.test(next.text)) break;
      cluster += next.text;
      to = next.end;
    }
    const ids = to > index ? this.#idsInOtherForm(cluster) : undefined;
    return ids && { from, to, ids };
  }

  #knows(text: string): boolean {
    return this.vocabulary.unknownIn(text).length === 0;
  }

  #idsInOtherForm(cluster: string): Uint32Array | undefined {
    if (this.#others.has(cluster)) return this.#others.get(cluster);
    const forms = [cluster.normalize('NFC'), cluster.normalize('NFD')];
    const other = forms.find((form) => form !== cluster && this.#knows(form));
    const ids = other === undefined ? undefined : this.vocabulary.encode(other);
    if (this.#others.size > 10_000) this.#others.clear();
    this.#others.set(cluster, ids);
    return ids;
  }

  /** The start of the last character that certainly combines with none before it. */
  #lastCluster(points: CodePoints): number {
    const limit = this.vocabulary.encoding === 'bytes' ? 0x80 : FIRST_MARK;
    for (let at = points.length - 1; at >= 0 && points.length - at <= LONGEST; at--) {
      if (points[at]! < limit) return points[at] === LF && points[at - 1] === CR ? at - 1 : at;
    }
    return points.length;
  }

  /** The start of the character at an index; in bytes, the one before it that continues no other. */
  #characterStart(points: CodePoints, index: number, least: number): number {
    let at = index;
    if (this.vocabulary.encoding !== 'bytes') return at;
    while (at > least && index - at < 3 && (points[at]! & 0xc0) === 0x80) at--;
    return at;
  }

  #characterAt(points: CodePoints, at: number): { text: string; end: number } {
    const first = points[at]!;
    if (this.vocabulary.encoding !== 'bytes') return { text: String.fromCodePoint(first), end: at + 1 };
    const length = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    const bytes = Buffer.from(points.subarray(at, at + length));
    return { text: bytes.toString(), end: at + bytes.length };
  }
}

/**
 * Returns the next offset in a string that separates no character from what belongs to it: the halves of a
 * surrogate pair, CR LF, or marks. Of very many marks, some may be separated.
 */
export function nextBoundary(text: string, at: number): number {
  let end = at;
  while (isWithinCluster(text, end) && end - at < LONGEST) end++;
  return splitsPair(text, end) ? end + 1 : end;
}

/** Whether an offset in a string separates a character from what belongs to it. */
export function isWithinCluster(text: string, at: number): boolean {
  if (at <= 0 || at >= text.length) return false;
  const next = text.charCodeAt(at);
  if (next === LF) return text.charCodeAt(at - 1) === CR;
  return splitsPair(text, at) || (next >= FIRST_MARK && COMBINING.test(text.slice(at, at + 2)));
}

function splitsPair(text: string, at: number): boolean {
  return at > 0 && (text.codePointAt(at - 1) ?? 0) > 0xffff;
}
