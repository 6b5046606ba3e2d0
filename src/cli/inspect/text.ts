import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { type CharacterModel, modelOf, readCheckpoint } from '../../checkpoint/checkpoint.js';
import type { RunRecord } from '../../checkpoint/record.js';
import { runOf } from '../../checkpoint/run.js';
import { harmlessLine } from '../../format.js';
import { amountOf } from '../../numbers.js';
import type { Unknown } from '../../text/vocabulary.js';
import { readModel, threadsToRead } from '../input/model.js';
import { withText } from '../input/text.js';
import {
  type EngineFlags,
  engineOption,
  jsonOption,
  svgOption,
  textOption,
  threadsOption,
  unknownOption,
} from '../options.js';
import type { OutputFlags } from './output.js';

/** So much of a text is read at most by what looks into a network. */
export const LONGEST_TEXT = 200_000;

/** The flags of all views that have a network read a text. */
export interface TextFlags extends EngineFlags, OutputFlags {
  text?: string;
  unknown: Unknown;
}

/**
 * Adds the options of these flags.
 * @param drawn what `--svg` draws
 */
export function addTextOptions(command: Command, drawn: string): Command {
  return command
    .addOption(textOption())
    .addOption(unknownOption())
    .addOption(engineOption())
    .addOption(threadsOption())
    .addOption(jsonOption())
    .addOption(svgOption(drawn));
}

/** A model, and the beginning of a text that it is to read. */
interface Opened {
  /** The checkpoint. */
  readonly file: string;
  readonly record: RunRecord;
  readonly model: CharacterModel;
  readonly ids: Uint32Array;
  /** What was read, which no output may replace. */
  readonly inputs: readonly string[];
  /** What `--json` begins with, */
  readonly about: { readonly model: string; readonly text: string; readonly characters: number };
  /** and what is printed first. */
  readonly heading: string;
}

/**
 * Opens the model that a command was given, and the beginning of its text.
 * @param least characters that the text must have, and `most` that are taken of it
 * @param training whether gradients are wanted: that is work for all cores
 * @throws UserError where there is no such model, no such text, or too little of it
 */
export async function openText(
  path: string | undefined,
  { text, unknown, engine, threads }: TextFlags,
  { least = 1, most = LONGEST_TEXT, training = false } = {},
): Promise<Opened> {
  const { path: file, value: checkpoint } = await readModel(path, readCheckpoint);
  const { record } = checkpoint;
  const usual = training ? availableParallelism() : threadsToRead(record.model);
  const model = modelOf(checkpoint, { engine, threads: threads ?? usual, training });
  const choice = { text, run: runOf(file), record, unknown };
  return withText(choice, model.vocabulary, least, async ({ dataset, start, end }, files) => {
    const ids = Uint32Array.from(dataset.read(start, Math.min(most, end - start)));
    const about = { model: file, text: text ?? 'validation', characters: ids.length };
    const heading = harmlessLine(`${file} on ${about.text}, ${amountOf(ids.length, 'character')} read`);
    return { file, record, model, ids, inputs: [file, ...files], about, heading };
  });
}
