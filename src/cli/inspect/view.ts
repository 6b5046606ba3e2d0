import { type Command, Option } from 'commander';
import { withHint } from '../../errors.js';
import { harmlessJson } from '../../format.js';
import { type EngineFlags, engineOption, jsonOption, threadsOption } from '../options.js';
import { writeSvg } from '../output/chart-output.js';

/** The flags of all views. */
export interface ViewFlags extends EngineFlags {
  json?: true;
  svg?: string;
}

/** The range of a layer or a unit, before the network is known. */
export const INDEX = { minimum: 0, maximum: 1e6, integer: true };
/** The range of a number of units, characters or training steps. */
export const COUNT = { minimum: 1, maximum: 1e6, integer: true };

/**
 * Adds the options of a view: its own, then those for `ViewFlags`.
 * @param drawn what `--svg` draws
 * @param json the description of `--json`
 */
export function addViewOptions(
  command: Command,
  own: readonly Option[],
  drawn: string,
  json?: string,
): Command {
  const svg = new Option('--svg <file>', `also draw ${drawn} into an SVG file`);
  const all = [...own, engineOption(), threadsOption(), jsonOption(json), svg];
  return all.reduce((to, option) => to.addOption(option), command);
}

/** The result of a view in both forms. */
interface Result {
  readonly svg: () => string;
  readonly json: () => object;
  /** The files that were read, which the drawing must not replace. */
  readonly inputs: readonly string[];
}

/**
 * Writes the drawing and prints the JSON that were asked for.
 * @returns whether JSON was printed: then nothing else may be
 * @throws UserError if the drawing cannot be written
 */
export async function writeResult(flags: ViewFlags, { svg, json, inputs }: Result): Promise<boolean> {
  if (flags.svg !== undefined) await writeSvg(flags.svg, svg(), inputs);
  if (flags.json) process.stdout.write(`${harmlessJson(json())}\n`);
  return flags.json ?? false;
}

/** Runs an action; if memory runs out, gives this hint instead of the one for training. */
export function withMemoryHint<T>(hint: string, action: () => Promise<T>): Promise<T> {
  return withHint((usual) => (usual.includes('--batch-size') ? hint : usual), action);
}
