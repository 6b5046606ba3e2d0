import { ALPHABETS, type Alphabet } from './alphabets.js';
import type { NamedEncoding } from './names.js';

/** Signs that texts in all languages have, the most frequent first, and the share of all of them. */
const SIGNS = '’“”–…„«»—‘\u00a0·‚•°§‹›€©®™£№´−½²×±¼¾³µ¹†¥¢¶';
const SIGNS_SHARE = 0.15;
/** Natural logarithms of probabilities. */
const SYMBOL = Math.log(1e-5);
const CONTROL = Math.log(1e-9);
const UPPER_WITHIN = Math.log(0.002);
const UPPER_FIRST = Math.log(0.12);
const UPPER_AFTER_UPPER = Math.log(0.3);
const LOWER = Math.log(0.9);
const OTHER_SCRIPT_BESIDE = Math.log(0.01);
const ALONE = Math.log(0.2);
const SIGN_WITHIN = Math.log(0.02);
/** Against each encoding that is less usual for a language than the one before it. */
const LESS_USUAL = -1.5;

/** How many letters there are beside those of an alphabet, by the script of its first letter. */
const SCRIPTS: readonly (readonly [RegExp, number])[] = [
  [/\p{Script=Latin}|[\u0300-\u036f]/u, 100],
  [/\p{Script=Cyrillic}/u, 40],
  [/\p{Script=Greek}/u, 20],
  [/\p{Script=Hebrew}/u, 30],
  [/\p{Script=Arabic}/u, 60],
  [/\p{Script=Thai}/u, 30],
  [/\p{Script=Hangul}/u, 2200],
  [/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff01-\uffee]/u, 5000],
];
const LATIN = 0;
const APOSTROPHES = '’·';

/** What is known of a character wherever it stands. */
interface Kind {
  readonly lower: string;
  readonly isLetter: boolean;
  readonly isUpper: boolean;
  readonly isLower: boolean;
  readonly isControl: boolean;
  /** An index in SCRIPTS; -1 for others. */
  readonly script: number;
}

const kinds = new Map<string, Kind>();

function kindOf(character: string): Kind {
  const known = kinds.get(character);
  if (known) return known;
  const isLetter = /[\p{L}\p{M}]/u.test(character);
  const kind = {
    lower: Array.from(character.toLowerCase())[0]!,
    isLetter,
    isUpper: /\p{Lu}/u.test(character),
    isLower: /\p{Ll}/u.test(character),
    isControl: /[\p{Cc}\p{Cn}\p{Co}]/u.test(character),
    script: isLetter || character > '\u2fff' ? SCRIPTS.findIndex(([script]) => script.test(character)) : -1,
  };
  kinds.set(character, kind);
  return kind;
}

/** An alphabet as logarithms of probabilities. */
interface Model {
  readonly alphabet: Alphabet;
  readonly script: number;
  readonly letters: ReadonlyMap<string, number>;
  readonly other: number;
  readonly together: number;
  readonly apart: number;
}

let models: readonly Model[] | undefined;

function modelOf(alphabet: Alphabet): Model {
  const letters = [...new Set(alphabet.letters)];
  const script = SCRIPTS.findIndex(([one]) => one.test(letters[0]!));
  return {
    alphabet,
    script,
    letters: new Map([
      ...falling([...SIGNS], SIGNS_SHARE),
      ...falling(letters, 1 - SIGNS_SHARE - alphabet.others),
    ]),
    other: Math.log(alphabet.others / SCRIPTS[script]![1]),
    together: Math.log(alphabet.together),
    apart: Math.log(1 - alphabet.together),
  };
}

/** Shares a probability among characters. It falls about exponentially, to a twentieth. */
function falling(characters: readonly string[], share: number): [string, number][] {
  const weights = characters.map((_, i) => Math.exp((-3 * i) / characters.length));
  const sum = weights.reduce((all, weight) => all + weight, 0);
  return characters.map((character, i) => [character, Math.log((share * weights[i]!) / sum)]);
}

/**
 * Says how probable it is that a text has the characters beyond ASCII that an encoding makes of its bytes.
 * @returns the natural logarithm of the probability in the language that explains them best
 */
export function evidenceFor(encoding: NamedEncoding, text: string): number {
  models ??= ALPHABETS.map(modelOf);
  let best = Number.NEGATIVE_INFINITY;
  const characters = Array.from(text);
  for (const model of models) {
    const rank = model.alphabet.encodings.indexOf(encoding);
    if (rank < 0) continue;
    const isWestern = model.alphabet.encodings[0] === 'windows-1252';
    const prior = LESS_USUAL * (rank + (isWestern ? 0 : 0.5));
    best = Math.max(best, prior + likelihood(model, characters));
  }
  return best;
}

function likelihood(model: Model, characters: readonly string[]): number {
  let sum = 0;
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i]!;
    if (character < '\x80') continue;
    const kind = kindOf(character);
    const before = i > 0 ? kindOf(characters[i - 1]!) : undefined;
    const after = i + 1 < characters.length ? kindOf(characters[i + 1]!) : undefined;
    const known = model.letters.get(kind.lower);
    if (known !== undefined) sum += known;
    else if (kind.isControl) sum += CONTROL;
    else sum += kind.script === model.script ? model.other : SYMBOL;
    if (!kind.isLetter) {
      if (before?.isLetter && after?.isLetter && !APOSTROPHES.includes(character)) sum += SIGN_WITHIN;
      continue;
    }
    sum += ofCase(kind, before);
    const follows = before?.isLetter && characters[i - 1]! >= '\x80';
    sum += follows ? model.together : model.apart;
    const isBesideAscii = isAsciiLetter(characters[i - 1]) || isAsciiLetter(characters[i + 1]);
    if (model.script !== LATIN) sum += isBesideAscii ? OTHER_SCRIPT_BESIDE : 0;
    else if (!before?.isLetter && !after?.isLetter) sum += ALONE;
  }
  return sum;
}

function ofCase({ isUpper, isLower }: Kind, before: Kind | undefined): number {
  if (isUpper) return before?.isLower ? UPPER_WITHIN : before?.isUpper ? UPPER_AFTER_UPPER : UPPER_FIRST;
  return isLower ? LOWER : 0;
}

function isAsciiLetter(character: string | undefined): boolean {
  return character !== undefined && /^[A-Za-z]$/.test(character);
}
