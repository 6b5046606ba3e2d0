import { readFileSync, statSync } from 'node:fs';
import type { ImportedNetwork } from '../../checkpoint/import.js';
import { parseJson } from '../../checkpoint/json.js';
import { ExitCode, fileError, UserError } from '../../errors.js';
import { excerpt } from '../../format.js';
import { amountOf, grouped } from '../../numbers.js';
import { nameCharacter } from '../../text/vocabulary.js';
import { utf8Of } from '../input/text-argument.js';

/** The metadata entry that may hold the characters. */
const KEY = 'vocabulary';
/** In bytes. All of Unicode, with every character escaped, takes 15 MB. */
const LARGEST = 20e6;
const LIMITS = { depth: 1, values: 0x110000 + 2, characters: LARGEST };

const FORMS =
  'Give a JSON array of the characters (.json), or a text with each of them once, in the order of their ids.';

/**
 * Returns the code points of an imported network in the order of their ids.
 * @param file the argument of --vocabulary; without it, the characters are in the metadata of the weights
 * @throws UserError if they are missing, too many, too few, or not all different
 */
export function charactersOf(
  file: string | undefined,
  weights: string,
  { config, metadata }: Pick<ImportedNetwork, 'config' | 'metadata'>,
): number[] {
  const characters = file === undefined ? inMetadata(metadata, weights) : inFile(file, config.vocabulary);
  const source = file ?? weights;
  if (characters.length !== config.vocabulary) {
    throw wrong(
      `${source} names ${amountOf(characters.length, 'character')}, but the network in ${weights} has ${grouped(config.vocabulary)}`,
    );
  }
  const codePoints = characters.map((character) => codePointOf(character, source));
  const seen = new Set<number>();
  for (const codePoint of codePoints) {
    if (seen.has(codePoint)) throw wrong(`${source} names the character ${nameCharacter(codePoint)} twice`);
    seen.add(codePoint);
  }
  return codePoints;
}

function inMetadata(metadata: ReadonlyMap<string, string>, weights: string): unknown[] {
  const json = metadata.get(KEY);
  if (json !== undefined) return listIn(json, `"${KEY}" in the metadata of ${weights}`);
  throw new UserError(
    `${weights} does not say which characters its ids stand for`,
    `Name a file that lists them with --vocabulary. ${FORMS}`,
  );
}

function inFile(file: string, count: number): unknown[] {
  const text = read(file);
  if (file.toLowerCase().endsWith('.json')) return listIn(text, file);
  const characters = Array.from(text);
  // Ignore the line feed that editors put at the end of a file.
  return characters.length === count + 1 && characters.at(-1) === '\n' ? characters.slice(0, -1) : characters;
}

function read(file: string): string {
  let bytes: Buffer;
  try {
    const stats = statSync(file);
    if (stats.isCharacterDevice()) throw wrong(`${file} is a device, not a list of characters`);
    if (stats.size > LARGEST)
      throw wrong(`${file} has ${grouped(stats.size)} bytes, too many for a list of characters`);
    bytes = readFileSync(file);
  } catch (error) {
    throw fileError(error, file, FORMS);
  }
  return utf8Of(bytes, file);
}

function listIn(json: string, source: string): unknown[] {
  try {
    const list = parseJson(json, LIMITS);
    if (Array.isArray(list)) return list;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw wrong(`${source} ${error.message}`);
  }
  throw wrong(`${source} is not a JSON array`);
}

function codePointOf(character: unknown, source: string): number {
  if (typeof character === 'string' && Array.from(character).length === 1) {
    const codePoint = character.codePointAt(0)!;
    if (codePoint < 0xd800 || codePoint > 0xdfff) return codePoint;
  }
  throw wrong(`${source} names ${excerpt(JSON.stringify(character))}, which is not one character`);
}

function wrong(message: string): UserError {
  return new UserError(message, FORMS, ExitCode.badData);
}
