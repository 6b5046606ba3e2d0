import type { Key as InkKey } from 'ink';
import type { Key } from './keys.js';

const PASTE_BEGINS = '[200~';
const PASTE_ENDS = '[201~';

/** What is left of the code of a key, or of a mouse, that ink does not know. */
const UNKNOWN = /^\[[\d;<=>]+[A-Za-z~]$/;

/** Bytes that name a key of their own where several keys arrive at once. */
const NAMED: Record<string, Key> = {
  '\r': { text: '', name: 'return' },
  '\t': { text: '', name: 'tab' },
  '\b': { text: '', name: 'backspace' },
  '\x7f': { text: '', name: 'backspace' },
  '\x03': { text: 'c', ctrl: true },
  '\x1a': { text: 'z', ctrl: true },
};

/** Reads what ink hears from the terminal as keys; what is pasted comes as one key with all its text. */
export function keyReader(): (input: string, key: InkKey) => readonly Key[] {
  let pasting = false;
  return (input, key) => {
    if (input === PASTE_BEGINS || input === PASTE_ENDS) {
      pasting = input === PASTE_BEGINS;
      return [];
    }
    if (pasting) return [{ text: key.return ? '\n' : key.tab ? '\t' : input }];
    if (key.return) return [NAMED['\r']!];
    if (key.tab) return [NAMED['\t']!];
    if (key.escape) return [{ text: '', name: 'escape' }];
    if (key.backspace || key.delete) return [NAMED['\b']!];
    if (key.ctrl) return [{ text: input, ctrl: true }];
    if (key.meta || input === '' || UNKNOWN.test(input)) return [];
    return Array.from(input, (character) => NAMED[character] ?? { text: character });
  };
}
