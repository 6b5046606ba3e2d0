import { harmless } from '../format.js';
import { type Glyph, glyphsOf, type Piece, Tally, type View } from './eval-pieces.js';
import { merged, stepOf, TINTS } from './tint.js';

/** Up to so many characters, each is an element of its own that tells its bits; in a longer text only lines do. */
const DETAILED = 50_000;

/** `--html`: a page of its own, without script, that shows the text tinted by its surprise. */
export class Page implements View {
  readonly #detailed: boolean;
  readonly #text = new Tally();
  #line = new Tally();

  /**
   * @param title what was read, and by which model
   * @param characters of the text
   */
  constructor(
    readonly title: string,
    characters: number,
  ) {
    this.#detailed = characters <= DETAILED;
  }

  get head(): string {
    const hint = this.#detailed
      ? 'Point at a character, or at the number of a line'
      : 'Point at a line number';
    return `<!doctype html>
<html>
<head>
<meta charset="utf-8" />
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
<meta name="viewport" content="width=device-width" />
<title>${escaped(this.title)}</title>
<style>
${STYLE}
</style>
</head>
<body>
<header>
<h1>${escaped(this.title)}</h1>
<p>${LEGEND}</p>
<p>${hint}, for its surprise. ↵ is a line break that surprised.</p>
</header>
<main>
`;
  }

  piece(piece: Piece): string {
    const begins = this.#line.characters === 0;
    this.#line.add(piece);
    this.#text.add(piece);
    const glyphs = glyphsOf(piece);
    let out = begins ? '<div class="l">' : '';
    for (const glyph of this.#detailed ? glyphs : merged(glyphs)) out += this.#element(glyph);
    return piece.endsLine ? out + this.#endLine() : out;
  }

  end(): string {
    const last = this.#line.characters > 0 ? this.#endLine() : '';
    const { characters, loss, bpc, perplexity } = this.#text.figures;
    return `${last}</main>
<footer>${characters} characters: loss ${loss.toFixed(4)} nats, ${bpc.toFixed(4)} bits a character, perplexity ${perplexity.toFixed(3)}</footer>
</body>
</html>
`;
  }

  #element({ text, bits }: Glyph): string {
    const step = stepOf(bits);
    // A run that ends with the line feed has it in one element with what stands before.
    if (text.endsWith('\n') && text.length > 1) {
      return this.#element({ text: text.slice(0, -1), bits }) + this.#element({ text: '\n', bits });
    }
    const classes = step === 0 ? '' : ` class="${text === '\n' ? 'n ' : ''}t${step}"`;
    const title = this.#detailed ? ` title="${bits.toFixed(1)} bits"` : '';
    return classes + title === '' ? escaped(text) : `<i${classes}${title}>${escaped(text)}</i>`;
  }

  /** The figures of a line come after it, since they are known only then; the style puts them before it. */
  #endLine(): string {
    const { characters, loss, bpc, perplexity } = this.#line.figures;
    this.#line = new Tally();
    const nats = this.#detailed ? `, ${loss.toFixed(4)} nats` : '';
    return `<b data-b="${bpc.toFixed(2)}" title="${characters} characters, perplexity ${perplexity.toFixed(2)}${nats}"></b></div>\n`;
  }
}

/** Text for a page: nothing in it is markup, and no control character is left but tab and line feed. */
export function escaped(text: string): string {
  const ENTITIES: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return harmless(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

const LEGEND = `bits ${TINTS.map((tint, step) => `<i class="t${step}"> ${tint?.from ?? 0} </i>`).join(' ')} and more`;

const STYLE = `:root { color-scheme: light dark; --back: #fff; --text: #222; --faint: #757575; }
@media (prefers-color-scheme: dark) { :root { --back: #000; --text: #ccc; } }
body { display: flex; flex-direction: column; max-width: 60rem; margin: 1rem auto; padding: 0 1rem; }
body { background: var(--back); color: var(--text); font: 1rem/1.6 ui-monospace, monospace; }
h1 { font-size: 1rem; } p { margin: 0.3rem 0; } i { font-style: normal; white-space: pre-wrap; }
header { order: -2; } footer { order: -1; margin-bottom: 1rem; } main { counter-reset: line; }
.l { counter-increment: line; position: relative; min-height: 1.6em; padding-left: 9em; unicode-bidi: plaintext; }
.l { white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 4; content-visibility: auto; }
.l { contain-intrinsic-height: auto 1.6em; }
.l > b { position: absolute; left: 0; top: 0; color: var(--faint); font-weight: normal; user-select: none; }
.l > b { direction: ltr; white-space: pre; }
.l > b::before { content: counter(line) "  " attr(data-b); }
.n::before { content: "↵"; }
${TINTS.flatMap((tint, step) => (tint ? rule(step, tint) : [])).join('\n')}`;

function rule(step: number, { color, ink }: { color: string; ink?: string }): string {
  return `.t${step} { ${ink ? `background: ${color}; color: ${ink};` : `color: ${color};`} }`;
}
