import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isRunning } from '../../checkpoint/owner.js';
import { fileError, UserError, unlessRefused } from '../../errors.js';
import { hiddenTemporary, replaceFileSync } from '../../files.js';
import { renameFileSync } from '../../rename.js';
import { LARGEST, type TextFile } from './text-file.js';

/** How often unsaved text is looked for, in milliseconds. */
export const AUTOSAVE_EVERY_MS = 2000;
/** Writing a large text to a slow disk may take at most this share of the time, since keys wait for it. */
const SHARE_OF_TIME = 0.02;
/** How long to wait after the disk has refused, so that the message is not always the same. */
const RETRY_AFTER_MS = 60_000;

/** The name of an autosave: the name of its file, and the id of the process that wrote it. */
const NAME = /^\.(.+)\.(\d+)\.autosave$/s;
/** The names of files that `charlstm write` chooses itself. */
const CHOSEN = /^writing-[\d-]+\.txt$/;

/** What earlier sessions have left of a text. */
export interface LeftBehind {
  /** Unsaved text of a session that was killed. */
  readonly text?: string;
  /** What to tell the user. */
  readonly notice?: string;
}

/** Keeps unsaved text in a hidden file next to the text's own, for the case that this process is killed. */
export class Autosave {
  readonly #path: string;
  /** What the hidden file has; undefined if there is none. */
  #kept: string | undefined;
  /** When to write next at the earliest. */
  #next = 0;

  constructor(readonly file: TextFile) {
    this.#path = join(dirname(file.path), `.${basename(file.path)}.${process.pid}.autosave`);
  }

  /**
   * Writes a text unless it is saved or was just written, or removes what is no longer needed.
   * @throws UserError if the disk refuses
   */
  keep(text: string): void {
    if (text === this.file.text) {
      this.remove();
      return;
    }
    const start = performance.now();
    if (text === this.#kept || start < this.#next) return;
    const temporary = hiddenTemporary(this.#path);
    try {
      rmSync(temporary, { force: true });
      replaceFileSync(this.#path, [this.file.unsavedOf(text)], { temporary, mode: 0o600 });
      this.#kept = text;
      this.#next = start + (performance.now() - start) / SHARE_OF_TIME;
    } catch (error) {
      this.#next = start + RETRY_AFTER_MS;
      throw fileError(error, this.#path, 'Save the text with ^S.', 'write');
    }
  }

  /** Removes the hidden file, if this session has one. */
  remove(): void {
    if (this.#kept === undefined) return;
    this.#kept = undefined;
    unlessRefused(() => rmSync(this.#path, { force: true })); // otherwise it stays, and will be offered
  }

  /**
   * Takes over the newest text that a killed session has left. If the file has been written since, the text
   * is put next to it instead.
   */
  takeLeftBehind(): LeftBehind {
    const { name, path, modified, text: saved } = this.file;
    const found = autosavesIn(dirname(path)).filter(({ of }) => of === basename(path));
    const living = found.find(({ isAlive }) => isAlive);
    const [newest] = found.filter(({ isAlive }) => !isAlive).sort((a, b) => b.modified - a.modified);
    if (!newest) {
      return living ? { notice: `${name} is also being written by process ${living.pid}` } : {};
    }
    try {
      if (modified !== undefined && modified > newest.modified) {
        const aside = `${path}.unsaved-${Math.round(newest.modified)}`;
        renameFileSync(newest.path, aside);
        return { notice: `a killed session had unsaved text, older than ${name}: it is now ${aside}` };
      }
      const text = this.file.textOf(readFileSync(newest.path), newest.path);
      renameFileSync(newest.path, this.#path);
      this.#kept = text;
      if (text === saved) return {};
      return { text, notice: 'recovered unsaved text of a session that was killed; ^Z goes back' };
    } catch (error) {
      const reason = fileError(error, newest.path, '');
      if (!(reason instanceof UserError)) throw error;
      return { notice: `unsaved text of a killed session is not used: ${reason.message}` };
    }
  }

  /** Looks next to a new file for text that a killed session has left of another one without a chosen name. */
  hintAtOthers(): LeftBehind {
    const folder = dirname(this.file.path);
    const [newest] = autosavesIn(folder)
      .filter(({ of, isAlive }) => CHOSEN.test(of) && !isAlive)
      .sort((a, b) => b.modified - a.modified);
    if (!newest) return {};
    return { notice: `a killed session left unsaved text: --file ${newest.of} recovers it` };
  }
}

interface Found {
  readonly path: string;
  /** The name of the file whose text it is. */
  readonly of: string;
  readonly pid: number;
  readonly isAlive: boolean;
  readonly modified: number;
}

/** Lists the autosaves in a folder. */
function autosavesIn(folder: string): Found[] {
  const found: Found[] = [];
  for (const entry of readdirSync(folder)) {
    const match = NAME.exec(entry);
    if (!match) continue;
    const path = join(folder, entry);
    const pid = Number(match[2]);
    const stats = unlessRefused(() => statSync(path, { throwIfNoEntry: false }));
    if (!stats?.isFile() || stats.size > 2 * LARGEST) continue;
    const isAlive = pid !== process.pid && isRunning(pid);
    found.push({ path, of: match[1]!, pid, isAlive, modified: stats.mtimeMs });
  }
  return found;
}
