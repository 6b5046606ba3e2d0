import type { CharacterModel } from '../checkpoint/checkpoint.js';
import { UserError } from '../errors.js';
import type { TextForm } from '../text/form.js';
import { UNSPACED } from '../words.js';
import type { GenerateOptions } from './options.js';
import { ENDS_SENTENCE } from './sentences.js';
import type { CharacterKind, StopOptions } from './stops.js';

/**
 * Returns where texts with these options end. A text to stop at with characters that the network never saw
 * cannot occur, so it is left out.
 * @param characters (V): the characters of the vocabulary
 * @param kinds (V): their kinds
 * @throws UserError if the network knows no character that could end a sentence, paragraph, line or word
 */
export function stopsOf(
  { vocabulary }: CharacterModel,
  form: TextForm,
  prompt: Uint32Array,
  options: GenerateOptions,
  { characters, kinds }: { characters: readonly string[]; kinds: readonly CharacterKind[] },
): StopOptions {
  const { until, stop = [], words = Number.POSITIVE_INFINITY } = options;
  const isBytes = vocabulary.encoding === 'bytes';
  if (vocabulary.end === undefined) checkEnds(options, characters, kinds, isBytes);
  const texts = stop.filter((text) => form.knows(text)).map((text) => [...form.encode(text)]);
  texts.sort((a, b) => b.length - a.length);
  const lines = until === 'line' ? 1 : (options.lines ?? Number.POSITIVE_INFINITY);
  return {
    texts,
    sentence: until === 'sentence',
    paragraph: until === 'paragraph',
    words,
    lines,
    before: vocabulary.readable(vocabulary.decode(prompt)),
    characters,
    isBytes,
  };
}

/** A text that only such an end could end would never end. */
function checkEnds(
  { until, words, lines }: GenerateOptions,
  characters: readonly string[],
  kinds: readonly CharacterKind[],
  isBytes: boolean,
): void {
  const isPartial = (character: string) => isBytes && character >= '\x80';
  const ends = {
    '--until line': kinds.includes('newline'),
    '--until sentence': characters.some((character) => ENDS_SENTENCE.test(character) || isPartial(character)),
    '--words': characters.some(
      (character, id) => kinds[id] !== 'ink' || UNSPACED.test(character) || isPartial(character),
    ),
    '--length': true,
  };
  const asked: [option: string, isPossible: boolean, what: string][] = [
    [`--until ${until}`, until === 'sentence' ? ends['--until sentence'] : ends['--until line'], until ?? ''],
    ['--lines', ends['--until line'], 'line'],
    ['--words', ends['--words'], 'word'],
  ];
  const given = [until !== undefined, lines !== undefined, words !== undefined];
  const impossible = asked.find(([, isPossible], i) => given[i] && !isPossible);
  if (!impossible) return;
  const [option, , what] = impossible;
  const possible = Object.entries(ends).flatMap(([name, isPossible]) => (isPossible ? name : []));
  throw new UserError(
    `no text would end with ${option}: this model knows no character that ends a ${what}`,
    `Use ${possible.join(' or ')} instead.`,
  );
}
