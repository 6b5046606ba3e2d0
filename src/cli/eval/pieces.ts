import type { Scored } from '../../insight/surprise.js';
import { sumOf } from '../../numbers.js';
import type { Vocabulary } from '../../text/vocabulary.js';
import { bitsPerCharacter, type Figures, figuresOf } from '../../train/evaluate.js';

/** A line, a part of a long line, or the end of a text that lacks a line end. */
export interface Piece {
  /** Without the line end. */
  readonly text: string;
  /** In nats, for each code point of the text, and then of the line end or the end of the text, if it has one. */
  readonly losses: readonly number[];
  readonly endsLine: boolean;
}

/** The most characters of a line to hold in memory. */
const LONGEST = 4096;
const LF = 10;

/** Cuts a text at its line ends, and where the texts of a collection end, as it is scored. */
export function* piecesOf(scored: Iterable<Scored>, vocabulary: Vocabulary): Generator<Piece> {
  let text = '';
  let losses: number[] = [];
  const last = vocabulary.codePoints.includes(LF) ? '\n' : '\r';
  for (const window of scored) {
    for (const [i, id] of window.ids.entries()) {
      const character = vocabulary.character(id);
      const endsText = id === vocabulary.end;
      if (!endsText) text += character;
      losses.push(window.losses[i]!);
      const endsLine = endsText || character === last;
      if (!endsLine && (losses.length < LONGEST || character === '\r')) continue;
      yield { text: endsLine && !endsText ? text.replace(/\r\n$|[\r\n]$/, '') : text, losses, endsLine };
      text = '';
      losses = [];
    }
  }
  if (losses.length > 0) yield { text, losses, endsLine: false };
}

/** What a reader sees as one character: a code point with all that combines with it, or a line end. */
export interface Grapheme {
  readonly text: string;
  /** The sum over its code points. */
  readonly bits: number;
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

export function* graphemesOf({ text, losses, endsLine }: Piece): Generator<Grapheme> {
  let at = 0;
  for (const { segment } of segmenter.segment(text)) {
    let nats = 0;
    for (const _ of segment) nats += losses[at++]!;
    yield { text: segment, bits: bitsPerCharacter(nats) };
  }
  if (endsLine) yield { text: '\n', bits: bitsPerCharacter(sumOf(losses.slice(at))) };
}

/** Accumulates the losses of pieces. */
export class Tally {
  characters = 0;
  #nats = 0;

  add({ losses }: Piece): void {
    this.characters += losses.length;
    for (const loss of losses) this.#nats += loss;
  }

  get figures(): Figures {
    return figuresOf(this.characters, this.#nats);
  }
}

/** Renders a text piece by piece; its methods return what to write next. */
export interface Renderer {
  piece(piece: Piece): string;
  /** Called after the last piece. */
  end(): string;
}
