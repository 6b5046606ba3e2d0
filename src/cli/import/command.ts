import { createHash } from 'node:crypto';
import type { Command } from 'commander';
import { freshState, writeCheckpoint } from '../../checkpoint/checkpoint.js';
import { claimNewRun } from '../../checkpoint/claim.js';
import { RUNS_FOLDER } from '../../checkpoint/folder.js';
import { type ImportedNetwork, readImported } from '../../checkpoint/import.js';
import { LENGTH, TRAINING_DEFAULTS } from '../../checkpoint/options.js';
import { NO_PROGRESS, type RunRecord } from '../../checkpoint/record.js';
import { checkpointPath } from '../../checkpoint/run.js';
import { harmlessLine, quoted } from '../../format.js';
import { describeModel } from '../../model/config.js';
import { extended } from '../../model/extend.js';
import { grouped } from '../../numbers.js';
import { shortName } from '../../text/files/sources.js';
import { defaultLearningRate } from '../../train/schedule.js';
import { undoneOnSignal } from '../output/temporary.js';
import { charactersOf } from './vocabulary.js';

interface ImportFlags {
  vocabulary?: string;
  out?: string;
}

const EXAMPLES = `
The weights are a .safetensors file with the state_dict of a PyTorch module that
has the members embedding (nn.Embedding), lstm, rnn or gru (nn.LSTM, nn.RNN with
tanh, or nn.GRU) and decoder (nn.Linear). The kind and size of the network are
found from the tensors. The file's metadata may hold the characters, as a JSON
array under "vocabulary". See docs/reference/checkpoints.md.

Examples:
  charlstm import model.safetensors
  charlstm import model.safetensors --vocabulary characters.json
  charlstm train novel.txt --from checkpoints/model-1
`;

/** `charlstm import`: makes a run from weights that another program trained. */
export function defineCommand(command: Command): void {
  command
    .option(
      '--vocabulary <file>',
      'the characters in the order of their ids: a JSON array (.json), or a text with each of them once',
    )
    .option('--out <folder>', `folder of the run (default: ${RUNS_FOLDER}/<weights>-<n>)`)
    .addHelpText('after', EXAMPLES)
    .action(importWeights);
}

async function importWeights(path: string, flags: ImportFlags): Promise<void> {
  const network = await readImported(path);
  const characters = charactersOf(flags.vocabulary, path, network);
  const { record, values } = beginningOf(path, network, characters);
  const claim = await claimNewRun(flags.out, shortName(path), { isTrained: false });
  try {
    await undoneOnSignal(claim.release, () =>
      writeCheckpoint(
        checkpointPath(claim.path, 0, undefined),
        { record, engine: 'PyTorch', state: freshState(values, record) },
        claim.ownership.verify,
      ),
    );
  } finally {
    await claim.release();
  }
  const what = `${describeModel(record.model)}, ${grouped(values.length)} parameters, ${grouped(characters.length)} characters`;
  const run = harmlessLine(quoted(claim.path));
  process.stdout.write(`imported ${what}: ${run}\nto sample from it: charlstm sample ${run}\n`);
}

/**
 * Returns the contents of the first checkpoint. Ids here are in code point order, so the rows of the
 * embedding and of the decoder are reordered to match.
 */
function beginningOf(
  path: string,
  { config, values }: ImportedNetwork,
  characters: readonly number[],
): { record: RunRecord; values: Float32Array } {
  const ids = [...characters.keys()].sort((a, b) => characters[a]! - characters[b]!);
  const codePoints = ids.map((id) => characters[id]!);
  const moved = extended(values, config, ids, TRAINING_DEFAULTS.seed);
  const hash = createHash('sha256').update(moved).digest('hex');
  return {
    values: moved,
    record: {
      model: config,
      codePoints,
      decoding: { encoding: 'utf8', normalizeNewlines: false },
      // Placeholders, since no step has been made: a run that starts from here has its own options.
      training: {
        ...TRAINING_DEFAULTS,
        length: { unit: 'epochs', amount: LENGTH.epochs.default },
        lr: defaultLearningRate(config.hidden),
        evalEvery: 100,
        patience: 0,
      },
      corpus: { name: shortName(path), length: 0, trainLength: 0, hash: '' },
      progress: NO_PROGRESS,
      history: [],
      from: { path, step: 0, corpus: 'PyTorch', hash },
    },
  };
}
