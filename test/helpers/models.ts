// Small networks with seeded weights, and the texts they write.

import { generate, generateMany } from '../../src/api/generate.js';
import type { CharacterModel } from '../../src/checkpoint/checkpoint.js';
import { openEngine } from '../../src/engine/engine.js';
import { CELL_NAMES, CELLS } from '../../src/model/cells.js';
import type { ModelConfig } from '../../src/model/config.js';
import { initialise } from '../../src/model/initialise.js';
import { Network } from '../../src/model/network.js';
import { Weights } from '../../src/model/weights.js';
import { logProbability } from '../../src/sample/choose.js';
import type { GeneratedText } from '../../src/sample/generate.js';
import type { GenerateOptions } from '../../src/sample/options.js';
import type { Collection } from '../../src/text/collection/collection.js';
import type { Encoding } from '../../src/text/encoding/names.js';
import { suffixArray } from '../../src/text/suffix-array.js';
import { SuffixIndex } from '../../src/text/suffix-index.js';
import { Vocabulary } from '../../src/text/vocabulary.js';

/** A configuration of every cell with every variant that it allows. */
export function everyVariant(shape: Omit<ModelConfig, 'cell'>): ModelConfig[] {
  const choices = [false, true];
  return CELL_NAMES.flatMap((cell) =>
    choices.flatMap((coupled) =>
      choices.flatMap((layerNorm) =>
        choices.map((residual) => ({ ...shape, cell, coupled, layerNorm, residual })),
      ),
    ),
  ).filter(({ cell, coupled }) => !coupled || CELLS[cell].canBeCoupled);
}

/** The characters of a text as a vocabulary. */
export function vocabularyOf(
  text: string,
  encoding: Encoding = 'utf8',
  collection?: Vocabulary['collection'],
): Vocabulary {
  const codePoints = Array.from(text, (c) => c.codePointAt(0)!);
  return new Vocabulary(
    [...new Set(codePoints)].sort((a, b) => a - b),
    encoding,
    collection,
  );
}

interface Shape extends Pick<Partial<ModelConfig>, 'cell' | 'coupled' | 'layerNorm' | 'residual'> {
  readonly encoding?: Encoding;
  readonly collection?: Collection;
  readonly engine?: CharacterModel['weights']['engine'];
  readonly hidden?: number;
  readonly layers?: number;
  /** Multiplies the decoder's weights: the logits of an untrained network are nearly equal. */
  readonly gain?: number;
  readonly seed?: number;
}

/** An untrained network whose texts still depend on their context. */
export function modelOf(characters: string, shape: Shape = {}): CharacterModel {
  const { encoding = 'utf8', engine = openEngine(), hidden = 10, layers = 2, gain = 20, seed = 3 } = shape;
  const { cell = 'lstm', coupled = false, layerNorm = false, residual = false } = shape;
  const vocabulary = vocabularyOf(characters, encoding, shape.collection);
  const config = {
    cell,
    coupled,
    layerNorm,
    residual,
    vocabulary: vocabulary.size,
    ...(vocabulary.end !== undefined && { end: vocabulary.end }),
    embedding: 6,
    hidden,
    layers,
    dropout: 0.5,
  } as const;
  const weights = new Weights(engine, config, { training: false });
  initialiseSmall(weights, seed, gain);
  return { config, vocabulary, weights };
}

/**
 * Initialises matrices within 1/√(their inputs), less than in a new network, and the decoder `gain` times as
 * large.
 */
export function initialiseSmall(weights: Weights, seed: number, gain: number): void {
  initialise(weights.table, weights.values, seed);
  for (const { name, start, length, shape, initialisation } of weights.table.parameters) {
    if (typeof initialisation === 'string' || !('bounds' in initialisation)) continue;
    const matrix = weights.values.subarray(start, start + length);
    const block = length / initialisation.bounds.length;
    const bound = (name === 'decoder.weight' ? gain : 1) / Math.sqrt(shape[1]!);
    matrix.set(matrix.map((x, i) => (x / initialisation.bounds[Math.floor(i / block)]!) * bound));
  }
  weights.pack();
}

/** The suffix index of a text that a network might have been trained on. */
export function corpusOf({ vocabulary }: CharacterModel, text: string): SuffixIndex {
  const ids = Uint32Array.from(vocabulary.encode(text));
  return new SuffixIndex(ids, suffixArray(ids, vocabulary.size));
}

/** Collects the text that `generate` writes, by default from zero state, as `readPlainly` reads. */
export async function write(options: GenerateOptions, model: CharacterModel): Promise<string> {
  let text = '';
  for await (const piece of generate(model, { leadIn: false, ...options })) text += piece;
  return text;
}

/** Collects the texts that `generateMany` writes, by default from zero state. */
export async function writeMany(
  options: GenerateOptions,
  count: number,
  model: CharacterModel,
): Promise<GeneratedText[]> {
  const texts: GeneratedText[] = [];
  for await (const text of generateMany(model, count, { leadIn: false, ...options })) texts.push(text);
  return texts;
}

/** Kept for reuse, since the memory of an arena is never freed. */
const plainNetworks = new WeakMap<Weights, Network>();

/** Returns log p of each character of a text after a prompt, reading both one character at a time. */
export function readPlainly({ weights, vocabulary }: CharacterModel, prompt: string, text: string): number[] {
  const network = plainNetworks.get(weights) ?? new Network(weights, { rows: 1, steps: 1, training: false });
  plainNetworks.set(weights, network);
  network.resetState();
  const step = (id: number) => {
    network.carry();
    network.forward(Uint32Array.of(id));
  };
  for (const id of vocabulary.encode(prompt)) step(id);
  return Array.from(vocabulary.encode(text), (id) => {
    const nats = logProbability(network.logits, id);
    step(id);
    return nats;
  });
}
