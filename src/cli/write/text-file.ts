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
import { refuseUnlessText } from '../../text/formats/open.js';
import { utf8Of } from '../input/text-argument.js';

/** Bytes. */
export const LARGEST = 16e6;
const BYTE_ORDER_MARK = '\ufeff';
const HINT = 'Name another file with --file.';

/** The file of a text, which may not exist yet. Line breaks and byte order mark are kept. */
export class TextFile {
  /** The file's content with LF as line breaks; empty if the file does not exist yet. */
  text = '';
  #mark = '';
  #lineBreak = '\n';
  #known: Stats | undefined;
  /** With links followed. */
  readonly path: string;

  /**
   * Reads the file if it exists.
   * @throws UserError if it cannot be read, is not UTF-8, or could not be written later
   */
  constructor(readonly name: string) {
    try {
      this.#known = statSync(name, { throwIfNoEntry: false });
      this.path = this.#known ? realpathSync(name) : name;
      if (this.#known) this.#read(this.#known);
      accessSync(dirname(this.path), constants.W_OK);
      if (this.#known) accessSync(this.path, constants.W_OK);
    } catch (error) {
      throw fileError(error, name, HINT, this.#known ? 'read' : 'create');
    }
  }

  #read(stats: Stats): void {
    if (stats.isDirectory()) throw new UserError(`${this.name} is a folder`, HINT);
    if (!stats.isFile()) throw new UserError(`${this.name} is not a file that can be written to`, HINT);
    if (stats.size > LARGEST) {
      throw new UserError(
        `${this.name} is larger than ${LARGEST / 1e6} MB`,
        'Split it and write in one part.',
      );
    }
    const bytes = readFileSync(this.path);
    refuseUnlessText(bytes, this.name);
    this.#lineBreak = lineBreakOf(utf8Of(bytes, this.name));
    if (bytes.toString('utf8', 0, 3) === BYTE_ORDER_MARK) this.#mark = BYTE_ORDER_MARK;
    this.text = this.textOf(bytes, this.name);
  }

  /** When the file was last changed, in milliseconds; undefined if there is none yet. */
  get modified(): number | undefined {
    return this.#known?.mtimeMs;
  }

  /**
   * Returns the text of what `contentOf` made.
   * @param name for errors
   * @throws UserError if the bytes are not UTF-8
   */
  textOf(bytes: Uint8Array, name: string): string {
    return utf8Of(bytes, name).replaceAll(this.#lineBreak, '\n');
  }

  /** Returns what the file is to contain for a text with LF as line breaks. */
  contentOf(text: string): string {
    return this.#mark + text.replaceAll('\n', this.#lineBreak);
  }

  /**
   * Replaces the file, whole or not at all. If another program has changed it meanwhile, that version is
   * kept.
   * @returns the path of the kept version, if any
   * @throws UserError if the file cannot be written
   */
  save(text: string): string | undefined {
    let kept: string | undefined;
    try {
      replaceFileSync(this.path, [this.contentOf(text)], {
        temporary: hiddenTemporary(this.path),
        mode: this.#known ? this.#known.mode & 0o777 : 0o666,
        beforeRename: () => {
          kept = this.#keepForeign();
        },
      });
      this.text = text;
      this.#known = statSync(this.path);
      return kept;
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
    renameSync(this.path, kept);
    return kept;
  }
}

/** Returns what ends the lines of a text; LF if there are several, and the others are kept as they are. */
function lineBreakOf(text: string): string {
  if (!text.includes('\n')) return text.includes('\r') ? '\r' : '\n';
  return /(?<!\r)\n/.test(text) ? '\n' : '\r\n';
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
