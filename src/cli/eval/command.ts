import type { Command } from 'commander';
import { PROTOCOLS } from '../../api/evaluate.js';
import { HELD_BACK } from '../../text/split.js';
import { textOption, unknownOption } from '../input/text.js';
import { engineOption, jsonOption, MODEL_HELP, threadsOption, valueOption } from '../options.js';
import { type EvalFlags, runEval } from './run.js';

const EXAMPLES = `${MODEL_HELP}

Protocols: "stream" carries the state through the whole text; "cold" scores
random windows of 256 characters from a zero state; "once" reads the text a
single time, in order, and scores every character. --lines, --heat and --html
use "once".

--json prints one object: model, text, protocol, characters, loss (nats per
character), bpc (bits per character) and perplexity. With --lines, an object for
each line comes before it: line, text, characters, loss, bpc and perplexity.

Examples:
  charlstm eval
  charlstm eval checkpoints/moby-dick-1 --text other.txt --unknown skip
  charlstm eval --split test
  charlstm eval --protocol cold --json
  charlstm eval --text draft.txt --lines
  charlstm eval --text draft.txt --heat --html draft.html
`;

/** `charlstm eval`: measures how well a model predicts a text, and shows where it is surprised. */
export function defineCommand(command: Command): void {
  command
    .addOption(textOption())
    .addOption(
      valueOption('--split <part>', "the part of the run's own text to read; validation by default", {
        words: HELD_BACK,
      }),
    )
    .option('--lines', 'print the loss and perplexity of each line')
    .option('--heat', 'print the text with each character tinted by its surprise')
    .option('--html <page>', 'write the tinted text as a web page')
    .addOption(
      valueOption('--protocol <name>', 'how to score the text; stream by default', { words: PROTOCOLS }),
    )
    .addOption(unknownOption())
    .addOption(engineOption())
    .addOption(threadsOption())
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action((path: string | undefined, flags: EvalFlags) => runEval(path, flags));
}
