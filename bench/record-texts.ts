// Texts of many short records, made up from a seed: the kinds of files whose lines all begin alike.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random, Stream } from '../src/random.js';
import { locateCorpus, readCatalogue } from '../src/text/files/catalogue.js';

/** A text, and what a record of it looks like. */
export interface RecordText {
  readonly text: string;
  /** The beginning of a record, as a user would give it. */
  readonly prompt: string;
  /** Whether a whole line is a record as in the text. */
  readonly isWellFormed: (line: string) => boolean;
}

const random = new Random(1, Stream.windows);
const oneOf = <T>(all: ArrayLike<T>): T => all[random.below(all.length)]!;
const between = (least: number, most: number) => least + random.below(most - least + 1);
const many = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, i) => make(i));
const twoDigits = (number: number) => String(number).padStart(2, '0');

/** Words of an alphabet, of which the first are used most. */
function wordsOf(letters: string, last: (letter: string) => string = (letter) => letter): () => string {
  const alphabet = letters.split(' ');
  const words = many(400, () => {
    const word = many(between(2, 6), () => oneOf(alphabet));
    return [...word.slice(0, -1), last(word.at(-1)!)].join('');
  });
  return () => words[Math.floor(words.length * random.uniform() ** 3)]!;
}

const LATIN = 'a e i o u an en er in st ch sh th br cr tr m n l r s t k p d';
const sentence = (word: () => string, least: number, most: number) =>
  many(between(least, most), word).join(' ');

function chat(): RecordText {
  const word = wordsOf(LATIN);
  const people = ['Anna', 'Bert', 'Dr. Chen', 'Mum', 'Ömer'];
  let minutes = 0;
  const lines = many(8000, () => {
    minutes += random.below(300);
    const day = Math.floor(minutes / 1440);
    const [date, month, year] = [(day % 28) + 1, (Math.floor(day / 28) % 12) + 1, 21 + Math.floor(day / 336)];
    const time = `${twoDigits(Math.floor(minutes / 60) % 24)}:${twoDigits(minutes % 60)}`;
    const message = `${sentence(word, 1, 9)}${oneOf(['', '', '.', '!', '?', ' 😀'])}`;
    return `[${twoDigits(date)}.${twoDigits(month)}.${year}, ${time}] ${oneOf(people)}: ${message}`;
  });
  const record = /^\[\d\d\.\d\d\.\d\d, \d\d:\d\d\] (Anna|Bert|Dr\. Chen|Mum|Ömer): \S.*$/u;
  return { text: joined(lines), prompt: '[12.03.21', isWellFormed: (line) => record.test(line) };
}

function cards(): RecordText {
  const [name, ability] = [wordsOf(LATIN), wordsOf(LATIN)];
  const lines = many(6000, () => {
    const kind = oneOf(['creature', 'instant', 'land', 'sorcery']);
    const power = kind === 'creature' ? `${between(0, 9)}/${between(1, 9)}` : '';
    return `|${sentence(name, 1, 3)}|${kind}|{${between(0, 9)}${oneOf('WUBRG')}}|${sentence(ability, 3, 9)}.|${power}|`;
  });
  const record =
    /^\|[a-z ]+\|(creature|instant|land|sorcery)\|\{\d[WUBRG]\}\|[a-z ]+\.\|(?<power>\d\/\d)?\|$/;
  const isWellFormed = (line: string) => {
    const [, kind] = record.exec(line) ?? [];
    return kind !== undefined && (kind === 'creature') === /\d\|$/.test(line);
  };
  return { text: joined(lines), prompt: '|the ', isWellFormed };
}

