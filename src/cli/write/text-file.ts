import {
  accessSync,
  constants,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileError, UserError } from '../../errors.js';
import { hiddenTemporary, replaceFileSync } from '../../files.js';
import { utf8Of } from '../input/text-argument.js';

const LARGEST = 16e6;
const BYTE_ORDER_MARK = '\ufeff';
const HINT = 'Name another file with --file.';

/** A file that a text lies in, or will. Line breaks and byte order mark stay as they are there. */
export class TextFile {
  /** What lies in the file, with LF for line breaks; empty where there is none yet. */
  text = '';
  #mark = '';
  #lineBreak = '\n';
  #known: Stats | undefined;
  readonly #path: string;

  /**
   * Reads it, if it is there.
   * @throws UserError where it cannot be read, is no text in UTF-8, or could not be written later
   */
  constructor(readonly name: string) {
    try {
      this.#known = statSync(name, { throwIfNoEntry: false });
      this.#path = this.#known ? realpathSync(name) : name;
      if (this.#known) this.#read(this.#known);
      accessSync(dirname(this.#path), constants.W_OK);
      if (this.#known) accessSync(this.#path, constants.W_OK);
    } catch (error) {
      throw fileError(error, name, HINT, this.#known ? 'read' : 'create');
    }
  }

  #read(stats: Stats): void {
    if (stats.isDirectory()) throw new UserError(`${this.name} is a folder`, HINT);
    if (!stats.isFile()) throw new UserError(`${this.name} is not a file that can be written to`, HINT);
    if (stats.size > LARGEST) {
      throw new UserError(`${this.name} is larger than ${LARGEST / 1e6} MB`, 'Write in a part of it.');
    }
    const bytes = readFileSync(this.#path);
    const text = utf8Of(bytes, this.name);
    if (bytes.toString('utf8', 0, 3) === BYTE_ORDER_MARK) this.#mark = BYTE_ORDER_MARK;
    if (text.includes('\r\n') && !/(?<!\r)\n/.test(text)) this.#lineBreak = '\r\n';
    this.text = text.replaceAll(this.#lineBreak, '\n');
  }

  /**
   * Puts a text in the file's place, whole or not at all. What another program has written there meanwhile is kept.
   * @returns where that is kept, if there was any
   * @throws UserError where it cannot be written
   */
  save(text: string): string | undefined {
    let kept: string | undefined;
    try {
      replaceFileSync(this.#path, [this.#mark + text.replaceAll('\n', this.#lineBreak)], {
        temporary: hiddenTemporary(this.#path),
        mode: this.#known ? this.#known.mode & 0o777 : 0o666,
        beforeRename: () => {
          kept = this.#keepForeign();
        },
      });
      this.text = text;
      this.#known = statSync(this.#path);
      return kept;
    } catch (error) {
      throw fileError(error, this.name, HINT, 'write');
    }
  }

  /** Moves what is in the file out of the way if it is not what was read or written here last. */
  #keepForeign(): string | undefined {
    const found = statSync(this.#path, { throwIfNoEntry: false });
    const known = this.#known;
    if (!found?.isFile() || (known && found.mtimeMs === known.mtimeMs && found.size === known.size))
      return undefined;
    const kept = `${this.#path}.theirs-${Math.round(found.mtimeMs)}`;
    renameSync(this.#path, kept);
    return kept;
  }
}

/**
 * Writes a text to a file of its own in the folder for temporary files.
 * @returns its path
 */
export function rescue(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'charlstm-')), 'rescued.txt');
  writeFileSync(path, text);
  return path;
}
