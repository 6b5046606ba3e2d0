import type { CharacterModel } from '../checkpoint/checkpoint.js';
import { UserError } from '../errors.js';
import { readInTurn } from '../model/in-turn.js';
import { Network } from '../model/network.js';
import { Pool } from '../model/pool.js';
import { formOf } from '../sample/form.js';

/** Maximum characters per window: enough to make the products outside the time loop large. */
export const STEPS = 64;

/** A window, and the network that has just read it. Views are (T, ...), valid until the next window. */
type Read<Window> = Window & { readonly network: Network };

/** A window of consecutive characters of a text. */
interface TextWindow {
  /** The index of its first character in the text. */
  readonly start: number;
  /** (T) */
  readonly inputs: Uint32Array;
}

const idleNetworks = new Pool<CharacterModel, Network>();

/** Reads given windows of one text, of at most `STEPS` characters each, from zero state. */
export function* readInWindows<Window extends { readonly inputs: Uint32Array }>(
  model: CharacterModel,
  windows: Iterable<Window>,
): Generator<Read<Window>, void, void> {
  const shape = { rows: 1, steps: STEPS, training: false };
  const network = idleNetworks.take(model, () => new Network(model.weights, shape));
  try {
    for (const window of readInTurn(network, windows)) yield { ...window, network };
  } finally {
    idleNetworks.giveBack(model, network);
  }
}

/**
 * Reads a text once, from zero state, window by window. A network of many texts first reads the symbol with
 * which each of them begins.
 */
export function* readWindows(model: CharacterModel, ids: Uint32Array): Generator<Read<TextWindow>> {
  for (const read of readInWindows(model, windowsOf(ids, model.config.end))) if (read.start >= 0) yield read;
}

function* windowsOf(ids: Uint32Array, end: number | undefined): Generator<TextWindow> {
  if (end !== undefined && ids[0] !== end) yield { start: -1, inputs: Uint32Array.of(end) };
  for (let start = 0; start < ids.length; start += STEPS) {
    yield { start, inputs: ids.subarray(start, start + STEPS) };
  }
}

/**
 * Returns the ids of a text that a program gives.
 * @throws UserError naming the characters that the model never saw
 */
export function encodeKnown(model: CharacterModel, text: string): Uint32Array {
  const form = formOf(model);
  const unknown = form.unknownIn(text);
  if (unknown.length === 0) return form.encode(text);
  const { message, exitCode } = model.vocabulary.unknownCharacters(unknown);
  const hint = 'Replace them; model.vocabulary.relativeOf(codePoint) knows by what.';
  throw new UserError(message, hint, exitCode);
}
