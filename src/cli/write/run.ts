import { type CharacterModel, modelOf, readCheckpoint } from '../../checkpoint/checkpoint.js';
import type { EngineChoice } from '../../engine/engine.js';
import { ExitCode, UserError } from '../../errors.js';
import { harmless, quoted } from '../../format.js';
import { withoutBorders } from '../../sample/borders.js';
import { formOf } from '../../sample/form.js';
import { Suggester } from '../../sample/suggest.js';
import { isWithinCluster } from '../../text/form.js';
import type { WriteBackend, WriteScreen } from '../../ui/write/open.js';
import type { Settings } from '../../ui/write/settings.js';
import { readModel, titleOf } from '../input/model.js';
import { untilEnded } from '../output/endings.js';
import { AUTOSAVE_EVERY_MS, Autosave } from './autosave.js';
import { findTextFile, openTextFile, rescue, type Saved, type TextFile } from './text-file.js';

export interface WriteFlags extends Settings {
  file?: string;
  seed: number;
  alternatives: number;
  engine?: EngineChoice;
}

/** Runs the editor until the user leaves it. */
export async function runWriting(path: string | undefined, flags: WriteFlags): Promise<void> {
  const found = findTextFile(flags.file ?? newName(new Date()));
  const { path: checkpoint, value: read } = await readModel(path, readCheckpoint);
  // One thread: the suggestions are too little work to share.
  const model = modelOf(read, { engine: flags.engine, threads: 1 });
  if (model.vocabulary.collection?.byColumn) {
    throw new UserError(
      `${checkpoint} writes grids column by column, and an editor is written line by line`,
      'Use "charlstm sample", which turns what it writes back.',
    );
  }
  const file = await openTextFile(found, model.vocabulary.encoding);
  const autosave = new Autosave(file);
  const lackingIn = lackingFinder(file);
  const suggester = new Suggester(model, flags.alternatives);
  const unknownIn = unknownFinder(model);
  let writing: WriteScreen | undefined;
  const text = () => writing?.state.draft.text;
  const { temperature, topK, topP, minP } = flags;
  const settings = { temperature, topK, topP, minP };
  const name = titleOf(checkpoint, model.config);
  const world: WriteBackend = {
    *answer({ before, settings, round }) {
      const characters = unknownIn(before);
      if (characters) writing?.take({ type: 'strange', characters });
      const lacking = lackingIn(text() ?? '');
      if (lacking) writing?.take({ type: 'notice', text: `${lacking}: saving makes it UTF-8`, isBad: true });
      const seed = (flags.seed + round * flags.alternatives) % 2 ** 32;
      yield* suggester.suggest(before, { ...settings, seed });
    },
    save: () => save(file, writing),
  };
  let autosaving: NodeJS.Timeout | undefined;
  try {
    await untilEnded(
      () => import('../../ui/write/open.js'),
      ({ openWrite }, end) => {
        const left = flags.file === undefined ? autosave.hintAtOthers() : autosave.takeLeftBehind();
        const { text: recovered, notice } = left;
        const start = { file: file.name, model: name, text: file.text, recovered, settings };
        writing = openWrite(start, world, end);
        if (file.notice) writing.take({ type: 'notice', text: file.notice, isBad: false });
        if (notice) writing.take({ type: 'notice', text: notice, isBad: recovered === undefined });
        autosaving = setInterval(() => autosaved(autosave, writing), AUTOSAVE_EVERY_MS);
        return writing;
      },
      () => keepAtExit(file, autosave, text()),
    );
  } finally {
    clearInterval(autosaving);
    keep(file, autosave, text());
  }
}

/** Names a new file in the current folder. */
function newName(now: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const date = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join('-');
  return `writing-${date}-${[now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join('')}.txt`;
}

