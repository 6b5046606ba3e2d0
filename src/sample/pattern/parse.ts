import { readEscape } from './escapes.js';
import { Reader } from './reader.js';
import { type CharacterClass, type ClassItem, repeat, sequence, type Tree } from './tree.js';

/** Deepest nesting of groups: the parser and the compiler recurse once per level. */
const MAX_DEPTH = 200;

/** Groups of other tools that are not supported. */
const GROUPS: [opening: string, name: string][] = [
  ['?=', 'look-ahead'],
  ['?!', 'look-ahead'],
  ['?<=', 'look-behind'],
  ['?<!', 'look-behind'],
  ['?>', 'an atomic group'],
  ['?P', 'a group (?P'],
];

/**
 * Parses a regular expression: the syntax of JavaScript with the flag u, without look-around, back-references
 * and word boundaries. `^` and `$` may stand where they are redundant: around the whole or one of its
 * alternatives.
 * @throws UserError naming the mistake and its character
 */
export function parse(source: string): Tree {
  const reader = new Reader(source);
  const tree = parseChoice(reader, 0);
  if (reader.peek() !== undefined) throw reader.error(') has no matching (', reader.at);
  return tree;
}

function parseChoice(reader: Reader, depth: number): Tree {
  const options = [parseSequence(reader, depth)];
  while (reader.skip('|')) options.push(parseSequence(reader, depth));
  return options.length === 1 ? options[0]! : { kind: 'choice', options };
}

const isEnd = (character: string | undefined) => character === undefined || /[|)]/.test(character);

function parseSequence(reader: Reader, depth: number): Tree {
  const parts: Tree[] = [];
  if (depth === 0) reader.skip('^');
  while (!isEnd(reader.peek())) {
    if (depth === 0 && reader.peek() === '$' && isEnd(reader.peek(1))) reader.at++;
    else parts.push(parseQuantifiers(reader, parseAtom(reader, depth)));
  }
  return sequence(parts);
}

function parseAtom(reader: Reader, depth: number): Tree {
  const at = reader.at;
  const character = reader.peek()!;
  reader.at++;
  if (character === '(') return parseGroup(reader, depth + 1);
  if (character === '[') return parseClass(reader);
  if (character === '.') {
    return { kind: 'class', negated: false, items: [{ escape: '.' }], source: '.', at };
  }
  if (character === '\\') {
    const item = readEscape(reader, false);
    return 'escape' in item
      ? { kind: 'class', negated: false, items: [item], source: item.escape, at }
      : { kind: 'character', codePoint: item.first, at };
  }
  if (/[*+?{]/.test(character)) throw reader.error(`${character} has nothing before it to repeat`);
  if (/[\]}]/.test(character)) throw reader.error(`${character} closes nothing`);
  if (character === '^') throw reader.error('^ may stand only at the start: the whole text has to match');
  if (character === '$') throw reader.error('$ may stand only at the end: the whole text has to match');
  return { kind: 'character', codePoint: character.codePointAt(0)!, at };
}

/** Parses a group; the reader is past its parenthesis. */
function parseGroup(reader: Reader, depth: number): Tree {
  const start = reader.at - 1;
  if (depth > MAX_DEPTH) throw reader.error(`groups are nested more than ${MAX_DEPTH} deep`);
  const unsupported = GROUPS.find(([opening]) => reader.skip(opening));
  if (unsupported) {
    throw reader.error(
      `${unsupported[1]} is not supported`,
      start,
      'Use a plain group, ( ), or describe the whole text in another way.',
    );
  }
  if (reader.skip('?<')) {
    const name = reader.take(/[\p{ID_Continue}$\u200c\u200d]/u);
    if (!/^[\p{ID_Start}$_]/u.test(name) || !reader.skip('>')) {
      throw reader.error('(?< is not followed by a name and >', start);
    }
  } else if (reader.peek() === '?' && !reader.skip('?:')) {
    throw reader.error(`(?${reader.peek(1) ?? ''} does not open a supported group`, start);
  }
  const tree = parseChoice(reader, depth);
  if (!reader.skip(')')) throw reader.error('( is never closed', start);
  return tree;
}

/** Applies a quantifier to a tree, if one follows. A lazy one matches the same texts. */
function parseQuantifiers(reader: Reader, tree: Tree): Tree {
  const bounds = parseBounds(reader);
  if (bounds === undefined) return tree;
  reader.skip('?');
  return repeat(tree, ...bounds);
}

function parseBounds(reader: Reader): [least: number, most: number] | undefined {
  const start = reader.at;
  if (reader.skip('*')) return [0, Number.POSITIVE_INFINITY];
  if (reader.skip('+')) return [1, Number.POSITIVE_INFINITY];
  if (reader.skip('?')) return [0, 1];
  if (!reader.skip('{')) return undefined;
  const least = reader.take(/\d/);
  const upper = reader.skip(',') ? reader.take(/\d/) : least;
  if (least === '' || !reader.skip('}')) {
    throw reader.error('{ does not start a count such as {3}, {2,} or {2,5}', start);
  }
  const most = upper === '' ? Number.POSITIVE_INFINITY : Number(upper);
  if (Number(least) > most) throw reader.error(`${reader.from(start)} is out of order`, start);
  return [Number(least), most];
}

/** Parses a class; the reader is past its opening bracket. */
function parseClass(reader: Reader): CharacterClass {
  const at = reader.at - 1;
  const negated = reader.skip('^');
  const items: ClassItem[] = [];
  while (!reader.skip(']')) {
    const start = reader.at;
    const item = parseClassItem(reader, at);
    const isRange = reader.peek() === '-' && reader.peek(1) !== ']';
    if (!isRange) {
      items.push(item);
      continue;
    }
    reader.at++;
    const end = parseClassItem(reader, at);
    const range = reader.from(start);
    if ('escape' in item || 'escape' in end) {
      throw reader.error(`${range} is not a range: each end has to be one character`, start);
    }
    if (item.first > end.last) throw reader.error(`the range ${range} is out of order`, start);
    items.push({ first: item.first, last: end.last });
  }
  return { kind: 'class', negated, items, source: reader.from(at), at };
}

/** Parses a character or an escape of a class. @param opened the place of the class's bracket */
function parseClassItem(reader: Reader, opened: number): ClassItem {
  const character = reader.peek();
  if (character === undefined) throw reader.error('[ is never closed', opened);
  reader.at++;
  if (character === '\\') return readEscape(reader, true);
  const codePoint = character.codePointAt(0)!;
  return { first: codePoint, last: codePoint };
}
