import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { modelOf, readCheckpoint } from '../checkpoint/checkpoint.js';
import { TRAINING_RANGES } from '../checkpoint/record.js';
import { resolveCheckpoint } from '../checkpoint/run.js';
import type { EngineChoice } from '../engine/engine.js';
import { harmless } from '../format.js';
import { generate } from '../sample/generate.js';
import {
  addChoiceOptions,
  engineOption,
  MODEL_HELP,
  numberOption,
  readTextArgument,
  unknownOption,
} from './options.js';

const EXAMPLES = `${MODEL_HELP}

Examples:
  charlstm sample --temp 0.5 --length 300
  charlstm sample checkpoints/moby-dick-1 --prompt "Call me "
  charlstm sample --prompt @opening.txt --seed 7 > story.txt
`;

interface SampleFlags {
  temp: number;
  topK: number;
  topP: number;
  length: number;
  prompt: string;
  seed?: number;
  unknown: 'error' | 'skip';
  engine?: EngineChoice;
}

/** `charlstm sample`: new text on stdout, and nothing else there. */
export function sampleCommand(command: Command): void {
  command.addOption(
    numberOption('--length <n>', 'characters to write', {
      minimum: 0,
      maximum: 1e12,
      integer: true,
    }).default(1000),
  );
  addChoiceOptions(command)
    .option('--prompt <text>', 'text to go on from; @file or - (stdin) to read it', '')
    .addOption(
      numberOption(
        '--seed <n>',
        'the same seed writes the same text (default: random)',
        TRAINING_RANGES.seed,
      ),
    )
    .addOption(unknownOption())
    .addOption(engineOption())
    .addHelpText('after', EXAMPLES)
    .action(async (path: string | undefined, flags: SampleFlags) => {
      const prompt = readTextArgument(flags.prompt);
      const checkpoint = resolveCheckpoint(path, 'best').path;
      const model = modelOf(await readCheckpoint(checkpoint), {
        engine: flags.engine,
        threads: availableParallelism(),
      });
      const seed = flags.seed ?? randomInt(2 ** 32);
      const { temp: temperature, topK, topP, length, unknown } = flags;
      const text = generate(model, { temperature, topK, topP, length, unknown, prompt, seed });
      if (path === undefined) process.stderr.write(`model ${harmless(checkpoint)}\n`);
      if (flags.seed === undefined) process.stderr.write(`seed ${seed}\n`);
      await streamToStdout(text, model.vocabulary.encoding === 'bytes');
    });
}

const FLUSH_EVERY_MS = 25;

/** Writes text as it comes, in pieces large enough to be cheap and small enough to look live. */
async function streamToStdout(text: AsyncIterable<string>, bytes: boolean): Promise<void> {
  const { stdout } = process;
  let waiting = '';
  let flushed = performance.now();
  let lastCharacter = '';
  const flush = async () => {
    const piece = stdout.isTTY ? harmless(waiting) : waiting;
    const room = stdout.write(bytes && !stdout.isTTY ? Buffer.from(piece, 'latin1') : piece);
    waiting = '';
    flushed = performance.now();
    if (!room) await once(stdout, 'drain');
  };
  for await (const character of text) {
    waiting += character;
    lastCharacter = character;
    if (performance.now() - flushed > FLUSH_EVERY_MS) {
      await flush();
      // Lets a signal in, or the news that the reader has gone.
      await new Promise(setImmediate);
    }
  }
  if (stdout.isTTY && lastCharacter !== '\n') waiting += '\n';
  await flush();
}
