/** A character of a text and how many ids it consists of. */
export interface WideCharacter {
  readonly character: string;
  readonly ids: number;
}

/** Turns ids into whole characters: with the encoding `bytes`, several ids are one. */
export class CharacterReader {
  /** The bytes of an incomplete character. */
  readonly #bytes: number[] = [];

  /** @param characters (V) */
  constructor(
    readonly characters: readonly string[],
    readonly isBytes: boolean,
  ) {}

  copy(): CharacterReader {
    const copy = new CharacterReader(this.characters, this.isBytes);
    copy.#bytes.push(...this.#bytes);
    return copy;
  }

  /** How many ids were read of an incomplete character. */
  get pending(): number {
    return this.#bytes.length;
  }

  /** Reads an id. @returns the characters that are now complete; U+FFFD for malformed bytes */
  read(id: number): WideCharacter[] {
    const character = this.characters[id]!;
    if (!this.isBytes) return [{ character, ids: 1 }];
    const byte = character.charCodeAt(0);
    const isContinuation = byte >= 0x80 && byte < 0xc0;
    const complete: WideCharacter[] = [];
    if (!isContinuation && this.#bytes.length > 0) complete.push(this.#take());
    this.#bytes.push(byte);
    if (this.#bytes.length >= lengthOf(this.#bytes[0]!)) complete.push(this.#take());
    return complete;
  }

  #take(): WideCharacter {
    const bytes = this.#bytes.splice(0);
    const text = Buffer.from(bytes).toString();
    return { character: [...text].length === 1 ? text : '\ufffd', ids: bytes.length };
  }
}

/** Returns how many bytes a character in UTF-8 has, by its first byte. */
function lengthOf(byte: number): number {
  if (byte < 0xc2 || byte > 0xf4) return 1;
  return byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}
