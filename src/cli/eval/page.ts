import { escapeMarkup, harmless } from '../../format.js';
import { amountOf } from '../../numbers.js';
import { merged } from '../../ui/text/tint.js';
import { type SurpriseTint, stepOf, TINTS } from '../output/tint.js';
import { type Grapheme, graphemesOf, type Piece, type Renderer, Tally } from './pieces.js';

/**
 * Up to this many characters, each is an element with its bits, at some 30 bytes per character. In a longer
 * text only runs of block tints are elements, at some 5 bytes per character.
 */
const DETAILED = 100_000;

/** `--html`: a self-contained page, without scripts, that shows the text tinted by its surprise. */
export class Page implements Renderer {
  readonly #detailed: boolean;
  readonly #text = new Tally();
  #line = new Tally();

  /**
   * @param title names the text and the model
   * @param characters the length of the text
   */
  constructor(
    readonly title: string,
    characters: number,
  ) {
    this.#detailed = characters <= DETAILED;
  }

  get head(): string {
    const hint = this.#detailed
      ? 'Point at a character to see its bits, or at the number of a line to see more about it. '
      : 'In a text of this length, characters below 4 bits have no tint. ';
    const shown = TINTS.map((tint, step) =>
      this.#shows(tint) ? `<i class="t${step}"> ${tint?.from ?? 0} </i>` : '',
    );
    return `<!doctype html>
<html>
<head>
<meta charset="utf-8" />
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
<meta name="viewport" content="width=device-width" />
<title>${pageText(this.title)}</title>
<style>
${STYLE}
</style>
</head>
<body>
<header>
<h1>${pageText(this.title)}</h1>
<p>bits ${shown.join(' ')} and more</p>
<p>${hint}The number next to a line is its mean; ↵ is a surprising line break.</p>
</header>
<main>`;
  }

  piece(piece: Piece): string {
    const begins = this.#line.characters === 0;
    this.#line.add(piece);
    this.#text.add(piece);
    const graphemes = graphemesOf(piece);
    const runs = this.#detailed
      ? graphemes
      : merged(this.#withoutPale(graphemes), ({ bits }) => TINTS[stepOf(bits)]);
    const out = Array.from(runs, (run) => this.#element(run)).join('');
    return (begins ? '<div>' : '') + out + (piece.endsLine ? this.#endLine() : '');
  }

  end(): string {
    const last = this.#line.characters > 0 ? this.#endLine() : '';
    const { characters, loss, bpc, perplexity } = this.#text.figures;
    return `${last}</main>
<footer>${amountOf(characters, 'character')}: loss ${loss.toFixed(4)} nats, ${bpc.toFixed(4)} bits per character, perplexity ${perplexity.toFixed(3)}</footer>
</body>
</html>
`;
  }

  #shows(tint: SurpriseTint | undefined): boolean {
    return this.#detailed || !tint || tint.ink !== undefined;
  }

  *#withoutPale(graphemes: Iterable<Grapheme>): Generator<Grapheme> {
    for (const { text, bits } of graphemes) yield { text, bits: this.#shows(TINTS[stepOf(bits)]) ? bits : 0 };
  }

  #element({ text, bits }: Grapheme): string {
    const step = stepOf(bits);
    // A line feed is an element of its own, so that it can be made visible.
    if (text.endsWith('\n') && text.length > 1) {
      return this.#element({ text: text.slice(0, -1), bits }) + this.#element({ text: '\n', bits });
    }
    const classes = step === 0 ? '' : ` class="${text === '\n' ? 'n ' : ''}t${step}"`;
    const title = this.#detailed ? ` title="${bits.toFixed(1)}"` : '';
    return classes + title === '' ? pageText(text) : `<i${classes}${title}>${pageText(text)}</i>`;
  }

  /** The figures of a line come after it, when they are known; the style sheet puts them in front of it. */
  #endLine(): string {
    const { characters, loss, bpc, perplexity } = this.#line.figures;
    this.#line = new Tally();
    const title = this.#detailed
      ? ` title="${amountOf(characters, 'character')}, ${loss.toFixed(4)} nats and ${bpc.toFixed(4)} bits per character, perplexity ${perplexity.toFixed(2)}"`
      : '';
    return `<b data-b="${bpc.toFixed(2)}"${title}></b></div>`;
  }
}

/** Text for a page: without markup, and without control characters other than tab and line feed. */
export function pageText(text: string): string {
  return escapeMarkup(harmless(text));
}

const STYLE = `:root { color-scheme: light dark; --back: #fff; --text: #222; --faint: #757575; }
@media (prefers-color-scheme: dark) { :root { --back: #000; --text: #ccc; } }
body { display: flex; flex-direction: column; max-width: 60rem; margin: 1rem auto; padding: 0 1rem; }
body { background: var(--back); color: var(--text); font: 1rem/1.6 ui-monospace, monospace; }
h1 { font-size: 1rem; } p { margin: 0.3rem 0; } i { font-style: normal; white-space: pre-wrap; }
header { order: -2; } footer { order: -1; margin-bottom: 1rem; } main { counter-reset: line; }
main div { counter-increment: line; position: relative; min-height: 1.6em; padding-left: 9em; unicode-bidi: plaintext; }
main div { white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 4; content-visibility: auto; }
main div { contain-intrinsic-height: auto 1.6em; }
main b { position: absolute; left: 0; top: 0; color: var(--faint); font-weight: normal; user-select: none; }
main b { direction: ltr; white-space: pre; }
main b::before { content: counter(line) "  " attr(data-b); }
.n::before { content: "↵"; }
${TINTS.flatMap((tint, step) => (tint ? rule(step, tint) : [])).join('\n')}`;

function rule(step: number, { color, ink }: SurpriseTint): string {
  return `.t${step} { ${ink ? `background: ${color}; color: ${ink};` : `color: ${color};`} }`;
}
