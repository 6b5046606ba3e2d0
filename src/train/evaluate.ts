import { readInTurn } from '../model/in-turn.js';
import { Network } from '../model/network.js';
import type { Weights } from '../model/weights.js';
import { sumOf } from '../numbers.js';
import { Random, Stream } from '../random.js';
import { windowsAlong } from '../text/batches.js';
import type { Stretch } from '../text/dataset.js';

/** How a text is scored: see docs/reference/evaluation.md. */
export type Protocol = 'stream' | 'cold';

const ROWS = 32;
/** Few, because the activations of every step take memory from training. */
const STEPS = 16;
const WARM_UP = 256;
const COLD_WINDOW = 256;
const COLD_WINDOWS = 1024;

export function bitsPerCharacter(loss: number): number {
  return loss / Math.LN2;
}

/** How well a network predicts a text, or a line of it. */
export interface Figures {
  /** Characters predicted, and ends of texts. */
  readonly characters: number;
  /** Mean, in nats per character. */
  readonly loss: number;
  /** Bits per character: loss / ln 2. */
  readonly bpc: number;
  /** exp(loss). */
  readonly perplexity: number;
}

/** @param nats the sum of the losses */
export function figuresOf(characters: number, nats: number): Figures {
  const loss = nats / characters;
  return { characters, loss, bpc: bitsPerCharacter(loss), perplexity: Math.exp(loss) };
}

/**
 * Measures the loss on text with activations and states of its own, so that training is not affected. One
 * serves all validations of a run.
 */
export class Evaluator {
  readonly #networks = new Map<number, Network>();

  constructor(readonly weights: Weights) {}

  /** Allocates the memory for a stream evaluation now, so that it cannot run out later. */
  reserve(stretch: Bounds): void {
    this.#network(streamShape(stretch).rows, STEPS);
  }

  evaluate(stretch: Stretch, protocol: Protocol): Figures {
    return protocol === 'stream' ? this.#stream(stretch) : this.#cold(stretch);
  }

  /**
   * Carries the state through the text. For speed, a longer text is cut into up to 32 parts that are read in
   * parallel, each after reading the 256 characters before it, unscored, to start from a warm state. So the
   * first 256 characters of the text are not scored, nor the fewer than 32 that equal parts leave over.
   */
  #stream(stretch: Stretch): Figures {
    let [characters, nats] = [0, 0];
    for (const scored of this.inTurn(stretch)) {
      nats += scored.nats;
      characters += scored.characters;
    }
    return figuresOf(characters, nats);
  }

  /** Scores the windows of a stream evaluation one by one, for those who do not need all of them. */
  *inTurn(stretch: Stretch): Generator<{ readonly characters: number; readonly nats: number }> {
    const { rows, warmUp, part } = streamShape(stretch);
    const network = this.#network(rows, STEPS);
    const starts = Array.from({ length: rows }, (_, row) => stretch.start + warmUp + row * part);
    const windows = windowsAlong(stretch.dataset, { starts, length: part, warmUp, steps: STEPS });
    for (const { at, targets } of readInTurn(network, windows)) {
      if (at < 0) yield { characters: 0, nats: 0 };
      else yield { nats: sumOf(network.losses(targets)), characters: network.counted };
    }
  }

  /** Scores random windows of 256 characters, each from zero state: how the network does without context. */
  #cold({ dataset, start, end }: Stretch): Figures {
    const window = Math.min(COLD_WINDOW, end - start - 1);
    const random = new Random(0, Stream.evaluation);
    const network = this.#network(ROWS, window);
    const batches = Math.ceil(COLD_WINDOWS / ROWS);
    let [characters, nats] = [0, 0];
    for (let i = 0; i < batches; i++) {
      const starts = Array.from({ length: ROWS }, () => start + random.below(end - start - window));
      const windows = windowsAlong(dataset, { starts, length: window, steps: window });
      for (const { targets } of readInTurn(network, windows)) {
        nats += sumOf(network.losses(targets));
        characters += network.counted;
      }
    }
    return figuresOf(characters, nats);
  }

  #network(rows: number, steps: number): Network {
    const key = rows * 65536 + steps;
    const network = this.#networks.get(key) ?? new Network(this.weights, { rows, steps, training: false });
    this.#networks.set(key, network);
    return network;
  }
}

type Bounds = Pick<Stretch, 'start' | 'end'>;

/** Returns how a text is read as a stream: in how many parts, each how long after how many characters. */
function streamShape({ start, end }: Bounds) {
  const targets = end - start - 1;
  const rows = Math.max(1, Math.min(ROWS, Math.floor(targets / (4 * WARM_UP))));
  const warmUp = rows > 1 ? WARM_UP : 0;
  return { rows, warmUp, part: Math.floor((targets - warmUp) / rows) };
}

/** Returns how many windows a stream evaluation has. */
export function streamWindows(stretch: Bounds): number {
  const { warmUp, part } = streamShape(stretch);
  return warmUp / STEPS + Math.ceil(part / STEPS);
}
