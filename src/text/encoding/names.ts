import type { Synonyms } from '../../options.js';
import { editDistance } from '../../words.js';

/**
 * How bytes become characters. `auto`: each file in its own encoding. `utf8-lossy` replaces malformed UTF-8.
 * `latin1`: each byte is the code point (ISO-8859-1). `bytes`: each byte is a character, and samples are
 * bytes again. The others are files in that encoding.
 */
export const ENCODINGS = [
  'auto',
  'utf8',
  'utf8-lossy',
  'latin1',
  'bytes',
  'utf-16le',
  'utf-16be',
  'windows-874',
  'windows-1250',
  'windows-1251',
  'windows-1252',
  'windows-1253',
  'windows-1254',
  'windows-1255',
  'windows-1256',
  'windows-1257',
  'windows-1258',
  'iso-8859-2',
  'iso-8859-3',
  'iso-8859-4',
  'iso-8859-5',
  'iso-8859-6',
  'iso-8859-7',
  'iso-8859-8',
  'iso-8859-9',
  'iso-8859-10',
  'iso-8859-11',
  'iso-8859-13',
  'iso-8859-14',
  'iso-8859-15',
  'iso-8859-16',
  'koi8-r',
  'koi8-u',
  'macintosh',
  'mac-cyrillic',
  'ibm437',
  'ibm850',
  'ibm852',
  'ibm855',
  'ibm857',
  'ibm862',
  'ibm866',
  'shift_jis',
  'euc-jp',
  'gbk',
  'gb18030',
  'big5',
  'euc-kr',
] as const;

export type Encoding = (typeof ENCODINGS)[number];

/** An encoding that a file can be in, other than UTF-8. Its text is converted to UTF-8 before it is read. */
export type NamedEncoding = Exclude<Encoding, 'auto' | 'utf8' | 'utf8-lossy' | 'latin1' | 'bytes'>;

const UNNAMED: readonly Encoding[] = ['auto', 'utf8', 'utf8-lossy', 'latin1', 'bytes'];

/** Other names of the encodings, as `keyOf` returns them. */
const SYNONYMS: Partial<Record<Encoding, readonly string[]>> = {
  utf8: ['cp65001', 'ascii', 'usascii'],
  latin1: ['iso88591', 'l1', 'isolatin1', 'ibm819', 'cp819'],
  'utf-16le': ['utf16', 'ucs2', 'ucs2le', 'unicode'],
  'utf-16be': ['ucs2be', 'unicodefffe'],
  'windows-874': ['tis620'],
  'iso-8859-2': ['latin2', 'l2'],
  'iso-8859-3': ['latin3', 'l3'],
  'iso-8859-4': ['latin4', 'l4'],
  'iso-8859-6': ['asmo708', 'ecma114'],
  'iso-8859-7': ['elot928', 'ecma118'],
  'iso-8859-8': ['iso88598i'],
  'iso-8859-9': ['latin5', 'l5'],
  'iso-8859-10': ['latin6', 'l6'],
  'iso-8859-13': ['latin7', 'l7'],
  'iso-8859-14': ['latin8', 'l8'],
  'iso-8859-15': ['latin9', 'l9'],
  'iso-8859-16': ['latin10', 'l10'],
  'koi8-r': ['koi', 'koi8', 'cskoi8r'],
  'koi8-u': ['koi8ru'],
  macintosh: ['mac', 'macroman', 'xmacroman', 'csmacintosh'],
  'mac-cyrillic': ['xmaccyrillic', 'maccyr'],
  shift_jis: ['sjis', 'xsjis', 'mskanji', 'windows31j', 'cp932', 'ms932'],
  'euc-jp': ['ujis', 'xeucjp'],
  gbk: ['gb2312', 'cp936', 'ms936', 'windows936', 'euccn', 'xgbk'],
  big5: ['big5hkscs', 'cp950', 'windows950', 'cnbig5'],
  'euc-kr': ['cp949', 'uhc', 'windows949', 'ksc5601'],
};

const BY_KEY = new Map<string, Encoding>();
for (const encoding of ENCODINGS) {
  for (const name of [encoding, ...(SYNONYMS[encoding] ?? [])]) BY_KEY.set(keyOf(name), encoding);
  // The numbers of the windows and IBM encodings are numbers of code pages.
  const number = /^(?:windows-|ibm)(\d+)$/.exec(encoding)?.[1];
  if (number !== undefined) BY_KEY.set(number, encoding);
}

/** Case, hyphens, underscores and spaces make no difference. */
function keyOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** Returns the encoding that has a name or a usual synonym, such as `cp1252`; undefined if there is none. */
export function encodingNamed(name: string): Encoding | undefined {
  const key = keyOf(name);
  const number = /^(?:windows|win|cp|ibm|dos|ms)0*(\d{3,4})$/.exec(key)?.[1];
  return BY_KEY.get(key) ?? (number === undefined ? undefined : BY_KEY.get(number));
}

/** What an option that takes an encoding accepts. */
export const ENCODING_NAMES = {
  words: ENCODINGS,
  synonyms: {
    described: 'an encoding such as utf8, latin1 or windows-1252',
    find: encodingNamed,
    like: encodingsLike,
  } satisfies Synonyms,
} as const;

/** Returns the up to three encodings whose names are most like a name that no encoding has. */
export function encodingsLike(name: string): Encoding[] {
  const key = keyOf(name).slice(0, 40);
  const distances = new Map<Encoding, number>();
  for (const [known, encoding] of BY_KEY) {
    const distance = editDistance(key, known);
    if (distance <= Math.max(1, key.length / 3)) {
      distances.set(encoding, Math.min(distance, distances.get(encoding) ?? Number.POSITIVE_INFINITY));
    }
  }
  const sorted = [...distances].sort(([, a], [, b]) => a - b);
  return sorted
    .filter(([, distance]) => distance === sorted[0]![1])
    .map(([encoding]) => encoding)
    .slice(0, 3);
}

/** Whether text in an encoding is converted to UTF-8 before it is read. */
export function isNamed(encoding: Encoding): encoding is NamedEncoding {
  return !UNNAMED.includes(encoding);
}

/** Whether each byte of an encoding is one character, whatever is around it. */
export function isSingleByte(encoding: NamedEncoding | 'latin1'): boolean {
  return /^(?:windows|iso|koi|mac|ibm|latin1)/.test(encoding);
}
