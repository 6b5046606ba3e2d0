import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Keyboard, type Stroke } from '../../../src/ui/screen/keyboard.js';

const take = (...chunks: string[]): Stroke[] => {
  const keyboard = new Keyboard();
  return [...chunks.flatMap((chunk) => keyboard.take(chunk)), ...keyboard.flush()];
};

it('knows the keys of xterm, tmux, rxvt and the console of Linux', () => {
  const keys: [string, string][] = [
    ['\x1b[A', 'up'],
    ['\x1bOA', 'up'],
    ['\x1b[1;5A', 'ctrl-up'],
    ['\x1bOa', 'ctrl-up'],
    ['\x1b[1;3B', 'alt-down'],
    ['\x1b[H', 'home'],
    ['\x1b[1~', 'home'],
    ['\x1b[7~', 'home'],
    ['\x1bOF', 'end'],
    ['\x1b[8~', 'end'],
    ['\x1b[3~', 'delete'],
    ['\x7f', 'backspace'],
    ['\b', 'backspace'],
    ['\x1b\x7f', 'alt-backspace'],
    ['\x1b[Z', 'shift-tab'],
    ['\x1bOP', 'f1'],
    ['\x1b[11~', 'f1'],
    ['\x1b[[A', 'f1'],
    ['\x1bb', 'alt-b'],
    ['\r', 'enter'],
    ['\n', 'ctrl-j'],
    ['\t', 'tab'],
    ['\x1b', 'escape'],
    ['\x1a', 'ctrl-z'],
    ['\x03', 'ctrl-c'],
    ['\x1f', 'ctrl-/'],
    ['\x1b[1;6D', 'ctrl-shift-left'],
  ];
  for (const [input, key] of keys) expect(take(input)).toEqual([{ key }]);
});

it('reassembles escape sequences and pasted text, however they are cut', () => {
  const input = 'ab\x1b[1;5C\x1b[200~x\r\ny\x1b[Az\x1b[201~鯨\x1bOA\r';
  const whole = take(input);
  fc.assert(
    fc.property(fc.array(fc.nat(input.length), { maxLength: 6 }), (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), input.length];
      const strokes = take(...places.slice(1).map((end, i) => input.slice(places[i], end)));
      const flat = (all: Stroke[]) => all.map(({ text, key }) => text ?? `<${key}>`).join('');
      expect(flat(strokes)).toBe(flat(whole));
    }),
  );
  expect(whole.map(({ text, key }) => text ?? key)).toEqual([
    'ab',
    'ctrl-right',
    'x\ny\x1b[Az',
    '鯨',
    'up',
    'enter',
  ]);
});

const textOf = (strokes: Stroke[]) => strokes.flatMap(({ text }) => text ?? []).join('');

it('reads typed characters as text, and keys between them by their names', () => {
  expect(textOf(take('p', ' ', 'é', '鯨', '🐋', 'A'))).toBe('p é鯨🐋A');
  expect(take('e🐋x\r\t\x7f\b\x03\x1a')).toEqual([
    { text: 'e🐋x', pasted: false },
    ...['enter', 'tab', 'backspace', 'backspace', 'ctrl-c', 'ctrl-z'].map((key) => ({ key })),
  ]);
});

it('reads pasted text as text, until its end', () => {
  const pasted = (text: string) => ({ text, pasted: true });
  const q = { text: 'q', pasted: false };
  expect(take('\x1b[200~Call\r\n\tq\x1b[201~q')).toEqual([pasted('Call\n\tq'), q]);
  expect(take('\x1b[200~Ca', 'll', '\x1b[201~')).toEqual([pasted('Ca'), pasted('ll')]);
  expect(textOf(take('\x1b[200~', '\r', '\x1b[201~'))).toBe('\n');
  expect(take('\x1b[200~', '\r', '\x1b[201~', '\r').at(-1)).toEqual({ key: 'enter' });
  expect(take('\x1b[200~', '\t', '\x1b[201~', '\t')).toEqual([pasted('\t'), { key: 'tab' }]);
});

it.each(['[A', '[D', 'OB', '[1;5C', '[H', '[F', '[5~', '[2~', 'OP', '[24~', '[Z', 'x', '[25~', '[1;2P'])(
  'types nothing for the sequence %j',
  (sequence) => {
    expect(textOf(take(`\x1b${sequence}`))).toBe('');
  },
);
