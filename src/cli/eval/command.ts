import type { Command } from 'commander';
import {
  engineOption,
  jsonOption,
  MODEL_HELP,
  textOption,
  threadsOption,
  unknownOption,
  wordOption,
} from '../options.js';
import { EVAL_PROTOCOLS, type EvalFlags, runEval } from './run.js';

const EXAMPLES = `${MODEL_HELP}
Protocols: stream carries the state through the whole text; cold scores random windows of 256 from a zero state; once
reads the text a single time, in order, and scores each character. --lines, --heat and --html show what once finds.

With --json there is one object: model, text, protocol, characters, loss (nats a character), bpc (bits), perplexity.
With --lines --json an object for each line comes before it: line, text, characters, loss, bpc, perplexity.

Examples:
  charlstm eval
  charlstm eval checkpoints/moby-dick-1 --text other.txt --unknown skip
  charlstm eval --protocol cold --json
  charlstm eval --text draft.txt --lines
  charlstm eval --text draft.txt --heat --html draft.html
`;

/** `charlstm eval`: how well a model predicts a text, and where it does not. */
export function evalCommand(command: Command): void {
  command
    .addOption(textOption())
    .option('--lines', 'the figures of each line')
    .option('--heat', 'the text, each character tinted by its surprise')
    .option('--html <page>', 'write the tinted text as a web page')
    .addOption(wordOption('--protocol <name>', 'how the text is scored; default: stream', EVAL_PROTOCOLS))
    .addOption(unknownOption())
    .addOption(engineOption())
    .addOption(threadsOption())
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action((path: string | undefined, flags: EvalFlags) => runEval(path, flags));
}
