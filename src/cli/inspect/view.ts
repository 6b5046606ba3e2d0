import { harmlessJson } from '../../format.js';
import { writeSvg } from '../output/chart-output.js';

/** The flags that choose where a view's result goes. */
export interface OutputFlags {
  json?: true;
  svg?: string;
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
export async function writeResult(flags: OutputFlags, { svg, json, inputs }: Result): Promise<boolean> {
  if (flags.svg !== undefined) await writeSvg(flags.svg, svg(), inputs);
  if (flags.json) process.stdout.write(`${harmlessJson(json())}\n`);
  return flags.json ?? false;
}
