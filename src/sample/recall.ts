import type { CharacterModel } from '../checkpoint/checkpoint.js';
import { isWithinCluster, nextBoundary } from '../text/form.js';
import { lastBeginning } from './borders.js';
import { formOf } from './form.js';
import { Labels } from './labels.js';
import { leadInRandom, opening, readOpening } from './opening.js';
import { type NetworkState, Reader } from './reader.js';

/**
 * Of a long text, only the last characters are read: at least `LEAST` and fewer than `LEAST + STEP`. Where
 * reading starts depends only on the length of the text and changes only every `STEP` characters.
 */
const LEAST = 1000;
const STEP = 1000;
/** Characters read at a time: few enough not to delay a key. */
const SLICE = 16;
/** A state is kept at every multiple of this many characters ... */
const MARK_EVERY = 64;
/** ... and at this many of the last places where reading ended. */
const MOST_ENDS = 64;
/** How many starting places are remembered; editing near a multiple of `STEP` alternates between two. */
const MOST_MEMORIES = 3;

/** The network at one place of a text. */
export interface Mark {
  /** UTF-16 units from where reading started. */
  readonly at: number;
  /** Characters read. */
  readonly read: number;
  /** The place of the next character among all, for random numbers. */
  readonly place: number;
  /** Whether nothing of the text has been read, after whatever comes before each. */
  readonly isBeginning: boolean;
  readonly state: NetworkState;
  /** (V): logits of the next character. */
  readonly logits: Float32Array;
}

/** A text that was read, with marks in the order of their places. */
interface Memory {
  readonly from: number;
  /** Whether a text begins there, so that the network reads what it does before each. */
  readonly begins: boolean;
  text: string;
  marks: Mark[];
}

/** Returns where reading starts, in UTF-16 units, if it is to end at `end`. */
export function readingStart(text: string, end: number): number {
  const from = end < LEAST ? 0 : Math.floor((end - LEAST) / STEP) * STEP;
  return nextBoundary(text, from);
}

/** Reads a text that changes: only the new part, as long as the beginning is unchanged. */
export class Recall {
  readonly #reader: Reader;
  readonly #start: Mark;
  /** The most recently used one is last. */
  readonly #memories: Memory[] = [];

  constructor(readonly model: CharacterModel) {
    this.#reader = new Reader(model);
    const labels = new Labels(model.vocabulary, []);
    const usual = labels.idsOf(labels.choose(undefined));
    readOpening(this.#reader, opening(model, new Uint32Array(), leadInRandom(0), usual));
    this.#start = { ...this.#mark(0, 0, 0), isBeginning: true };
  }

  /**
   * Reads a text to its end; of a collection, only the last text. The generator may be abandoned at any step.
   * @returns the mark at the end, bit-identical whatever was read before
   */
  *read(text: string): Generator<{ left: number }, Mark> {
    const earliest = readingStart(text, text.length);
    const beginning = lastBeginning(this.model, text.slice(earliest));
    const from = earliest + (beginning ?? 0);
    const begins = from === 0 || beginning !== undefined;
    const first = this.model.vocabulary.end === undefined ? 0 : from;
    const memory = this.#memoryOf(from, begins);
    const wanted = text.slice(from);
    const known = commonPrefix(memory.text, wanted);
    memory.marks = memory.marks.filter(({ at }) => at <= known && !isWithinCluster(wanted, at));
    memory.text = wanted;
    let mark = memory.marks.at(-1);
    let read = mark?.read ?? 0;
    this.#reader.start((mark ?? (begins ? this.#start : undefined))?.state);
    for (let at = mark?.at ?? 0; at < wanted.length; ) {
      yield { left: wanted.length - at };
      const end = sliceEnd(wanted, at);
      const ids = formOf(this.model).encode(wanted.slice(at, end), 'nearest');
      if (ids.length > 0) this.#reader.read(ids);
      read += ids.length;
      at = end;
      if (read === 0 || !(at % MARK_EVERY === 0 || at === wanted.length)) continue;
      mark = mark?.read === read ? { ...mark, at } : this.#mark(at, read, first);
      memory.marks.push(mark);
    }
    memory.marks = thinned(memory.marks);
    return mark ?? { ...this.#start, place: first };
  }

  #mark(at: number, read: number, first: number): Mark {
    const logits = this.#reader.logits().slice();
    return { at, read, place: first + read, isBeginning: false, logits, state: this.#reader.state() };
  }

  #memoryOf(from: number, begins: boolean): Memory {
    const isWanted = (memory: Memory) => memory.from === from && memory.begins === begins;
    const found = this.#memories.findIndex(isWanted);
    const memory = found < 0 ? { from, begins, text: '', marks: [] } : this.#memories.splice(found, 1)[0]!;
    this.#memories.push(memory);
    if (this.#memories.length > MOST_MEMORIES) this.#memories.shift();
    return memory;
  }
}

/** Slices end at fixed places of a text, however much of it was read before. */
function sliceEnd(text: string, at: number): number {
  return nextBoundary(text, Math.min(text.length, (Math.floor(at / SLICE) + 1) * SLICE));
}

/** Keeps all marks at regular places and the most recent of the others. */
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
