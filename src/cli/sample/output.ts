import { excerpt, harmless, harmlessJson, percent, table } from '../../format.js';
import { copyReport } from '../../sample/copying.js';
import type { Draft } from '../../sample/draft.js';
import type { GeneratedText } from '../../sample/generate.js';
import type { Plan } from '../../sample/plan.js';
import type { SuffixIndex } from '../../text/suffix-index.js';
import { hasColours, merged } from '../../ui/text/tint.js';
import { breathe, print } from '../output/console.js';
import { SURPRISE, tinted, tintLegend } from '../output/tint.js';
import type { SampleFlags } from './flags.js';

/** Where texts go. */
export interface SampleOutput {
  /** Whether it takes a text while it is written, by `stream`, and not as a whole, by `write`. */
  readonly streams: boolean;
  stream(draft: Draft): Promise<void>;
  write(text: GeneratedText): Promise<void>;
  end(): Promise<void>;
}

/** @param corpus where copies are looked for, if they are to be part of the output */
export function sampleOutput(plan: Plan, flags: SampleFlags, corpus: SuffixIndex | undefined): SampleOutput {
  return flags.json ? jsonOutput(plan, flags, corpus) : plainOutput(plan, flags);
}

function jsonOutput(plan: Plan, flags: SampleFlags, corpus: SuffixIndex | undefined): SampleOutput {
  const { vocabulary } = plan.model;
  const readable = (text: string) =>
    vocabulary.encoding === 'bytes' ? Buffer.from(text, 'latin1').toString() : text;
  const prompt = readable(vocabulary.decode(plan.prompt));
  return {
    streams: false,
    async stream() {},
    async write(written) {
      const { text, seed, reason, logProbabilities } = written;
      const logprobs = flags.logProbabilities ? { logprobs: logProbabilities?.map(rounded) } : {};
      const copies = corpus ? { copies: copiesOf(written, plan, corpus) } : {};
      const echoed = flags.echo ? { prompt } : {};
      const line = { ...echoed, text: readable(text), seed, reason, ...logprobs, ...copies };
      await print(`${harmlessJson(line)}\n`);
    },
    async end() {},
  };
}

/** A millionth of a nat is less than what the engines differ by. */
function rounded(nats: number): number {
  return Math.round(nats * 1e6) / 1e6;
}

function plainOutput(plan: Plan, flags: SampleFlags): SampleOutput {
  const isOneLine = flags.until === 'line' || flags.lines === 1 || flags.match !== undefined;
  const separator = flags.separator ?? (isOneLine ? '\n' : '\n---\n');
  const out = new TextStream(plan.model.vocabulary.encoding === 'bytes', flags.color === true);
  const prompt = plan.model.vocabulary.decode(plan.prompt);
  let begun = 0;
  const begin = () => {
    if (begun++ > 0) out.put(separator);
    if (flags.echo) out.put(prompt);
  };
  return {
    streams: flags.samples === 1 && flags.beam === undefined && flags.ending === undefined,
    async stream(draft) {
      if (begun === 0) begin();
      const [from, to] = draft.take();
      for (let i = from; i < to; i++) {
        out.put(plan.model.vocabulary.character(draft.ids[i]!), draft.logProbabilities[i]);
      }
      await out.flushNowAndThen();
    },
    async write({ text, logProbabilities }) {
      begin();
      Array.from(text).forEach((character, i) => void out.put(character, logProbabilities?.[i]));
      await out.flush();
    },
    async end() {
      if (flags.samples > 1 && flags.separator === undefined) out.put('\n');
      await out.end();
    },
  };
}

/** How long text waits at most: a screen shows it as it comes, a pipe is spared small pieces. */
const FLUSH_EVERY_MS = { terminal: 5, pipe: 50 } as const;

/** Text on its way to stdout, with the surprise of its characters where it is to be tinted. */
class TextStream {
  #waiting: { text: string; bits: number }[] = [];
  #flushed = performance.now();
  #lastCharacter = '\n';
  readonly #decoder = new TextDecoder();
  readonly #isTinted: boolean;
  /** Whether what is put are bytes, which a screen has to be given as characters. */
  readonly #decodes: boolean;

  constructor(
    readonly bytes: boolean,
    isTinted: boolean,
  ) {
    this.#isTinted = isTinted && hasColours();
    this.#decodes = bytes && (process.stdout.isTTY || this.#isTinted);
    if (this.#isTinted) process.stderr.write(`${tintLegend()}\n`);
    else if (isTinted) process.stderr.write('colours are off here (NO_COLOR, or a terminal without them)\n');
  }

  /** @param nats log p of the character, where its surprise is known */
  put(text: string, nats = 0): void {
    const readable = this.#decodes
      ? this.#decoder.decode(Buffer.from(text, 'latin1'), { stream: true })
      : text;
    this.#waiting.push({ text: readable, bits: -nats / Math.LN2 });
    if (readable !== '') this.#lastCharacter = readable.at(-1)!;
  }

  async flushNowAndThen(): Promise<void> {
    const pause = process.stdout.isTTY ? FLUSH_EVERY_MS.terminal : FLUSH_EVERY_MS.pipe;
    if (performance.now() - this.#flushed < pause) return;
    await this.flush();
    await breathe();
  }

  async flush(): Promise<void> {
    const { stdout } = process;
    const safe = stdout.isTTY || this.#isTinted ? harmless : (text: string) => text;
    const runs = this.#isTinted ? merged(this.#waiting, ({ bits }) => SURPRISE.tintOf(bits)) : this.#waiting;
    let piece = '';
    for (const { text, bits } of runs) piece += this.#isTinted ? tinted(safe(text), bits) : safe(text);
    this.#waiting = [];
    this.#flushed = performance.now();
    const raw = this.bytes && !this.#decodes;
    await print(raw ? Buffer.from(piece, 'latin1') : piece);
  }

  /** Writes what is left, and on a terminal ends the line. */
  async end(): Promise<void> {
    if (process.stdout.isTTY && this.#lastCharacter !== '\n') this.put('\n');
    await this.flush();
  }
}

/** What a text has in common with the corpus: stretches of 20 characters and more. */
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
      text: characters.slice(start, start + length).join(''),
    })),
  };
}

const OVERLAPS_SHOWN = 5;

/** Tells on stderr of the longest overlaps. */
export function tellCopies({ share, overlaps }: ReturnType<typeof copiesOf>): void {
  const rows = overlaps.slice(0, OVERLAPS_SHOWN).map(({ length, text }) => {
    const line = harmless(text.replace(/\s+/g, ' '));
    return [String(length), excerpt(line)];
  });
  const more = overlaps.length > OVERLAPS_SHOWN ? `, the longest of ${overlaps.length}` : '';
  process.stderr.write(
    `\ncopied from the corpus in stretches of 20 characters and more: ${percent(share, 1)} of the text${rows.length > 0 ? more : ''}\n` +
      (rows.length > 0 ? `${table(rows)}\n` : ''),
  );
}
