import type { Scored } from '../../insight/scored.js';
import type { Vocabulary } from '../../text/vocabulary.js';
import { bitsPerCharacter } from '../../train/evaluate.js';

/** A line with its line feed, or a part of a long one, or what the text ends with. */
export interface Piece {
  readonly text: string;
  /** Nats, for each code point. */
  readonly losses: readonly number[];
  readonly endsLine: boolean;
}

/** So many characters of a line are held at most. */
const LONGEST = 4096;

/** A text as it is scored, cut at its line ends. */
export function* piecesOf(scored: Iterable<Scored>, vocabulary: Vocabulary): Generator<Piece> {
  let text = '';
  let losses: number[] = [];
  for (const window of scored) {
    for (const [i, id] of window.ids.entries()) {
      const character = vocabulary.character(id);
      text += character;
      losses.push(window.losses[i]!);
      const endsLine = character === '\n';
      if (!endsLine && losses.length < LONGEST) continue;
      yield { text, losses, endsLine };
      text = '';
      losses = [];
    }
  }
  if (losses.length > 0) yield { text, losses, endsLine: false };
}

/** What a reader sees as one character: a code point with all that combines with it, or a line feed. */
export interface Glyph {
  readonly text: string;
  /** Of its code points together. */
  readonly bits: number;
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

export function* glyphsOf({ text, losses, endsLine }: Piece): Generator<Glyph> {
  let at = 0;
  for (const { segment } of segmenter.segment(endsLine ? text.slice(0, -1) : text)) {
    let nats = 0;
    for (const _ of segment) nats += losses[at++]!;
    yield { text: segment, bits: bitsPerCharacter(nats) };
  }
  if (endsLine) yield { text: '\n', bits: bitsPerCharacter(losses.at(-1)!) };
}

/** What `charlstm eval` tells of a line or of a text. */
export interface Figures {
  readonly characters: number;
  /** Mean, in nats a character. */
  readonly loss: number;
  readonly bpc: number;
  readonly perplexity: number;
}

export function figuresOf(characters: number, loss: number): Figures {
  return { characters, loss, bpc: bitsPerCharacter(loss), perplexity: Math.exp(loss) };
}

/** Sums pieces up. */
export class Tally {
  characters = 0;
  #nats = 0;

  add({ losses }: Piece): void {
    this.characters += losses.length;
    for (const loss of losses) this.#nats += loss;
  }

  get figures(): Figures {
    return figuresOf(this.characters, this.#nats / this.characters);
  }
}

/** Makes something of a text, piece by piece; what it returns is to be written. */
export interface View {
  piece(piece: Piece): string;
  /** After the last piece. */
  end(): string;
}