/** Molecules in a notation like SMILES: chains of atoms with branches in parentheses and rings by number. */
function molecules(): RecordText {
  const ring = (): string =>
    oneOf([`c1ccc(${chain(2)})cc1`, 'c1ccncc1', `C1CC(${chain(2)})CC1`, 'c1ccc2ccccc2c1', 'N1CCOCC1']);
  const chain = (most: number): string =>
    many(between(1, most), () => {
      const kind = random.uniform();
      if (kind < 0.12) return ring();
      if (kind < 0.3 && most > 2) return `C(${oneOf(['', '', '='])}${chain(2)})`;
      return oneOf(['C', 'C', 'C', 'N', 'O', 'C=C', 'S', 'C#N', 'Cl', 'Br', '[NH+]', '[O-]']);
    }).join('');
  return { text: joined(many(8000, () => chain(12))), prompt: 'CC(=O)', isWellFormed: isMolecule };
}

function isMolecule(line: string): boolean {
  if (!/^(Cl|Br|\[NH\+\]|\[O-\]|[CNOScn]|[=#](?=[CNOSB[cn])|(?<=[A-Za-z\]])\d|\((?![()])|\))+$/.test(line))
    return false;
  let depth = 0;
  for (const character of line) {
    depth += character === '(' ? 1 : character === ')' ? -1 : 0;
    if (depth < 0) return false;
  }
  const digits = line.replace(/\D/g, '');
  return depth === 0 && [...'12'].every((digit) => digits.split(digit).length % 2 === 1);
}

/** Verses of a script whose lines end with a mark, and whose letters have final forms and points. */
function verses(letters: string, last: (letter: string) => string, mark: string, prompt: string): RecordText {
  const word = wordsOf(letters, last);
  const lines = many(4000, () => `${sentence(word, 3, 9)}${mark}`);
  const letter = `[${[...new Set(letters.replace(/[\s\p{M}]/gu, ''))].join('')}]`;
  const record = new RegExp(`^${letter}[\\p{L}\\p{M}]+( ${letter}[\\p{L}\\p{M}]+)*${mark}$`, 'u');
  return { text: joined(lines), prompt, isWellFormed: (line) => record.test(line) };
}

const FINAL: Readonly<Record<string, string>> = { כ: 'ך', מ: 'ם', נ: 'ן', פ: 'ף', צ: 'ץ' };
const hebrew = () =>
  verses(
    'אָ בְּ גַ ד הָ הַ וֹ ו ז ח ט יִ י כ לְ ל מ מִ נ ס עַ פ צ ק רֶ שׁ ת',
    (letter) => FINAL[letter[0]!] ?? letter,
    '׃',
    'בְּ',
  );
const arabic = () => verses('ا ب ت ج ح د ر س ش ع ف ق ك ل لَ مِ م نَ ن ه و يَ ي', (letter) => letter, ' ۝', 'ال');

/** The smallest case: four names in turn. */
function minimal(): RecordText {
  const names = ['Mary', 'John', 'Anna', 'Paul'];
  return {
    text: joined(many(1200, (i) => names[i % 4]!)),
    prompt: 'An',
    isWellFormed: (line) => names.includes(line),
  };
}

/** English first names, in alphabetical order. */
function names(): RecordText {
  const text = readCorpus('names');
  return { text, prompt: 'Mar', isWellFormed: (line) => /^[A-Z][A-Za-z-]+$/.test(line) };
}

/** Prose with a paragraph on each line, which no record is like. */
function prose(): RecordText {
  const paragraphs = readCorpus('moby-dick').split(/\n{2,}/);
  const lines = paragraphs.map((paragraph) => paragraph.trim().replaceAll('\n', ' ')).filter(Boolean);
  return { text: joined(lines), prompt: 'The captain ', isWellFormed: () => true };
}

/** Reads a corpus of the catalogue. */
function readCorpus(name: string): string {
  const parts = locateCorpus(readCatalogue().find((entry) => entry.name === name)!)!;
  return parts
    .map(({ folder, path }) => readFileSync(join(folder, path), 'utf8').replaceAll('\r', ''))
    .join('');
}

const joined = (lines: readonly string[]) => `${lines.join('\n')}\n`;

/** Makes all texts, each by its name. */
export const RECORD_TEXTS = { chat, cards, molecules, hebrew, arabic, names, prose, minimal } as const;
