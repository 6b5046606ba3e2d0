import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { modelOf, readCheckpoint } from '../checkpoint/checkpoint.js';
import type { RunRecord } from '../checkpoint/record.js';
import { resolveCheckpoint, runOf } from '../checkpoint/run.js';
import type { EngineChoice } from '../engine/engine.js';
import { ExitCode, UserError } from '../errors.js';
import { harmless } from '../format.js';
import { grouped } from '../numbers.js';
import { Dataset, writeIds } from '../text/dataset.js';
import { resolveCorpus } from '../text/sources.js';
import type { Vocabulary } from '../text/vocabulary.js';
import { bitsPerCharacter, Evaluator, PROTOCOLS, type Protocol, type Stretch } from '../train/evaluate.js';
import { engineOption, MODEL_HELP, unknownOption, wordOption } from './options.js';
import { withTemporaryFolder } from './temporary.js';

const EXAMPLES = `${MODEL_HELP}
Protocols: stream carries the state through the whole text; cold scores random windows of 256 from a zero state.

Examples:
  charlstm eval
  charlstm eval checkpoints/moby-dick-1 --text other.txt --unknown skip
  charlstm eval --protocol cold --json
`;

interface EvalFlags {
  text?: string;
  protocol: Protocol;
  unknown: 'error' | 'skip';
  json?: true;
  engine?: EngineChoice;
}

/** `charlstm eval`: how well a model predicts a text. */
export function evalCommand(command: Command): void {
  command
    .option('--text <file>', "the text: a file, a folder, a glob or - (default: the run's validation text)")
    .addOption(wordOption('--protocol <name>', 'how the text is scored', PROTOCOLS).default('stream'))
    .addOption(unknownOption())
    .addOption(engineOption())
    .option('--json', 'as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (path: string | undefined, flags: EvalFlags) => {
      const file = resolveCheckpoint(path, 'best').path;
      const checkpoint = await readCheckpoint(file);
      const { vocabulary, weights } = modelOf(checkpoint, {
        engine: flags.engine,
        threads: availableParallelism(),
      });
      const evaluate = (stretch: Stretch) => {
        const { loss, characters } = new Evaluator(weights).evaluate(stretch, flags.protocol);
        const result = {
          model: file,
          text: flags.text ?? 'validation',
          protocol: flags.protocol,
          characters,
          loss,
          bpc: bitsPerCharacter(loss),
          perplexity: Math.exp(loss),
        };
        process.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : describe(result));
      };
      if (flags.text === undefined) return evaluate(validationText(runOf(file), checkpoint.record));
      const { text, unknown } = flags;
      await withTemporaryFolder(async (folder) =>
        evaluate(await givenText(text, checkpoint.record, vocabulary, unknown, folder)),
      );
    });
}

function describe(
  result: Record<'model' | 'text' | 'protocol', string> &
    Record<'characters' | 'loss' | 'bpc' | 'perplexity', number>,
): string {
  return harmless(
    `${result.model} on ${result.text} (${result.protocol}, ${grouped(result.characters)} characters)\n` +
      `loss ${result.loss.toFixed(4)} nats, ${result.bpc.toFixed(4)} bits a character, perplexity ${result.perplexity.toFixed(3)}\n`,
  );
}

function validationText(run: string, { model, corpus }: RunRecord): Stretch {
  if (corpus.length - corpus.trainLength < 2) {
    throw new UserError(
      `${run} kept no text for validation`,
      'Name a text with --text FILE.',
      ExitCode.noInput,
    );
  }
  return { dataset: new Dataset(run, model.vocabulary), start: corpus.trainLength, end: corpus.length };
}

async function givenText(
  text: string,
  record: RunRecord,
  vocabulary: Vocabulary,
  unknown: 'error' | 'skip',
  folder: string,
): Promise<Stretch> {
  const { sources } = await resolveCorpus([text]);
  const onUnknown = (codePoint: number) =>
    unknown === 'skip' ? undefined : vocabulary.unknownCharacters([codePoint]);
  const { length } = await writeIds(sources, record.decoding, vocabulary, folder, onUnknown);
  if (length < 2) {
    throw new UserError(
      `${text} has fewer than 2 characters that the model knows`,
      'Give a longer text.',
      ExitCode.badData,
    );
  }
  return { dataset: new Dataset(folder, vocabulary.size), start: 0, end: length };
}