function save(file: TextFile, writing: WriteScreen | undefined): void {
  if (!writing) return;
  try {
    const { text } = writing.state.draft;
    const saved = file.save(text);
    writing.take({ type: 'saved', text });
    const notices = noticesOf(file, saved);
    if (notices.length > 0) writing.take({ type: 'notice', text: notices.join('; '), isBad: true });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    writing.take({ type: 'notice', text: `not saved: ${error.message}`, isBad: true });
  }
}

/** Keeps unsaved text for the case that this process is killed. */
function autosaved(autosave: Autosave, writing: WriteScreen | undefined): void {
  if (!writing) return;
  try {
    autosave.keep(writing.state.draft.text);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    writing.take({ type: 'notice', text: `no autosave: ${error.message}`, isBad: true });
  }
}

function noticesOf({ name }: TextFile, { kept, converted }: Saved): string[] {
  const notices: string[] = [];
  if (kept !== undefined) notices.push(`another program had changed ${name}: its version is now ${kept}`);
  if (converted) notices.push(`${name} is UTF-8 now: ${converted.from} has no ${quoted(converted.lacking)}`);
  return notices;
}

/**
 * Returns a function that says which character of a text the encoding of the file lacks; undefined if that has
 * not changed. Only what was added to the text is examined.
 */
function lackingFinder(file: TextFile) {
  let known = '';
  let said: string | undefined;
  return (text: string) => {
    const isLonger = said === undefined && text.startsWith(known);
    const lacking = file.lackingIn(isLonger ? text.slice(known.length) : text);
    known = text;
    const now = lacking && `${lacking.from} has no ${quoted(lacking.lacking)}`;
    if (now === said) return undefined;
    said = now;
    return now;
  };
}

/**
 * Saves unsaved text, to the file or wherever else that is possible.
 * @throws UserError saying where the text is, if it is not in its file
 */
function keep(file: TextFile, autosave: Autosave, text: string | undefined): void {
  if (text === undefined) return;
  if (text === file.text) {
    autosave.remove();
    return;
  }
  try {
    for (const notice of noticesOf(file, file.save(text))) process.stderr.write(`${harmless(notice)}\n`);
    process.stderr.write(`saved to ${harmless(quoted(file.name))}\n`);
    autosave.remove();
  } catch (error) {
    file.text = text; // do not try again at exit
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`not saved: ${error.message}`, rescued(file, text), ExitCode.io);
  }
}

/** Saves like `keep` while the process exits, and reports errors itself. */
function keepAtExit(file: TextFile, autosave: Autosave, text: string | undefined): void {
  try {
    keep(file, autosave, text);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`charlstm: ${harmless(`${error.message}. ${error.hint}`)}\n`);
  }
}

/** Writes a text to a temporary file. @returns a sentence saying where it is */
function rescued(file: TextFile, text: string): string {
  try {
    return `The text is in ${rescue(file.unsavedOf(text))}`;
  } catch {
    process.stdout.write(`${harmless(text)}\n`);
    return 'A temporary file could not be written either; the text was printed instead';
  }
}

/**
 * Returns a function that finds the characters of a text that the network does not know, and what it reads
 * instead; undefined if they have not changed. Only what was added to the text is examined.
 */
function unknownFinder(model: CharacterModel) {
  const { vocabulary } = model;
  const form = formOf(model);
  let known = '';
  let found: readonly number[] = [];
  return (text: string) => {
    // A mark may combine with what was there before.
    const isLonger = text.startsWith(known) && !isWithinCluster(text, known.length);
    const fresh = form.unknownIn(withoutBorders(model, isLonger ? text.slice(known.length) : text));
    const all = isLonger ? [...new Set([...found, ...fresh])] : fresh;
    const isSame = all.length === found.length && all.every((codePoint) => found.includes(codePoint));
    known = text;
    found = all;
    if (isSame) return undefined;
    return all.map((codePoint) => ({
      name:
        vocabulary.encoding === 'bytes'
          ? vocabulary.nameUnknown([codePoint])
          : String.fromCodePoint(codePoint),
      readAs: vocabulary.relativeOf(codePoint),
    }));
  };
}
