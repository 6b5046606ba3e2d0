import type { CharacterModel } from '../checkpoint/checkpoint.js';
import { Reader, type State } from './reader.js';
import { textStart } from './writer.js';

/**
 * Of a long text the network reads the last characters alone, at least `LEAST` and less than `LEAST + STEP`: where it
 * begins is a function of the text's length, and changes only every `STEP` characters.
 */
const LEAST = 1000;
const STEP = 1000;
/** Characters that are read in one go: short enough not to keep a key waiting. */
const SLICE = 16;
/** States are kept at each so many characters, and at the last places where reading ended. */
const MARK_EVERY = 64;
const MOST_ENDS = 64;
/** How many beginnings are remembered: one who deletes around a multiple of `STEP` goes to and fro between two. */
const MOST_MEMORIES = 3;

/** What the network knows at one place of a text. */
export interface Mark {
  /** UTF-16 units of the text, from where reading began. */
  readonly at: number;
  /** Characters that the network has read, and what it would say next: logits (V). */
  readonly read: number;
  readonly state: State;
  readonly logits: Float32Array;
}

/** A text that was read, and what the network knew at places of it, in their order. */
interface Memory {
  readonly from: number;
  text: string;
  marks: Mark[];
}

/** Where reading begins that ends at so many UTF-16 units of a text. */
export function readingStart(text: string, end: number): number {
  const from = end < LEAST ? 0 : Math.floor((end - LEAST) / STEP) * STEP;
  return isInPair(text, from) ? from + 1 : from;
}

/** Reads a text that changes: only what is new, as long as its beginning is the same. */
export class Recall {
  readonly #reader: Reader;
  readonly #start: Mark;
  /** The one used last at the end. */
  readonly #memories: Memory[] = [];

  constructor(readonly model: CharacterModel) {
    this.#reader = new Reader(model);
    this.#reader.start();
    this.#reader.read(Uint32Array.of(textStart(model)));
    this.#start = this.#mark(0, 0);
  }

  /**
   * Reads a text to its end. May be left at any time.
   * @returns what the network knows then; the same, to the bit, whatever was read before
   */
  *read(text: string): Generator<{ left: number }, Mark> {
    const from = readingStart(text, text.length);
    const memory = this.#memoryOf(from);
    const wanted = text.slice(from);
    const known = commonPrefix(memory.text, wanted);
    memory.marks = memory.marks.filter(({ at }) => at <= known && !isInPair(wanted, at));
    memory.text = wanted;
    let mark = memory.marks.at(-1);
    let read = mark?.read ?? 0;
    this.#reader.start(mark?.state);
    for (let at = mark?.at ?? 0; at < wanted.length; ) {
      yield { left: wanted.length - at };
      const end = sliceEnd(wanted, at);
      const ids = this.model.vocabulary.encode(wanted.slice(at, end), 'nearest');
      if (ids.length > 0) this.#reader.read(ids);
      read += ids.length;
      at = end;
      if (read === 0 || !(at % MARK_EVERY === 0 || at === wanted.length)) continue;
      mark = mark?.read === read ? { ...mark, at } : this.#mark(at, read);
      memory.marks.push(mark);
    }
    memory.marks = thinned(memory.marks);
    return mark ?? this.#start;
  }

  #mark(at: number, read: number): Mark {
    const logits = Float32Array.from(this.#reader.logits);
    return { at, read, logits, state: this.#reader.state() };
  }

  #memoryOf(from: number): Memory {
    const found = this.#memories.findIndex((memory) => memory.from === from);
    const memory = found < 0 ? { from, text: '', marks: [] } : this.#memories.splice(found, 1)[0]!;
    this.#memories.push(memory);
    if (this.#memories.length > MOST_MEMORIES) this.#memories.shift();
    return memory;
  }
}

/** Slices end at the same places of a text however much of it was read before. */
function sliceEnd(text: string, at: number): number {
  const end = Math.min(text.length, (Math.floor(at / SLICE) + 1) * SLICE);
  return isInPair(text, end) ? end + 1 : end;
}

/** All marks at regular places, and of the others the last ones. */
function thinned(marks: readonly Mark[]): Mark[] {
  const ends = marks.filter(({ at }) => at % MARK_EVERY !== 0);
  const forgotten = new Set(ends.slice(0, -MOST_ENDS));
  return marks.filter((mark) => !forgotten.has(mark));
}

function commonPrefix(a: string, b: string): number {
  if (b.startsWith(a)) return a.length;
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return length;
}

/** Whether a place lies within a surrogate pair. */
function isInPair(text: string, at: number): boolean {
  return /^[\ud800-\udbff][\udc00-\udfff]/.test(text.slice(at - 1, at + 1)) && at > 0;
}
