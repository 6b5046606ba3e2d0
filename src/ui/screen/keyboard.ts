/** The name of a pressed key ("ctrl-left", "tab"), or text that was typed or pasted. */
export type Stroke =
  | { readonly key: string; readonly text?: undefined; readonly pasted?: undefined }
  | { readonly text: string; readonly pasted: boolean; readonly key?: undefined };

const PASTE_START = '\x1b[200~';
const PASTE_END = '\x1b[201~';

/**
 * Keys by the final letter of their escape sequence (ECMA-48, xterm), or by its number if it ends with a
 * tilde.
 */
const LETTERS: Record<string, string> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  H: 'home',
  F: 'end',
  P: 'f1',
};
const NUMBERS: Record<string, string> = {
  1: 'home',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
  11: 'f1',
};
const CONTROLS: Record<string, string> = {
  '\r': 'enter',
  '\t': 'tab',
  '\b': 'backspace',
  '\x7f': 'backspace',
  '\x1f': 'ctrl-/',
};
const MODIFIERS = ['shift', 'alt', 'ctrl'] as const;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
const CODE = /^\x1b(?:\[\[([A-E])|\[([\d;<=>?]*)[ -/]*([@-Z\\-~])|O([\d;]*)([A-Za-z]))/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
const UNFINISHED = /^\x1b(?:\[\[?[\d;<=>?]*[ -/]*|O[\d;]*)?$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
const TYPED = /^[^\x00-\x1f\x7f]+/;

/** Decodes keys, typed and pasted text from what a terminal sends. */
export class Keyboard {
  #rest = '';
  #pasting = false;

  /** Whether the last input may be the start of an escape sequence or the Escape key: see `flush`. */
  get isWaiting(): boolean {
    return this.#rest !== '' && !this.#pasting;
  }

  /** Decodes the next input. @param chunk may be cut anywhere except within a character */
  take(chunk: string): Stroke[] {
    const strokes: Stroke[] = [];
    let input = this.#rest + chunk;
    this.#rest = '';
    while (input !== '') {
      const { length, stroke } = this.#pasting ? this.#pasted(input) : this.#typed(input);
      if (length === 0) {
        this.#rest = input;
        break;
      }
      if (stroke) strokes.push(stroke);
      input = input.slice(length);
    }
    return strokes;
  }

  /** Decodes a lone escape character as the Escape key, once nothing has followed it for a moment. */
  flush(): Stroke[] {
    const rest = this.#rest;
    if (!this.isWaiting) return [];
    this.#rest = '';
    return rest === '\x1b' ? [{ key: 'escape' }] : [];
  }

  #pasted(input: string): { length: number; stroke?: Stroke } {
    const end = input.indexOf(PASTE_END);
    if (end === 0) {
      this.#pasting = false;
      return { length: PASTE_END.length };
    }
    // A possible start of the end marker is kept for the next chunk.
    const partial = end < 0 ? overlap(input, PASTE_END) : 0;
    const length = end < 0 ? input.length - partial : end;
    const isCutBreak = input[length - 1] === '\r' && end < 0;
    const text = input.slice(0, isCutBreak ? length - 1 : length);
    return { length: text.length, stroke: { text: text.replace(/\r\n?/g, '\n'), pasted: true } };
  }

  #typed(input: string): { length: number; stroke?: Stroke } {
    if (input.startsWith(PASTE_START)) {
      this.#pasting = true;
      return { length: PASTE_START.length };
    }
    const text = TYPED.exec(input)?.[0];
    if (text !== undefined) return { length: text.length, stroke: { text, pasted: false } };
    if (input[0] !== '\x1b') return { length: 1, stroke: { key: controlName(input[0]!) } };
    if (UNFINISHED.test(input)) return { length: 0 };
    const code = CODE.exec(input);
    if (code) {
      const key = codeName(code);
      return key === undefined ? { length: code[0].length } : { length: code[0].length, stroke: { key } };
    }
    const next = String.fromCodePoint(input.codePointAt(1)!);
    if (TYPED.test(next)) return { length: 1 + next.length, stroke: { key: `alt-${next}` } };
    if (controlName(next) === 'backspace') return { length: 2, stroke: { key: 'alt-backspace' } };
    return { length: 1, stroke: { key: 'escape' } };
  }
}

function controlName(character: string): string {
  return CONTROLS[character] ?? `ctrl-${String.fromCharCode(character.charCodeAt(0) + 0x60)}`;
}

/** Returns the name of a key from the groups of CODE; undefined if it is unknown. */
function codeName([, linux, numbers = '', last = '', single = '', letter = '']: readonly string[]):
  | string
  | undefined {
  if (linux !== undefined) return linux === 'A' ? 'f1' : undefined;
  if (last === 'Z') return 'shift-tab';
  // rxvt sends lower-case letters for keys with Ctrl.
  if (/^[a-d]$/.test(letter)) return `ctrl-${LETTERS[letter.toUpperCase()]}`;
  const [number = '', modifier = '1'] = (numbers + single).split(';');
  const name = last === '~' ? NUMBERS[number] : LETTERS[last + letter];
  if (name === undefined) return undefined;
  const bits = Number(modifier) - 1;
  return [...MODIFIERS.filter((_, bit) => bits & (1 << bit)).reverse(), name].join('-');
}

/** Returns how many characters at the end of a text are the start of a marker. */
function overlap(text: string, marker: string): number {
  for (let length = Math.min(text.length, marker.length - 1); length > 0; length--) {
    if (text.endsWith(marker.slice(0, length))) return length;
  }
  return 0;
}
