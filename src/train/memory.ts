import { Arena } from '../engine/arena.js';
import type { Engine } from '../engine/kernels.js';
import type { ModelConfig } from '../model/config.js';
import { Network } from '../model/network.js';
import { Optimizer } from '../model/optimizer.js';
import { Weights } from '../model/weights.js';
import { grouped } from '../numbers.js';
import { Writer } from '../sample/writer.js';
import { validationEnd } from '../text/split.js';
import type { Vocabulary } from '../text/vocabulary.js';
import { Evaluator } from './evaluate.js';

/** What determines the memory of training. */
export interface MemoryRequest {
  readonly config: ModelConfig;
  readonly vocabulary: Vocabulary;
  readonly training: { readonly batchSize: number; readonly sequenceLength: number };
  readonly corpus: { readonly length: number; readonly trainLength: number };
}

/** One part of the memory. */
export interface MemoryPart {
  readonly what: string;
  readonly bytes: number;
  /** How to make it smaller. */
  readonly remedy: string;
}

/** An arena that only counts the memory it is asked for. */
class CountingArena extends Arena {
  bytes = 0;

  constructor() {
    super(new WebAssembly.Memory({ initial: 0, maximum: 1, shared: true }));
  }

  override allocate(words: number): number {
    this.bytes += 4 * words;
    return 0;
  }
}

/**
 * Computes the memory of the arena that training takes, the largest part first, by setting everything up as
 * session.ts does on an arena that only counts.
 */
export function trainingMemory(request: MemoryRequest, engine: Engine): readonly MemoryPart[] {
  const { config, vocabulary, training, corpus } = request;
  const arena = new CountingArena();
  const part = (what: string, remedy: string, allocate: () => void): MemoryPart => {
    const before = arena.bytes;
    allocate();
    return { what, bytes: arena.bytes - before, remedy };
  };
  const weights = new Weights({ ...engine, arena }, config, { training: true });
  new Optimizer(weights);
  const before: MemoryPart = {
    what: `${grouped(weights.table.count)} parameters with their gradients and moments`,
    bytes: arena.bytes,
    remedy: 'a smaller --hidden, --layers or --embedding, or a text of fewer distinct characters',
  };
  const { batchSize, sequenceLength } = training;
  const window = part(
    `batches of ${batchSize} x ${sequenceLength} characters out of ${grouped(vocabulary.size)} distinct ones`,
    'a smaller --batch-size or --seq-length',
    () => new Network(weights, { rows: batchSize, steps: sequenceLength, training: true }),
  );
  const rest = part(
    'validation and samples',
    'a text of fewer distinct characters, or a smaller --hidden',
    () => {
      const end = validationEnd(corpus);
      if (end - corpus.trainLength >= 2) new Evaluator(weights).reserve({ start: corpus.trainLength, end });
      // One writes the samples of the log, one the live sample.
      for (let i = 0; i < 2; i++) new Writer({ config, vocabulary, weights });
    },
  );
  return [before, window, rest].sort((a, b) => b.bytes - a.bytes);
}
