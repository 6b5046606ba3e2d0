import { excerpt, harmless, harmlessJson, percent, table } from '../../format.js';
import { sumOf } from '../../numbers.js';
import { copyReport } from '../../sample/copying.js';
import type { Draft } from '../../sample/draft.js';
import type { GeneratedText } from '../../sample/generate.js';
import type { Plan } from '../../sample/plan.js';
import { inRows, restInRows, textSeparator } from '../../sample/shown.js';
import type { SuffixIndex } from '../../text/suffix-index.js';
import { graphemesOf } from '../../ui/text/graphemes.js';
import { hasColours, merged } from '../../ui/text/tint.js';
import { breathe, print } from '../output/console.js';
import { SURPRISE, tinted, tintLegend } from '../output/tint.js';
import type { SampleFlags } from './flags.js';

/** Where texts go. */
interface SampleOutput {
  /** Writes what has become certain of the only text; undefined if texts are written as a whole. */
  readonly stream?: ((draft: Draft) => Promise<void>) | undefined;
  write(text: GeneratedText): Promise<void>;
  end?(): Promise<void>;
}

/**
 * @param about.corpus where to look for copies, if the output reports them
 * @param about.streams whether a single text is written as it comes
 */
export function sampleOutput(
  plan: Plan,
  flags: SampleFlags,
  { corpus, streams }: { corpus: SuffixIndex | undefined; streams: boolean },
): SampleOutput {
  return flags.json ? jsonOutput(plan, flags, corpus) : plainOutput(plan, flags, streams);
}

function jsonOutput(plan: Plan, flags: SampleFlags, corpus: SuffixIndex | undefined): SampleOutput {
  const { vocabulary } = plan.model;
  const prompt = inRows(plan.model, vocabulary.readable(vocabulary.decode(plan.prompt)));
  return {
    async write(written) {
      const { text, seed, reason, logProbabilities } = written;
      const labels = vocabulary.labels.length > 0 ? { labels: written.labels } : {};
      const logprobs = flags.logProbabilities ? { logprobs: logProbabilities?.map(rounded) } : {};
      const copies = corpus ? { copies: copiesOf(written, plan, corpus) } : {};
      const echoed = flags.echo ? { prompt } : {};
      const shown = restInRows(plan.model, vocabulary.readable(text));
      const whole = { ...echoed, text: shown, ...labels, seed, reason };
      const line = { ...whole, ...logprobs, ...copies };
      await print(`${harmlessJson(line)}\n`);
    },
  };
}

/** Rounds to a millionth of a nat, which is less than the difference between engines. */
function rounded(nats: number): number {
  return Math.round(nats * 1e6) / 1e6;
}

function plainOutput(plan: Plan, flags: SampleFlags, streams: boolean): SampleOutput {
  const { vocabulary } = plan.model;
  const isGrid = vocabulary.collection?.byColumn === true;
  const usual = separatorOf(plan, flags);
  const out = new TextStream(vocabulary.encoding === 'bytes', flags.color === true);
  const prompt = vocabulary.decode(plan.prompt);
  let started = 0;
  const start = (before = prompt) => {
    // A text of a collection that ends with a line break needs no other one.
    const hasBreak = vocabulary.end !== undefined && out.lastCharacter === '\n';
    if (started++ > 0) out.put(flags.separator ?? usual.slice(hasBreak ? 1 : 0));
    if (flags.echo) out.put(before);
  };
  const stream = async (draft: Draft) => {
    if (started === 0) start();
    const [from, to] = draft.take();
    for (let i = from; i < to; i++) {
      out.put(vocabulary.character(draft.ids[i]!), draft.logProbabilities[i]);
    }
    await out.flushIfDue();
  };
  return {
    stream: streams ? stream : undefined,
    async write({ text, logProbabilities }) {
      if (isGrid) {
        start('');
        out.put(flags.echo ? inRows(plan.model, prompt + text) : restInRows(plan.model, text));
        await out.flush();
        return;
      }
      start();
      Array.from(text).forEach((character, i) => void out.put(character, logProbabilities?.[i]));
      await out.flush();
    },
    async end() {
      const isList = flags.samples > 1 || (vocabulary.end !== undefined && started > 0);
      if (isList && flags.separator === undefined) out.put('\n');
      await out.end();
    },
  };
}

/** Returns what stands between texts unless something else is asked for. */
function separatorOf({ model }: Plan, flags: SampleFlags): string {
  if (flags.until === 'line' || flags.lines === 1 || flags.match !== undefined) return '\n';
  return model.vocabulary.end === undefined ? '\n---\n' : textSeparator(model);
}

/** How long text is buffered at most: a terminal shows it as it is written, a pipe gets larger pieces. */
const FLUSH_EVERY_MS = { terminal: 5, pipe: 50 } as const;

