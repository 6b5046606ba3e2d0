import { availableParallelism } from 'node:os';
import type { Command, Option } from 'commander';
import { type CharacterModel, modelOf, readCheckpoint } from '../../checkpoint/checkpoint.js';
import type { RunRecord } from '../../checkpoint/record.js';
import { runOf } from '../../checkpoint/run.js';
import { harmlessLine } from '../../format.js';
import { amountOf } from '../../numbers.js';
import { withText } from '../../prepare/text.js';
import { formOf } from '../../sample/form.js';
import type { Unknown } from '../../text/vocabulary.js';
import { readModel, threadsToRead } from '../input/model.js';
import { textOption, unknownOption } from '../input/text.js';
import { note } from '../output/stderr.js';
import { withTemporaryFolder } from '../output/temporary.js';
import { addViewOptions, type ViewFlags } from './view.js';

/** The most characters of a text that a view reads. */
export const LONGEST_TEXT = 200_000;

/** The flags of all views in which a network reads a text. */
export interface TextFlags extends ViewFlags {
  text?: string;
  unknown: Unknown;
}

/** Adds the options of a view that reads a text, as `addViewOptions` does. */
export function addTextOptions(command: Command, own: readonly Option[], drawn: string): Command {
  return addViewOptions(command, [...own, textOption(), unknownOption()], drawn);
}

/** A model and the start of the text it is to read. */
interface OpenedText {
  /** The path of the checkpoint. */
  readonly file: string;
  readonly record: RunRecord;
  readonly model: CharacterModel;
  readonly ids: Uint32Array;
  /** The files that were read, which no output may replace. */
  readonly inputs: readonly string[];
  /** The first fields of the JSON output. */
  readonly about: { readonly model: string; readonly text: string; readonly characters: number };
  /** The first line of the printed output. */
  readonly heading: string;
}

/**
 * Opens the model given to a command, and reads the start of its text.
 * @param least the fewest characters the text must have; at most `most` are read
 * @param training whether gradients are needed, which is work for all cores
 * @throws UserError if the model or the text is missing, or the text is too short
 */
export async function openText(
  path: string | undefined,
  { text, unknown, engine, threads }: TextFlags,
  { least = 1, most = LONGEST_TEXT, training = false } = {},
): Promise<OpenedText> {
  const { path: file, value: checkpoint } = await readModel(path, readCheckpoint);
  const { record } = checkpoint;
  const usual = training ? availableParallelism() : threadsToRead(record.model);
  const model = modelOf(checkpoint, { engine, threads: threads ?? usual, training });
  const choice = { text, run: runOf(file), record, unknown, onNotice: note };
  return withText(
    choice,
    formOf(model),
    least,
    withTemporaryFolder,
    async ({ dataset, start, end }, files) => {
      const ids = Uint32Array.from(dataset.read(start, Math.min(most, end - start)));
      const about = { model: file, text: text ?? 'validation', characters: ids.length };
      const heading = harmlessLine(`${file} on ${about.text}, ${amountOf(ids.length, 'character')} read`);
      return { file, record, model, ids, inputs: [file, ...files], about, heading };
    },
  );
}
