// Ends of sentences and words in the scripts of the world.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Plan } from '../../src/sample/plan.js';
import { Stops } from '../../src/sample/stops.js';
import { thrownBy } from '../helpers/files.js';
import { modelOf, vocabularyOf } from '../helpers/models.js';

type Options = { until?: 'sentence'; words?: number; prompt?: string };

/** Returns what a text has before its end, or undefined if it does not end. Capitals are known. */
function ended(text: string, options: Options, encoding: 'utf8' | 'bytes' = 'utf8'): string | undefined {
  const { until, words = Number.POSITIVE_INFINITY, prompt: before = '' } = options;
  const isBytes = encoding === 'bytes';
  const read = isBytes ? Buffer.from(text).toString('latin1') : text;
  const vocabulary = vocabularyOf(`${read}AB`, encoding);
  const characters = vocabulary.codePoints.map((codePoint) => String.fromCodePoint(codePoint));
  const rest = { texts: [], paragraph: false, lines: Number.POSITIVE_INFINITY };
  const stops = new Stops({ ...rest, sentence: until === 'sentence', words, before, characters, isBytes });
  const ids = Array.from(read, (character) => vocabulary.idOf(character.codePointAt(0)!)!);
  for (const [i, id] of ids.entries()) {
    if (!stops.take(id, 'ink')) continue;
    const written = vocabulary.decode(ids.slice(0, i + 1 - stops.tail));
    return isBytes ? Buffer.from(written, 'latin1').toString() : written;
  }
  return undefined;
}

const SENTENCES: readonly [language: string, sentence: string, rest: string][] = [
  ['English', 'Mr. Hill met Dr. J. Ward at St. Anne.', ' Then it rained.'],
  ['English', '“Stop!” he cried, and e.g. the dog stopped.', ' It sat.'],
  ['English', 'Was it late?', ' “Yes,” she said.'],
  ['English', 'It costs 3.50 in all… and no more.', ' Good.'],
  ['English', 'She left (at last!).', '\nHe stayed.'],
  ['English', 'He wrote to Mrs. Hall, Prof. Low and Capt. Rey.', '\n\n* * *'],
  ['English', 'So am I.', ' The end.'],
  ['German', 'Er sagte: „Komm.“', ' Dann ging er.'],
  ['German', 'Das gilt z. B. für Hr. Kurz, bzw. u.a. für uns.', ' Nun denn.'],
  ['French', 'M. Petit a dit : « Venez ! » et il est sorti.', ' Rien.'],
  ['Spanish', '¿Dónde está la Sra. Gil?', ' ¡Aquí!'],
  ['Greek', 'Έφυγε νωρίς.', ' Γύρισε αργά.'],
  ['Russian', 'Он пришёл домой!', ' Было темно.'],
  ['Armenian', 'Նա եկավ տուն։', ' Ուշ էր։'],
  ['Hindi', 'वह घर आया।', ' रात हो गई थी।'],
  ['Arabic', 'هل عاد إلى البيت؟', ' نعم عاد.'],
  ['Urdu', 'وہ گھر آیا۔', ' رات تھی۔'],
  ['Hebrew', 'הוא בא הביתה.', ' היה חושך.'],
  ['Chinese', '他回家了。', '天黑了。'],
  ['Chinese', '他说：“我回家了。”', '“好。”她说。'],
  ['Chinese', '你好！', '我很好。'],
  ['Chinese', '他想了很久……然后走了?', '没有人知道。'],
  ['Japanese', '「もう帰ります。」', '彼は言った。'],
  ['Japanese', '本当ですか？！', 'はい。'],
  ['Korean', '그는 집에 왔다.', ' 밤이었다.'],
  ['Burmese', 'သူ အိမ်ပြန်လာသည်။', ' ညဖြစ်သည်။'],
  ['Khmer', 'គាត់មកផ្ទះ។', ' យប់ហើយ។'],
  ['Amharic', 'ወደ ቤት መጣ።', ' ሌሊት ነበር።'],
];