const NO_COLOURS = 'colours are off here (NO_COLOR, or a terminal without colours)';

/** Buffered text for stdout; if requested, each grapheme is tinted by the summed surprise of its characters. */
class TextStream {
  #text = '';
  /** Of each code point of the text. */
  #bits: number[] = [];
  /** Of the bytes read of an incomplete character. */
  #incomplete = 0;
  #flushed = performance.now();
  lastCharacter = '\n';
  readonly #decoder = new TextDecoder();
  readonly #isTinted: boolean;
  /** Whether the text consists of bytes that a terminal needs as characters. */
  readonly #decodes: boolean;

  constructor(
    readonly bytes: boolean,
    isTinted: boolean,
  ) {
    this.#isTinted = isTinted && hasColours();
    this.#decodes = bytes && (process.stdout.isTTY || this.#isTinted);
    const legend = this.#isTinted ? tintLegend() : NO_COLOURS;
    if (isTinted) process.stderr.write(`${legend}\n`);
  }

  /** @param nats log p of the character, if known */
  put(text: string, nats = 0): void {
    const readable = this.#decodes
      ? this.#decoder.decode(Buffer.from(text, 'latin1'), { stream: true })
      : text;
    this.#text += readable;
    if (readable !== '') this.lastCharacter = readable.at(-1)!;
    if (!this.#isTinted) return;
    this.#incomplete -= nats / Math.LN2;
    for (const _ of readable) {
      this.#bits.push(this.#incomplete);
      this.#incomplete = 0;
    }
  }

  async flushIfDue(): Promise<void> {
    const pause = process.stdout.isTTY ? FLUSH_EVERY_MS.terminal : FLUSH_EVERY_MS.pipe;
    if (performance.now() - this.#flushed < pause) return;
    // What comes next may belong to the last grapheme.
    await this.#print(this.#isTinted ? lastGrapheme(this.#text) : this.#text.length);
    await breathe();
  }

  flush(): Promise<void> {
    return this.#print(this.#text.length);
  }

  /** Prints the text up to an offset. */
  async #print(end: number): Promise<void> {
    const text = this.#text.slice(0, end);
    this.#text = this.#text.slice(end);
    this.#flushed = performance.now();
    const safe = process.stdout.isTTY ? harmless : (text: string) => text;
    const raw = this.bytes && !this.#decodes;
    const piece = this.#isTinted ? this.#tinted(text) : safe(text);
    await print(raw ? Buffer.from(piece, 'latin1') : piece);
  }

  #tinted(text: string): string {
    let at = 0;
    const graphemes = graphemesOf(text).map(({ source }) => {
      const own = this.#bits.slice(at, at + Array.from(source).length);
      at += own.length;
      return { text: source, bits: sumOf(own) };
    });
    this.#bits = this.#bits.slice(at);
    const runs = merged(graphemes, ({ bits }) => SURPRISE.tintOf(bits));
    return Array.from(runs, (run) => tinted(harmless(run.text), run.bits)).join('');
  }

  /** Writes the rest and, on a terminal, ends the line. */
  async end(): Promise<void> {
    if (process.stdout.isTTY && this.lastCharacter !== '\n') this.put('\n');
    await this.flush();
  }
}

/** The offset of the last grapheme of a text, or its length after a line feed. */
function lastGrapheme(text: string): number {
  return text.endsWith('\n') ? text.length : (graphemesOf(text).at(-1)?.at ?? 0);
}

/** Finds what a text has in common with the corpus: passages of at least 20 characters. */
export function copiesOf(
  { text }: GeneratedText,
  { model }: Plan,
  corpus: SuffixIndex,
): { share: number; overlaps: { start: number; length: number; text: string }[] } {
  const characters = Array.from(text);
  const ids = characters.map((character) => model.vocabulary.idOf(character.codePointAt(0)!)!);
  const { share, overlaps } = copyReport(corpus, ids);
  return {
    share,
    overlaps: overlaps.map(({ start, length }) => ({
      start,
      length,
      text: model.vocabulary.readable(characters.slice(start, start + length).join('')),
    })),
  };
}

/** How many overlaps to list. */
const MOST_LISTED = 5;

/** Lists the longest overlaps on stderr. */
export function reportCopies({ share, overlaps }: ReturnType<typeof copiesOf>): void {
  const rows = overlaps
    .slice(0, MOST_LISTED)
    .map(({ length, text }) => [String(length), excerpt(harmless(text.replace(/\s+/g, ' ')))]);
  const more = overlaps.length > MOST_LISTED ? `, the longest of ${overlaps.length}` : '';
  process.stderr.write(
    `\ncopied from the corpus in passages of at least 20 characters: ${percent(share, 1)} of the text${rows.length > 0 ? more : ''}\n` +
      (rows.length > 0 ? `${table(rows)}\n` : ''),
  );
}
