import {
  accessSync,
  constants,
  mkdtempSync,
  readFileSync,
  realpathSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileError, UserError } from '../../errors.js';
import { hiddenTemporary, replaceFileSync } from '../../files.js';
import { renameFileSync } from '../../rename.js';
import type { Encoding } from '../../text/encoding/names.js';
import { decodeWhole, foundEncoding } from '../../text/encoding/whole.js';
import { refuseUnlessText } from '../../text/formats/open.js';
import { utf8Of } from '../input/text-argument.js';
import { TextFormat } from './text-format.js';

/** Bytes. */
export const LARGEST = 16e6;
const HINT = 'Name another file with --file.';

/** What became of a text that was saved. */
export interface Saved {
  /** The path of the version of another program, if it had changed the file. */
  readonly kept: string | undefined;
  /** Why the file is UTF-8 from now on: the encoding that it had, and a character that this one lacks. */
  readonly converted: { readonly from: string; readonly lacking: string } | undefined;
}

/** A file as it is when it is opened, or a place for a new one. */
interface Found {
  readonly name: string;
  /** With links followed. */
  readonly path: string;
  readonly stats: Stats | undefined;
  readonly bytes: Uint8Array;
}

/** Finds the file of a text. @throws UserError if it cannot be read, or could not be written later */
export function findTextFile(name: string): Found {
  let stats: Stats | undefined;
  try {
    stats = statSync(name, { throwIfNoEntry: false });
    const path = stats ? realpathSync(name) : name;
    const bytes = stats ? bytesOf(name, path, stats) : Buffer.alloc(0);
    accessSync(dirname(path), constants.W_OK);
    if (stats) accessSync(path, constants.W_OK);
    return { name, path, stats, bytes };
  } catch (error) {
    throw fileError(error, name, HINT, stats ? 'read' : 'create');
  }
}

function bytesOf(name: string, path: string, stats: Stats): Uint8Array {
  if (stats.isDirectory()) throw new UserError(`${name} is a folder`, HINT);
  if (!stats.isFile()) throw new UserError(`${name} is not a file that can be written to`, HINT);
  if (stats.size > LARGEST) {
    throw new UserError(`${name} is larger than ${LARGEST / 1e6} MB`, 'Split it and write in one part.');
  }
  const bytes = readFileSync(path);
  refuseUnlessText(bytes, name);
  return bytes;
}

/**
 * Opens a text.
 * @param learned the encoding of the model's own text
 * @throws UserError if the file is not text, or could not be saved as the bytes that it has
 */
export async function openTextFile(found: Found, learned: Encoding): Promise<TextFile> {
  const { name, bytes } = found;
  if (bytes.length === 0) return new TextFile(found, TextFormat.usual, '');
  const whole = await decodeWhole(bytes, name, learned);
  const format = await TextFormat.of(whole, bytes, name);
  return new TextFile(found, format, format.textOf(whole.text), foundEncoding(name, whole));
}

/** The file of a text, which may not exist yet. Encoding, line breaks and byte order mark are kept. */
export class TextFile {
  readonly name: string;
  /** With links followed. */
  readonly path: string;
  /** The file's content with LF as line breaks; empty if the file does not exist yet. */
  text: string;
  #format: TextFormat;
  #known: Stats | undefined;

  /** @param notice what is to be said about its encoding */
  constructor(
    { name, path, stats }: Found,
    format: TextFormat,
    text: string,
    readonly notice?: string,
  ) {
    this.text = text;
    this.#format = format;
    this.name = name;
    this.path = path;
    this.#known = stats;
  }

  /** The encoding of the file, and the first character of a text that it lacks; undefined if it has all. */
  lackingIn(text: string): Saved['converted'] {
    const lacking = this.#format.lackingIn(text);
    return lacking === undefined ? undefined : { from: this.#format.codec!.encoding, lacking };
  }

  /** When the file was last changed, in milliseconds; undefined if there is none yet. */
  get modified(): number | undefined {
    return this.#known?.mtimeMs;
  }

  /**
   * Returns the text of what `unsavedOf` made.
   * @param name for errors
   * @throws UserError if the bytes are not UTF-8
   */
  textOf(bytes: Uint8Array, name: string): string {
    return this.#format.textOf(utf8Of(bytes, name));
  }

  /** Returns a text that is not in its file yet, with the line breaks of the file; always as UTF-8. */
  unsavedOf(text: string): string {
    return this.#format.linesOf(text);
  }

  /**
   * Replaces the file, whole or not at all. If another program has changed it meanwhile, that version is
   * kept. If its encoding lacks a character of the text, the file becomes UTF-8.
   * @throws UserError if the file cannot be written
   */
  save(text: string): Saved {
    const same = this.#format.bytesOf(text);
    const format = same ? this.#format : this.#format.inUtf8();
    const converted = same ? undefined : this.lackingIn(text);
    let kept: string | undefined;
    try {
      replaceFileSync(this.path, [same ?? format.linesOf(text)], {
        temporary: hiddenTemporary(this.path),
        mode: this.#known ? this.#known.mode & 0o777 : 0o666,
        beforeRename: () => {
          kept = this.#keepForeign();
        },
      });
      this.text = text;
      this.#format = format;
      this.#known = statSync(this.path);
      return { kept, converted };
    } catch (error) {
      throw fileError(error, this.name, HINT, 'write');
    }
  }

  /** Renames the file if it is not what was read or written here last. */
  #keepForeign(): string | undefined {
    const found = statSync(this.path, { throwIfNoEntry: false });
    const known = this.#known;
    if (!found?.isFile() || (known && found.mtimeMs === known.mtimeMs && found.size === known.size))
      return undefined;
    const kept = `${this.path}.theirs-${Math.round(found.mtimeMs)}`;
    renameFileSync(this.path, kept);
    return kept;
  }
}

/**
 * Writes a file to the temporary folder.
 * @returns its path
 */
export function rescue(content: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'charlstm-')), 'rescued.txt');
  writeFileSync(path, content);
  return path;
}