describe('a sentence ends', () => {
  it.each(SENTENCES)('in %s: %s', (_, sentence, rest) => {
    expect(ended(sentence + rest, { until: 'sentence' })).toBe(sentence);
    expect(ended(sentence + rest, { until: 'sentence' }, 'bytes')).toBe(sentence);
  });

  it('not after an abbreviation that the prompt began', () => {
    expect(ended('r. Hill came. He sat.', { until: 'sentence', prompt: 'There M' })).toBe('r. Hill came.');
    expect(ended('r. Hill came. He sat.', { until: 'sentence', prompt: 'There M ' })).toBe('r.');
  });
});

const WORDS: readonly [language: string, words: string, rest: string, count: number][] = [
  ['English', 'She won’t come to-morrow, she', ' said', 5],
  ['Hindi', 'वह आज अपने घर आया।', ' रात', 5],
  ['Korean', '그는 오늘 밤', ' 집에 왔다.', 3],
  ['Chinese', '我们今天去北京', '大学看书。', 4],
  ['Chinese', '我们今天去。', '「看书」。', 3],
  ['Chinese', '我们今天去', '「看书」。', 3],
  ['Japanese', '東京へ行き', 'ます。', 3],
  ['Thai', 'ผมรัก', 'ประเทศไทย', 2],
  ['Chinese and English', '他用 Linux 系统', '工作。', 3],
];

describe('words are counted', () => {
  it.each(WORDS)('in %s: %s', (_, words, rest, count) => {
    expect(ended(`${words + rest} .`, { words: count })).toBe(words);
    expect(ended(`${words + rest} .`, { words: count }, 'bytes')).toBe(words);
  });

  it('as the segmenter finds them in the whole text, where no 64 letters stand in a row', () => {
    const clause = fc
      .array(fc.constantFrom(...'我们今天去北京大学看书他说很好没有人知道'), { minLength: 1, maxLength: 60 })
      .map((characters) => characters.join(''));
    const mark = fc.constantFrom('。', '，', ' ', '」', '\n');
    const segmenter = new Intl.Segmenter('en', { granularity: 'word' });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(clause, mark), { minLength: 1 }),
        fc.integer({ min: 1, max: 50 }),
        (parts, most) => {
          const text = parts.flat().join('');
          const words = [...segmenter.segment(text)].filter(({ isWordLike }) => isWordLike);
          const last = words[most - 1];
          const found = ended(`${text} 我`, { words: most });
          if (!last) expect(found).toBeUndefined();
          else expect(found!.replace(/[。，」]+$/, '')).toBe(text.slice(0, last.index + last.segment.length));
        },
      ),
    );
  });

  it('in a row of letters that never ends', () => {
    const found = ended('我们今天去北京大学看书'.repeat(40), { words: 100 })!;
    const words = [...new Intl.Segmenter('en', { granularity: 'word' }).segment(found)].length;
    expect(Math.abs(words - 100)).toBeLessThan(5);
  });
});

describe('an end that the model cannot write is refused at once', () => {
  it.each([
    ['abc \n', { until: 'sentence' }, '--until sentence', 'Use --until line or --words or --length instead.'],
    ['ACGT', { words: 5 }, '--words', 'Use --length instead.'],
    ['ab.', { until: 'line' }, '--until line', 'Use --until sentence or --length instead.'],
    ['ab.', { until: 'paragraph' }, '--until paragraph', 'Use --until sentence or --length instead.'],
    ['ab.', { lines: 2 }, '--lines', 'Use --until sentence or --length instead.'],
  ] as const)('%j with %j', (characters, options, name, hint) => {
    const error = thrownBy(() => new Plan(modelOf(characters), options));
    expect(error.message).toContain(`no text would end with ${name}`);
    expect(error.hint).toBe(hint);
  });
});
