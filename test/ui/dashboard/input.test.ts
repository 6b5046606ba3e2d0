import { useInput } from 'ink';
import { render } from 'ink-testing-library';
import { createElement } from 'react';
import { expect, it } from 'vitest';
import { keyReader } from '../../../src/ui/dashboard/input.js';
import type { Key } from '../../../src/ui/dashboard/keys.js';

const typed = (text: string): Key[] => Array.from(text, (character) => ({ text: character }));
const named = (name: Key['name']): Key => ({ text: '', name });
const control = (text: string): Key => ({ text, ctrl: true });

function Listener({ hear }: { hear: Parameters<typeof useInput>[0] }) {
  useInput(hear);
  return null;
}

/** The keys that chunks of bytes are read as. */
async function keysOf(...chunks: string[]): Promise<Key[]> {
  const heard: Key[] = [];
  const read = keyReader();
  const soon = () => new Promise((resolve) => setImmediate(resolve));
  const hear: Parameters<typeof useInput>[0] = (input, key) => heard.push(...read(input, key));
  const { stdin, unmount } = render(createElement(Listener, { hear }));
  for (const chunk of chunks) {
    await soon();
    stdin.write(chunk);
  }
  await soon(); // a lone escape byte counts when nothing follows it
  unmount();
  return heard;
}

it('a character is a key, also where several come at once', async () => {
  expect(await keysOf('p', ' ', 'é', '鯨', '🐋', 'A')).toEqual(typed('p é鯨🐋A'));
  expect(await keysOf('e🐋x\r\t\x7f\b\x03\x1a')).toEqual([
    ...typed('e🐋x'),
    ...(['return', 'tab', 'backspace', 'backspace'] as const).map(named),
    control('c'),
    control('z'),
  ]);
});

it.each<[string, Key]>([
  ['\r', named('return')],
  ['\t', named('tab')],
  ['\x1b', named('escape')],
  ['\x7f', named('backspace')],
  ['\b', named('backspace')],
  ['\x03', control('c')],
  ['\x1a', control('z')],
])('%j is a key with a name', async (bytes, key) => {
  expect(await keysOf(bytes)).toEqual([key]);
  expect(await keysOf('p', bytes, 'q')).toEqual([...typed('p'), key, ...typed('q')]);
});

it('what is pasted is text and no command, until its end', async () => {
  expect(await keysOf('\x1b[200~Call\r\n\tq\x1b[201~q')).toEqual([{ text: 'Call\r\n\tq' }, ...typed('q')]);
  expect(await keysOf('\x1b[200~Ca', 'll', '\x1b[201~')).toEqual([{ text: 'Ca' }, { text: 'll' }]);
  expect(await keysOf('\x1b[200~', '\r', '\x1b[201~', '\r')).toEqual([{ text: '\n' }, named('return')]);
  expect(await keysOf('\x1b[200~', '\t', '\x1b[201~', '\t')).toEqual([{ text: '\t' }, named('tab')]);
});

it.each(['[A', '[D', 'OB', '[1;5C', '[H', '[F', '[5~', '[2~', 'OP', '[24~', '[Z', 'x', '[25~', '[1;2P'])(
  'the sequence %j types nothing',
  async (sequence) => {
    const keys = await keysOf(`\x1b${sequence}`);
    expect(keys.filter(({ text, ctrl }) => text !== '' && !ctrl)).toEqual([]);
  },
);
